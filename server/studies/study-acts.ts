import { and, eq, isNotNull } from "drizzle-orm";
import { type ConsensusMethod, type StudyAct, studyActObjection } from "../../core/agreement/blind-study.ts";
import { Problem } from "../../core/problem.ts";
import type { Role } from "../../core/roles.ts";
import type { Transaction } from "../../db/client.ts";
import { study, studyLayer, volume } from "../../db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Services } from "../services.ts";
import { announceStudy } from "./announce-study.ts";
import { afterDropping, dropDesks } from "./drop-desks.ts";
import { proposeConsensus } from "./propose-consensus.ts";
import { announceSeats, lockProject, seatPeople } from "./seat-people.ts";
import { nudgeStudies } from "./study-queue.ts";

export interface StudyActor {
  readonly projectId: string;
  readonly userId: string;
  readonly role: Role;
}

const noStudy = () => new Problem({ tag: "study-gone", what: "This study is not there any more." });

/** Locked, with what the audit log says of it. */
async function studyFor(tx: Transaction, act: StudyAct, by: StudyActor, studyId: string) {
  await lockProject(tx, by.projectId);
  const [found] = await tx
    .select({ row: study, volumeName: volume.name })
    .from(study)
    .innerJoin(volume, eq(volume.id, study.volumeId))
    .where(and(eq(study.id, studyId), eq(study.projectId, by.projectId)));
  if (!found) throw noStudy();
  const objection = studyActObjection(act, found.row, by);
  if (objection) throw new Problem({ tag: "study-refused", what: objection });
  return { row: found.row, details: { studyId, volumeId: found.row.volumeId, volume: found.volumeName } };
}

/** Nobody draws any more; then the layers are compared. */
export async function closeStudy(services: Services, by: StudyActor, studyId: string): Promise<void> {
  const seats = await services.db.transaction(async (tx) => {
    const { details } = await studyFor(tx, "close", by, studyId);
    await tx.update(study).set({ state: "comparing", closedAt: new Date() }).where(eq(study.id, studyId));
    await recordAudit(tx, { act: "study.closed", by: by.userId, projectId: by.projectId, details });
    return seatPeople(tx, by.projectId);
  });
  announceSeats(services, seats);
  await announceStudy(services, by.projectId, studyId);
  nudgeStudies(services);
}

/** Of one that could not be compared. */
export async function compareAgain(services: Services, by: StudyActor, studyId: string): Promise<void> {
  await services.db.transaction(async (tx) => {
    const failed = and(eq(study.id, studyId), eq(study.projectId, by.projectId), isNotNull(study.problem));
    const again = await tx
      .update(study)
      .set({ problem: null, progress: 0 })
      .where(failed)
      .returning({ volumeId: study.volumeId });
    if (again.length === 0) throw noStudy();
    const [{ volumeId }] = again;
    const [of] = await tx.select({ name: volume.name }).from(volume).where(eq(volume.id, volumeId));
    const details = { studyId, volumeId, volume: of?.name ?? "" };
    await recordAudit(tx, { act: "study.compared-again", by: by.userId, projectId: by.projectId, details });
  });
  await announceStudy(services, by.projectId, studyId);
  nudgeStudies(services);
}

/** The annotator of a layer says that they are done with it, or that they are not after all. */
export async function sayDone(
  services: Services,
  by: { readonly userId: string; readonly volumeId: string },
  isDone: boolean,
): Promise<void> {
  const { projectId, studyId } = await services.db.transaction(async (tx) => {
    const own = and(eq(studyLayer.volumeId, by.volumeId), eq(studyLayer.userId, by.userId));
    const [found] = await tx
      .select({ row: study, doneAt: studyLayer.doneAt })
      .from(studyLayer)
      .innerJoin(study, eq(study.id, studyLayer.studyId))
      .where(own)
      .for("update");
    if (!found) throw noStudy();
    const { row, doneAt } = found;
    if (row.state !== "drawing") throw new Problem({ tag: "study-refused", what: "This study is closed." });
    if ((doneAt !== null) === isDone) return { projectId: row.projectId, studyId: row.id };
    await tx
      .update(studyLayer)
      .set({ doneAt: isDone ? new Date() : null })
      .where(own);
    const [of] = await tx.select({ name: volume.name }).from(volume).where(eq(volume.id, row.volumeId));
    const details = { studyId: row.id, volumeId: row.volumeId, volume: of?.name ?? "" };
    const act = isDone ? "study.layer-done" : "study.layer-reopened";
    await recordAudit(tx, { act, by: by.userId, projectId: row.projectId, details });
    return { projectId: row.projectId, studyId: row.id };
  });
  await announceStudy(services, projectId, studyId);
}

/** What the layers agree on becomes proposals of the volume, in place of what is proposed in the box. */
export async function propose(
  services: Services,
  by: StudyActor,
  { studyId, method }: { readonly studyId: string; readonly method: ConsensusMethod },
): Promise<{ nuclei: number }> {
  const { row, details } = await services.db.transaction((tx) => studyFor(tx, "propose", by, studyId));
  const nuclei = await proposeConsensus(services, row, method, async (tx, predictionId) => {
    await studyFor(tx, "propose", by, studyId);
    await tx.update(study).set({ consensus: method, consensusPredictionId: predictionId }).where(eq(study.id, studyId));
    await recordAudit(tx, {
      act: "study.consensus-proposed",
      by: by.userId,
      projectId: by.projectId,
      details: { ...details, method },
    });
  });
  await announceStudy(services, by.projectId, studyId);
  return { nuclei };
}

/** The adjudicator is through. */
export async function finishStudy(services: Services, by: StudyActor, studyId: string): Promise<void> {
  await services.db.transaction(async (tx) => {
    const { row, details } = await studyFor(tx, "finish", by, studyId);
    if (row.state !== "compared") throw noStudy();
    await tx.update(study).set({ state: "adjudicated", adjudicatedAt: new Date() }).where(eq(study.id, studyId));
    await recordAudit(tx, { act: "study.adjudicated", by: by.userId, projectId: by.projectId, details });
  });
  await announceStudy(services, by.projectId, studyId);
}

/** With all that was drawn in it. Labels that came of its consensus stay. */
export async function removeStudy(services: Services, by: StudyActor, studyId: string): Promise<void> {
  const people = await services.db.transaction(async (tx) => {
    const { details } = await studyFor(tx, "remove", by, studyId);
    const layers = await dropDesks(tx, [studyId]);
    await tx.delete(study).where(eq(study.id, studyId));
    await recordAudit(tx, { act: "study.deleted", by: by.userId, projectId: by.projectId, details });
    return layers;
  });
  await afterDropping(services, people);
  services.events.publish({ topic: "studies", projectId: by.projectId, userIds: people.map(({ userId }) => userId) });
}
