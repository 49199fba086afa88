import { and, count, eq } from "drizzle-orm";
import type { NotificationFacts } from "../../core/notifications/notification.ts";
import { Problem } from "../../core/problem.ts";
import { hasRole, type Role } from "../../core/roles.ts";
import { type CalendarDay, type TaskAct, taskObjection } from "../../core/tasks/task.ts";
import type { VoxelBox } from "../../core/volume/voxel-space.ts";
import type { Transaction } from "../../db/client.ts";
import { projectMember, task, user, volume } from "../../db/schema/index.ts";
import { auditedPerson, recordAudit } from "../audit/record-audit.ts";
import { announce, notify } from "../notifications/notify.ts";
import type { Services } from "../services.ts";

/** Open ones of one project: more is no plan. */
const MOST_OPEN = 500;

export interface TaskPerson {
  readonly projectId: string;
  readonly volumeId: string;
  readonly userId: string;
  readonly userName: string;
  readonly role: Role;
}

type TaskRow = typeof task.$inferSelect;

export interface GivenTask {
  /** Null: the whole volume. */
  readonly box: VoxelBox | null;
  readonly goal: string;
  readonly due: CalendarDay | null;
  readonly assigneeId: string | null;
}

export async function giveTask(services: Services, by: TaskPerson, given: GivenTask): Promise<{ taskId: string }> {
  const { box, goal, due, assigneeId } = given;
  return change(services, by, async (tx) => {
    refuse("give", null, by);
    await refuseTooMany(tx, by);
    const [{ shapeZyx }] = await tx
      .select({ shapeZyx: volume.shapeZyx })
      .from(volume)
      .where(eq(volume.id, by.volumeId));
    if (box?.maxZyx.some((end, axis) => end <= box.minZyx[axis] || end > shapeZyx[axis]))
      throw new Problem({
        tag: "box-outside",
        what: "The box is empty or reaches beyond the volume.",
        hint: `The volume has ${shapeZyx.join(" × ")} voxels (z × y × x).`,
      });
    if (assigneeId !== null) await refuseNonLabeller(tx, by, assigneeId);
    const values = { goal, due, assigneeId, volumeId: by.volumeId, createdBy: by.userId };
    const [row] = await tx
      .insert(task)
      .values({ ...values, minZyx: box?.minZyx ?? null, maxZyx: box?.maxZyx ?? null })
      .returning();
    const person = assigneeId === null ? null : await auditedPerson(tx, assigneeId);
    await audit(tx, by, { act: "task.given", taskId: row.id, person });
    return { answer: { taskId: row.id }, concerned: [assigneeId], tell: [assigneeId], was: "given", row };
  });
}

/** To another member, or to nobody: then whoever wants takes it. */
export const transferTask = (services: Services, by: TaskPerson, taskId: string, to: string | null): Promise<void> =>
  change(services, by, async (tx) => {
    const before = await taskOf(tx, by, taskId);
    refuse(to === by.userId && before.assigneeId === null ? "take" : "transfer", before, by);
    if (to !== null) await refuseNonLabeller(tx, by, to);
    if (to !== before.assigneeId) {
      await tx.update(task).set({ assigneeId: to }).where(eq(task.id, taskId));
      const person = to === null ? null : await auditedPerson(tx, to);
      await audit(tx, by, { act: "task.passed-on", taskId, person });
    }
    return { answer: undefined, concerned: [before.assigneeId, to], tell: [to], was: "given", row: before };
  });

export const finishTask = (services: Services, by: TaskPerson, taskId: string): Promise<void> =>
  change(services, by, async (tx) => {
    const before = await taskOf(tx, by, taskId);
    refuse("finish", before, by);
    const done = { state: "done", doneAt: new Date(), doneBy: by.userId } as const;
    await tx.update(task).set(done).where(eq(task.id, taskId));
    await audit(tx, by, { act: "task.done", taskId });
    return { answer: undefined, concerned: [before.assigneeId], tell: [before.createdBy], was: "done", row: before };
  });

export const reopenTask = (services: Services, by: TaskPerson, taskId: string): Promise<void> =>
  change(services, by, async (tx) => {
    const before = await taskOf(tx, by, taskId);
    refuse("reopen", before, by);
    await refuseTooMany(tx, by);
    await tx.update(task).set({ state: "open", doneAt: null, doneBy: null }).where(eq(task.id, taskId));
    await audit(tx, by, { act: "task.reopened", taskId });
    const { assigneeId } = before;
    return { answer: undefined, concerned: [assigneeId], tell: [assigneeId], was: "reopened", row: before };
  });

