import { and, asc, count, eq } from "drizzle-orm";
import { mentionedIn } from "../../core/comments/mentions.ts";
import { Problem } from "../../core/problem.ts";
import { hasRole, type Role } from "../../core/roles.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import type { Transaction } from "../../db/client.ts";
import { comment, commentThread, projectMember, user, volume } from "../../db/schema/index.ts";
import { auditedPerson, recordAudit } from "../audit/record-audit.ts";
import { announce, notify } from "../notifications/notify.ts";
import type { Services } from "../services.ts";

const MOST_OF_VOLUME = 5000;
const MOST_OF_THREAD = 200;

export interface Writer {
  readonly projectId: string;
  readonly volumeId: string;
  readonly userId: string;
  readonly userName: string;
  readonly role: Role;
}

export async function beginThread(
  services: Services,
  by: Writer,
  given: { readonly placeZyx: Zyx; readonly label: number | null; readonly text: string },
): Promise<{ readonly threadId: string }> {
  const { mentions, threadId } = await services.db.transaction(async (tx) => {
    const { shapeZyx } = await lockVolume(tx, by);
    if (given.placeZyx.some((at, axis) => at < 0 || at >= shapeZyx[axis]))
      throw new Problem({
        tag: "place-outside",
        what: "This place is not in the volume.",
        where: `z, y, x = ${given.placeZyx.join(", ")}`,
        hint: `The volume has ${shapeZyx.join(" × ")} voxels.`,
      });
    const { placeZyx, label } = given;
    const [{ id }] = await tx
      .insert(commentThread)
      .values({ volumeId: by.volumeId, placeZyx, label, createdBy: by.userId })
      .returning({ id: commentThread.id });
    return { threadId: id, mentions: await insert(services, tx, by, id, given.text) };
  });
  tell(services, by, threadId, mentions);
  return { threadId };
}

export async function reply(services: Services, by: Writer, threadId: string, text: string): Promise<void> {
  const mentions = await services.db.transaction(async (tx) => {
    await lockVolume(tx, by);
    await threadOf(tx, by, threadId);
    const [{ said }] = await tx.select({ said: count() }).from(comment).where(eq(comment.threadId, threadId));
    if (said >= MOST_OF_THREAD)
      throw new Problem({
        tag: "thread-full",
        what: `This conversation has ${MOST_OF_THREAD} comments, which is as many as one may have.`,
        hint: "Resolve it, and begin another one at the same place.",
      });
    return insert(services, tx, by, threadId, text);
  });
  tell(services, by, threadId, mentions);
}

export async function changeComment(services: Services, by: Writer, commentId: string, text: string): Promise<void> {
  const { threadId, mentions } = await services.db.transaction(async (tx) => {
    const before = await commentOf(tx, by, commentId);
    if (before.userId !== by.userId) throw notYours("change");
    const now = mentionedIn(text, await members(tx, by.projectId));
    await tx.update(comment).set({ text, mentions: now, editedAt: new Date() }).where(eq(comment.id, commentId));
    await audit(tx, by, "comment.changed", before.threadId);
    const mentions = now.filter((id) => !before.mentions.includes(id));
    await notifyMentioned(services, tx, by, before.threadId, mentions);
    return { threadId: before.threadId, mentions };
  });
  tell(services, by, threadId, mentions);
}

/** With its last comment a thread goes too. */
export async function deleteComment(services: Services, by: Writer, commentId: string): Promise<void> {
  const threadId = await services.db.transaction(async (tx) => {
    const { threadId, userId } = await commentOf(tx, by, commentId);
    if (userId !== by.userId && !hasRole(by.role, "owner")) throw notYours("delete");
    await tx.delete(comment).where(eq(comment.id, commentId));
    const [left] = await tx.select({ id: comment.id }).from(comment).where(eq(comment.threadId, threadId)).limit(1);
    if (!left) await tx.delete(commentThread).where(eq(commentThread.id, threadId));
    const details = { ...(await detailsOf(tx, by, threadId)), person: await auditedPerson(tx, userId) };
    await recordAudit(tx, { act: "comment.deleted", by: by.userId, projectId: by.projectId, details });
    return threadId;
  });
  tell(services, by, threadId, []);
}

