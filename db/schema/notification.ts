import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { type NotificationFacts, notificationKinds } from "../../core/notifications/notification.ts";
import { user } from "./auth.ts";
import { createdAt, moment } from "./columns.ts";
import { project } from "./project.ts";
import { volume } from "./volume.ts";

/** What a person is told of; the queue of mails too, as a mail tells what nobody has read. Forgotten after a time. */
export const notification = pgTable(
  "notification",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    kind: text("kind", { enum: notificationKinds }).notNull(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    volumeId: uuid("volume_id").references(() => volume.id, { onDelete: "cascade" }),
    /** What it is about: while it is unread, more of the same renews it. */
    subject: text("subject").notNull(),
    facts: jsonb("facts").$type<NotificationFacts>().notNull(),
    createdAt: createdAt(),
    readAt: moment("read_at"),
    /** When the next try to mail it is due; null: no mail is to be sent. */
    mailDueAt: moment("mail_due_at"),
    mailTries: integer("mail_tries").notNull().default(0),
    mailedAt: moment("mailed_at"),
  },
  (t) => [
    index("notification_user_idx").on(t.userId, t.createdAt),
    uniqueIndex("notification_unread_idx").on(t.userId, t.kind, t.subject).where(sql`${t.readAt} is null`),
    index("notification_mail_idx").on(t.mailDueAt).where(sql`${t.mailDueAt} is not null`),
  ],
);