export const withdrawTask = (services: Services, by: TaskPerson, taskId: string): Promise<void> =>
  change(services, by, async (tx) => {
    const before = await taskOf(tx, by, taskId);
    refuse("withdraw", before, by);
    await tx.delete(task).where(eq(task.id, taskId));
    await audit(tx, by, { act: "task.withdrawn", taskId });
    return { answer: undefined, concerned: [before.assigneeId], tell: [], was: "done", row: before };
  });

interface Changed<Answer> {
  readonly answer: Answer;
  /** Whose list of work changes. */
  readonly concerned: readonly (string | null)[];
  /** Who is told, unless they did it themselves. */
  readonly tell: readonly (string | null)[];
  readonly was: Extract<NotificationFacts, { kind: "task" }>["was"];
  readonly row: TaskRow;
}

async function change<Answer>(
  services: Services,
  by: TaskPerson,
  write: (tx: Transaction) => Promise<Changed<Answer>>,
): Promise<Answer> {
  const { projectId, volumeId, userId, userName } = by;
  const { changed, told } = await services.db.transaction(async (tx) => {
    const changed = await write(tx);
    const others = changed.tell.filter((one): one is string => one !== null && one !== userId);
    const told = await notify(tx, services, others, {
      facts: { kind: "task", by: userName, was: changed.was },
      ...{ projectId, volumeId, subject: changed.row.id },
    });
    return { changed, told };
  });
  const concerned = new Set([userId, ...changed.concerned.filter((one) => one !== null)]);
  services.events.publish({ topic: "tasks", projectId, userIds: [...concerned] });
  announce(services, told);
  return changed.answer;
}

function refuse(act: TaskAct, row: TaskRow | null, by: TaskPerson): void {
  const what = taskObjection(act, row, by);
  if (what !== null) throw new Problem({ tag: "task-refused", what });
}

async function taskOf(tx: Transaction, { volumeId }: TaskPerson, taskId: string): Promise<TaskRow> {
  const [row] = await tx
    .select()
    .from(task)
    .where(and(eq(task.id, taskId), eq(task.volumeId, volumeId)))
    .for("update");
  if (row) return row;
  throw new Problem({
    tag: "task-unknown",
    what: "This task is not there any more.",
    hint: "Somebody may have taken it back.",
  });
}

async function refuseNonLabeller(tx: Transaction, { projectId }: TaskPerson, userId: string): Promise<void> {
  const [member] = await tx
    .select({ role: projectMember.role, name: user.name })
    .from(projectMember)
    .innerJoin(user, eq(user.id, projectMember.userId))
    .where(and(eq(projectMember.projectId, projectId), eq(projectMember.userId, userId)))
    .for("share", { of: projectMember });
  if (!member)
    throw new Problem({
      tag: "not-a-member",
      what: "This person is not a member of the project.",
      where: "assigneeId",
    });
  if (hasRole(member.role, "annotator")) return;
  throw new Problem({
    tag: "viewer-has-no-tasks",
    what: `${member.name} is a viewer here, and can change nothing.`,
    where: "assigneeId",
    hint: "An owner can make them an annotator.",
  });
}

async function refuseTooMany(tx: Transaction, { projectId }: TaskPerson): Promise<void> {
  const [{ open }] = await tx
    .select({ open: count() })
    .from(task)
    .innerJoin(volume, eq(volume.id, task.volumeId))
    .where(and(eq(volume.projectId, projectId), eq(task.state, "open")));
  if (open < MOST_OPEN) return;
  throw new Problem({
    tag: "too-many-tasks",
    what: `This project has ${MOST_OPEN} open tasks, which is as many as one may have.`,
    hint: "Finish some of them, or take them back.",
  });
}

type TaskAudit =
  | { act: "task.given" | "task.passed-on"; taskId: string; person: Awaited<ReturnType<typeof auditedPerson>> | null }
  | { act: "task.done" | "task.reopened" | "task.withdrawn"; taskId: string };

async function audit(tx: Transaction, { projectId, volumeId, userId }: TaskPerson, told: TaskAudit): Promise<void> {
  const [{ name }] = await tx.select({ name: volume.name }).from(volume).where(eq(volume.id, volumeId));
  const { act, ...of } = told;
  const details = { ...of, volumeId, volume: name };
  await recordAudit(tx, { act, by: userId, projectId, details } as Parameters<typeof recordAudit>[1]);
}
