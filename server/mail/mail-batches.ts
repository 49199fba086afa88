import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { mailSwitchedOff } from "../../core/notifications/notification.ts";
import type { Database, Transaction } from "../../db/client.ts";
import { notification, personSetting, user } from "../../db/schema/index.ts";
import { type ListedNotification, readNotifications } from "../notifications/read-notifications.ts";

/** Between two tries of one mail; after the last one nobody tries again. */
const RETRY_MINUTES = [1, 5, 30, 120, 360, 720] as const;
/** Null after the last one. */
const nextTry = sql`now() + make_interval(mins => (array[${sql.raw(RETRY_MINUTES.join(", "))}])[mail_tries + 1])`;
/** Between two mails to one person: what comes meanwhile goes together. */
const GAP_MINUTES = 10;

/** What is mailed to one person at once. */
export interface MailBatch {
  readonly userId: string;
  readonly ids: readonly string[];
  /** This one included; of the oldest of them. */
  readonly tries: number;
}

/**
 * What has been due longest, with all else that waits for the same person; undefined where nothing does. The next try is
 * written down before this one: a server that dies in between sends it again, later, and not for ever.
 */
export const takeDueBatch = (db: Database): Promise<MailBatch | undefined> =>
  db.transaction(async (tx) => {
    const { rows } = await tx.execute<{ user_id: string }>(sql`
      select n.user_id from notification n
      where n.mail_due_at <= now() and n.read_at is null and not exists (
        select 1 from notification m
        where m.user_id = n.user_id and m.mailed_at > now() - make_interval(mins => ${GAP_MINUTES}))
      order by n.mail_due_at limit 1`);
    const userId = rows[0]?.user_id;
    if (!userId) return undefined;
    const taken = await tx
      .update(notification)
      .set({ mailTries: sql`${notification.mailTries} + 1`, mailDueAt: nextTry })
      .where(and(eq(notification.userId, userId), isNull(notification.readAt), sql`${notification.mailDueAt} <= now()`))
      .returning({ id: notification.id, tries: notification.mailTries });
    return { userId, ids: taken.map(({ id }) => id), tries: Math.max(...taken.map(({ tries }) => tries)) };
  });

/** To whom, and what of it they still want to hear: not what they have switched off, or of a project that they have left. */
export async function readBatch(
  db: Database,
  { userId, ids }: MailBatch,
): Promise<{ name: string; email: string; told: ListedNotification[] } | null> {
  const [person] = await db
    .select({ name: user.name, email: user.email, setting: personSetting.value })
    .from(user)
    .leftJoin(personSetting, and(eq(personSetting.userId, user.id), eq(personSetting.name, "mail")))
    .where(and(eq(user.id, userId), isNull(user.switchedOffAt)));
  if (!person) return null;
  const off = mailSwitchedOff(person.setting);
  const unread = and(inArray(notification.id, [...ids]), isNull(notification.readAt));
  const told = (await readNotifications(db, userId, unread)).filter(({ kind }) => !off.has(kind));
  return told.length === 0 ? null : { name: person.name, email: person.email, told };
}

/** `sent`: it is out. Otherwise there is nothing to send, or nobody who takes it. */
export async function endBatch(db: Database | Transaction, { ids }: MailBatch, sent: boolean): Promise<void> {
  await db
    .update(notification)
    .set({ mailDueAt: null, ...(sent && { mailedAt: sql`now()` }) })
    .where(inArray(notification.id, [...ids]));
}
