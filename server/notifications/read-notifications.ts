import { and, desc, eq, inArray, isNotNull, isNull, or, type SQL, sql } from "drizzle-orm";
import {
  MOST_NOTIFICATIONS,
  NOTIFICATION_DAYS,
  type Notification,
  type NotificationKind,
} from "../../core/notifications/notification.ts";
import type { Database } from "../../db/client.ts";
import { invitation, notification, project, projectMember, volume } from "../../db/schema/index.ts";

export interface ListedNotification extends Notification {
  readonly id: string;
  readonly kind: NotificationKind;
  readonly createdAt: Date;
  readonly readAt: Date | null;
}

/** The newest first. What is told of a project is for its members: who has left it sees none of it, here or in a mail. */
export const readNotifications = (db: Database, userId: string, which?: SQL): Promise<ListedNotification[]> =>
  db
    .select({
      id: notification.id,
      kind: notification.kind,
      facts: notification.facts,
      subject: notification.subject,
      projectId: project.id,
      projectName: project.name,
      volumeId: volume.id,
      volumeName: volume.name,
      createdAt: notification.createdAt,
      readAt: notification.readAt,
    })
    .from(notification)
    .innerJoin(project, eq(project.id, notification.projectId))
    .leftJoin(volume, eq(volume.id, notification.volumeId))
    .leftJoin(
      projectMember,
      and(eq(projectMember.projectId, project.id), eq(projectMember.userId, notification.userId)),
    )
    .leftJoin(
      invitation,
      and(
        eq(notification.kind, "invitation"),
        eq(sql`${invitation.id}::text`, notification.subject),
        isNull(invitation.usedAt),
        isNull(invitation.revokedAt),
        sql`${invitation.expiresAt} > now()`,
      ),
    )
    .where(
      and(
        eq(notification.userId, userId),
        or(isNotNull(invitation.id), and(isNotNull(projectMember.userId), sql`${notification.kind} <> 'invitation'`)),
        which,
      ),
    )
    .orderBy(desc(notification.createdAt), desc(notification.id))
    .limit(MOST_NOTIFICATIONS);

/** Null: all of the person's. What is read is mailed no more. */
export async function markRead(db: Database, userId: string, ids: readonly string[] | null): Promise<void> {
  const which = ids ? inArray(notification.id, [...ids]) : undefined;
  await db
    .update(notification)
    .set({ readAt: sql`now()`, mailDueAt: null })
    .where(and(eq(notification.userId, userId), isNull(notification.readAt), which));
}

export async function forgetOldNotifications(db: Database): Promise<void> {
  await db
    .delete(notification)
    .where(sql`${notification.createdAt} < now() - make_interval(days => ${NOTIFICATION_DAYS})`);
}
