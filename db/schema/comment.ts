import { bigint, index, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { user } from "./auth.ts";
import { createdAt, moment } from "./columns.ts";
import { volume } from "./volume.ts";

/** What people say to each other about a place of a volume. */
export const commentThread = pgTable(
  "comment_thread",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    volumeId: uuid("volume_id")
      .notNull()
      .references(() => volume.id, { onDelete: "cascade" }),
    placeZyx: jsonb("place_zyx").$type<Zyx>().notNull(),
    /** The nucleus it is about; null: the place alone. */
    label: bigint("label", { mode: "number" }),
    createdBy: text("created_by")
      .notNull()
      .references(() => user.id),
    resolvedAt: moment("resolved_at"),
    resolvedBy: text("resolved_by").references(() => user.id),
    createdAt: createdAt(),
  },
  (t) => [index("comment_thread_volume_idx").on(t.volumeId, t.createdAt)],
);

export const comment = pgTable(
  "comment",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    threadId: uuid("thread_id")
      .notNull()
      .references(() => commentThread.id, { onDelete: "cascade" }),
    userId: text("user_id")
      .notNull()
      .references(() => user.id),
    /** Plain text. */
    text: text("text").notNull(),
    /** Members whose names the text holds behind an @. */
    mentions: text("mentions").array().notNull().default([]),
    createdAt: createdAt(),
    editedAt: moment("edited_at"),
  },
  (t) => [index("comment_thread_idx").on(t.threadId, t.createdAt)],
);
