import { and, eq, inArray, sql } from "drizzle-orm";
import { deskRole } from "../../core/agreement/blind-study.ts";
import type { Transaction } from "../../db/client.ts";
import { project, projectMember, study, studyLayer, volume } from "../../db/schema/index.ts";
import type { Services } from "../services.ts";

/** Somebody's place at a desk has changed: whatever they have open there is looked at again. */
export interface SeatChange {
  readonly projectId: string;
  readonly userId: string;
}

/** Changes of one project's members and studies happen one after another. */
export const lockProject = (tx: Transaction, projectId: string) =>
  tx.execute(sql`select 1 from ${project} where ${project.id} = ${projectId} for update`);

/**
 * Who sits at the desks of a project's studies follows from the studies' states and the project's members (`deskRole`), and from nothing else: call it in
 * every transaction that changes either, and `announceSeats` with the answer after it.
 */
export async function seatPeople(tx: Transaction, projectId: string): Promise<readonly SeatChange[]> {
  const layers = await tx
    .select({
      deskId: volume.projectId,
      annotatorId: studyLayer.userId,
      state: study.state,
      adjudicatorId: study.adjudicatorId,
    })
    .from(study)
    .innerJoin(studyLayer, eq(studyLayer.studyId, study.id))
    .innerJoin(volume, eq(volume.id, studyLayer.volumeId))
    .where(eq(study.projectId, projectId));
  if (layers.length === 0) return [];
  const members = await tx.select().from(projectMember).where(eq(projectMember.projectId, projectId));
  const deskIds = layers.map(({ deskId }) => deskId);
  const seats = await tx.select().from(projectMember).where(inArray(projectMember.projectId, deskIds));
  const changes: SeatChange[] = [];
  for (const { deskId, annotatorId, state, adjudicatorId } of layers) {
    const seated = new Map(seats.filter((one) => one.projectId === deskId).map((one) => [one.userId, one.role]));
    const roleOf = new Map(members.map(({ userId, role }) => [userId, role]));
    for (const userId of new Set([...seated.keys(), ...roleOf.keys()])) {
      const [isAnnotator, isAdjudicator] = [userId === annotatorId, userId === adjudicatorId];
      const role = deskRole(state, { projectRole: roleOf.get(userId) ?? null, isAnnotator, isAdjudicator });
      if (role === (seated.get(userId) ?? null)) continue;
      changes.push({ projectId: deskId, userId });
      const place = and(eq(projectMember.projectId, deskId), eq(projectMember.userId, userId));
      if (role === null) await tx.delete(projectMember).where(place);
      else if (seated.has(userId)) await tx.update(projectMember).set({ role }).where(place);
      else await tx.insert(projectMember).values({ projectId: deskId, userId, role, pseudonym: "annotator" });
    }
  }
  return changes;
}

export function announceSeats({ events }: Pick<Services, "events">, changes: readonly SeatChange[]): void {
  for (const { projectId, userId } of changes) events.publish({ topic: "members", projectId, userId });
}
