import { integer, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import type { Publication } from "../../core/publication/publication.ts";
import { user } from "./auth.ts";
import { moment } from "./columns.ts";
import { project } from "./project.ts";

/** What a project's data sets say about themselves, as filled in on the page Publish; no row until something was. */
export const publication = pgTable("publication", {
  projectId: uuid("project_id")
    .primaryKey()
    .references(() => project.id, { onDelete: "cascade" }),
  fields: jsonb("fields").$type<Publication>().notNull(),
  /** Counts the savings: who saves over what somebody else saved meanwhile is told. */
  revision: integer("revision").notNull(),
  savedBy: text("saved_by").references(() => user.id, { onDelete: "set null" }),
  savedAt: moment("saved_at").notNull().defaultNow(),
});
