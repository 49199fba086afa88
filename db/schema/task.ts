import { date, index, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { taskStates } from "../../core/tasks/task.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { user } from "./auth.ts";
import { createdAt, moment } from "./columns.ts";
import { volume } from "./volume.ts";

/** A volume, or a box of it, that a member has to see to. Who may do what with it: core/tasks. */
export const task = pgTable(
  "task",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    volumeId: uuid("volume_id")
      .notNull()
      .references(() => volume.id, { onDelete: "cascade" }),
    /** Half-open, voxels; both null for the whole volume. */
    minZyx: jsonb("min_zyx").$type<Zyx>(),
    maxZyx: jsonb("max_zyx").$type<Zyx>(),
    goal: text("goal").notNull(),
    /** A day of the calendar. */
    due: date("due", { mode: "string" }),
    state: text("state", { enum: taskStates }).notNull().default("open"),
    /** Null: whoever wants takes it. */
    assigneeId: text("assignee_id").references(() => user.id, { onDelete: "set null" }),
    createdBy: text("created_by")
      .notNull()
      .references(() => user.id),
    createdAt: createdAt(),
    doneAt: moment("done_at"),
    doneBy: text("done_by").references(() => user.id),
  },
  (t) => [index("task_volume_idx").on(t.volumeId), index("task_assignee_idx").on(t.assigneeId, t.state)],
);