export async function resolveThread(
  services: Services,
  by: Writer,
  threadId: string,
  isResolved: boolean,
): Promise<void> {
  await services.db.transaction(async (tx) => {
    const thread = await threadOf(tx, by, threadId);
    if (thread.createdBy !== by.userId && !hasRole(by.role, "owner"))
      throw new Problem({
        tag: "not-your-thread",
        what: "Only the one who began this conversation, or an owner of the project, resolves it.",
        hint: "Reply that you think it is done.",
      });
    if ((thread.resolvedAt !== null) === isResolved) return;
    await tx
      .update(commentThread)
      .set(isResolved ? { resolvedAt: new Date(), resolvedBy: by.userId } : { resolvedAt: null, resolvedBy: null })
      .where(eq(commentThread.id, threadId));
    await audit(tx, by, isResolved ? "comment.resolved" : "comment.reopened", threadId);
  });
  tell(services, by, threadId, []);
}

/** Two who write at once are counted one after the other. */
async function lockVolume(tx: Transaction, { volumeId }: Writer): Promise<{ readonly shapeZyx: Zyx }> {
  const [row] = await tx
    .select({ shapeZyx: volume.shapeZyx })
    .from(volume)
    .where(eq(volume.id, volumeId))
    .for("no key update");
  const [{ said }] = await tx
    .select({ said: count() })
    .from(comment)
    .innerJoin(commentThread, eq(commentThread.id, comment.threadId))
    .where(eq(commentThread.volumeId, volumeId));
  if (said >= MOST_OF_VOLUME)
    throw new Problem({
      tag: "too-many-comments",
      what: `This volume has ${MOST_OF_VOLUME.toLocaleString("en")} comments, which is as many as one may have.`,
      hint: "Delete some that nobody needs any more.",
    });
  return row;
}

async function insert(
  services: Services,
  tx: Transaction,
  by: Writer,
  threadId: string,
  text: string,
): Promise<string[]> {
  const mentions = mentionedIn(text, await members(tx, by.projectId));
  await tx.insert(comment).values({ threadId, userId: by.userId, text, mentions });
  await audit(tx, by, "comment.written", threadId);
  await notifyMentioned(services, tx, by, threadId, mentions);
  return mentions;
}

const othersOf = ({ userId }: Writer, mentions: readonly string[]) => mentions.filter((id) => id !== userId);

async function notifyMentioned(
  services: Services,
  tx: Transaction,
  by: Writer,
  threadId: string,
  mentions: readonly string[],
): Promise<void> {
  const { projectId, volumeId, userName } = by;
  const facts = { kind: "mention", by: userName } as const;
  await notify(tx, services, othersOf(by, mentions), { facts, projectId, volumeId, subject: threadId });
}

const members = (tx: Transaction, projectId: string) =>
  tx
    .select({ userId: user.id, name: user.name })
    .from(projectMember)
    .innerJoin(user, eq(user.id, projectMember.userId))
    .where(eq(projectMember.projectId, projectId))
    .orderBy(asc(user.name));

const unknown = () =>
  new Problem({
    tag: "comment-unknown",
    what: "This comment is not there any more.",
    hint: "Somebody may have deleted it.",
  });

const notYours = (verb: "change" | "delete") =>
  new Problem({
    tag: "not-your-comment",
    what:
      verb === "change"
        ? "Only whoever wrote a comment changes it."
        : "Only whoever wrote it, or an owner of the project, deletes a comment.",
  });

async function threadOf(tx: Transaction, { volumeId }: Writer, threadId: string) {
  const [row] = await tx
    .select()
    .from(commentThread)
    .where(and(eq(commentThread.id, threadId), eq(commentThread.volumeId, volumeId)))
    .for("update");
  if (!row) throw unknown();
  return row;
}

async function commentOf(tx: Transaction, by: Writer, commentId: string) {
  const [found] = await tx.select({ threadId: comment.threadId }).from(comment).where(eq(comment.id, commentId));
  if (!found) throw unknown();
  await threadOf(tx, by, found.threadId);
  const [row] = await tx.select().from(comment).where(eq(comment.id, commentId));
  if (!row) throw unknown();
  return row;
}

type CommentAct = "comment.written" | "comment.changed" | "comment.resolved" | "comment.reopened";

async function audit(tx: Transaction, by: Writer, act: CommentAct, threadId: string): Promise<void> {
  await recordAudit(tx, { act, by: by.userId, projectId: by.projectId, details: await detailsOf(tx, by, threadId) });
}

async function detailsOf(tx: Transaction, { volumeId }: Writer, threadId: string) {
  const [{ name }] = await tx.select({ name: volume.name }).from(volume).where(eq(volume.id, volumeId));
  return { volumeId, volume: name, threadId };
}

function tell(services: Services, by: Writer, threadId: string, mentions: readonly string[]): void {
  const { projectId, volumeId, userName } = by;
  const others = othersOf(by, mentions);
  announce(services, others);
  services.events.publish({
    topic: "comments",
    projectId,
    volumeId,
    threadId,
    ...(others.length > 0 && { mentions: others, by: userName }),
  });
}
