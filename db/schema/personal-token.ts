import { boolean, index, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { tokenScopes } from "../../core/token-scope.ts";
import { user } from "./auth.ts";
import { createdAt, moment } from "./columns.ts";
import { project } from "./project.ts";

/** With one of these a person's programs use /api/v1 as that person, and nothing else. Stored hashed; a row that is gone opens nothing. */
export const personalToken = pgTable(
  "personal_token",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    tokenHash: text("token_hash").notNull().unique(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    scope: text("scope", { enum: tokenScopes }).notNull(),
    /** False: only those of `personal_token_project`, and none once these are deleted. */
    allProjects: boolean("all_projects").notNull(),
    createdAt: createdAt(),
    expiresAt: moment("expires_at").notNull(),
    lastUsedAt: moment("last_used_at"),
  },
  (t) => [index("personal_token_user_idx").on(t.userId)],
);

export const personalTokenProject = pgTable(
  "personal_token_project",
  {
    tokenId: uuid("token_id")
      .notNull()
      .references(() => personalToken.id, { onDelete: "cascade" }),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
  },
  (t) => [primaryKey({ columns: [t.tokenId, t.projectId] })],
);
