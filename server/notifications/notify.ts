import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { MOST_NOTIFICATIONS, type NotificationFacts } from "../../core/notifications/notification.ts";
import type { Transaction } from "../../db/client.ts";
import { notification, projectMember } from "../../db/schema/index.ts";
import type { Services } from "../services.ts";

/** Whoever sits at a page reads it there: a mail waits so long. */
const MAIL_AFTER_SECONDS = 120;

export interface Notice {
  readonly facts: NotificationFacts;
  readonly projectId: string;
  readonly volumeId?: string;
  /** What it is about (core/notifications). */
  readonly subject: string;
}

/**
 * Tells it to those of these people who are members of the project; of an invitation, to all. Call it in the transaction of what is
 * told, and `announce` with the answer after it. Nobody is told twice of what they have not read: it is renewed.
 */
export async function notify(
  tx: Transaction,
  { environment }: Pick<Services, "environment">,
  people: readonly string[],
  { facts, projectId, volumeId, subject }: Notice,
): Promise<readonly string[]> {
  const told = facts.kind === "invitation" ? [...new Set(people)] : await membersOf(tx, projectId, people);
  if (told.length === 0) return told;
  const mailDueAt = environment.mail ? sql`now() + make_interval(secs => ${MAIL_AFTER_SECONDS})` : null;
  const rows = told.map((userId) => ({ userId, kind: facts.kind, projectId, volumeId, subject, facts, mailDueAt }));
  await tx
    .insert(notification)
    .values(rows)
    .onConflictDoUpdate({
      target: [notification.userId, notification.kind, notification.subject],
      targetWhere: sql`read_at is null`,
      set: { facts: renewed, createdAt: sql`now()`, mailDueAt: sql`excluded.mail_due_at`, mailTries: 0 },
    });
  for (const userId of told) await forgetOldest(tx, userId);
  return told;
}

/** Of several nuclei that were sent back, the last one is shown, and how many there are. */
const renewed = sql`case when excluded.kind = 'sent-back'
  then excluded.facts || jsonb_build_object('nuclei', (${notification.facts}->>'nuclei')::int + 1)
  else excluded.facts end`;

/** Their pages ask again. */
export function announce({ events }: Pick<Services, "events">, people: readonly string[]): void {
  for (const userId of people) events.publish({ topic: "notifications", userId });
}

async function membersOf(tx: Transaction, projectId: string, people: readonly string[]): Promise<string[]> {
  if (people.length === 0) return [];
  const rows = await tx
    .select({ userId: projectMember.userId })
    .from(projectMember)
    .where(and(eq(projectMember.projectId, projectId), inArray(projectMember.userId, [...new Set(people)])));
  return rows.map(({ userId }) => userId);
}

async function forgetOldest(tx: Transaction, userId: string): Promise<void> {
  const tooMany = tx
    .select({ id: notification.id })
    .from(notification)
    .where(eq(notification.userId, userId))
    .orderBy(desc(notification.createdAt), desc(notification.id))
    .offset(MOST_NOTIFICATIONS);
  await tx.delete(notification).where(inArray(notification.id, tooMany));
}
