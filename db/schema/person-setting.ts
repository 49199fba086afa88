import { jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { settingNames } from "../../core/setting-name.ts";
import { user } from "./auth.ts";
import { moment } from "./columns.ts";

/** What people set up for themselves, and only they read. Whoever reads a value parses it: it may be of another version. */
export const personSetting = pgTable(
  "person_setting",
  {
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    name: text("name", { enum: settingNames }).notNull(),
    value: jsonb("value").$type<unknown>().notNull(),
    changedAt: moment("changed_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.name] })],
);
