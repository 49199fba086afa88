import { randomInt } from "node:crypto";
import { and, eq, ne } from "drizzle-orm";
import { MOST_STUDIES, type StudyBeginning, studyObjection } from "../../core/agreement/blind-study.ts";
import { Problem } from "../../core/problem.ts";
import type { VoxelBox } from "../../core/volume/voxel-space.ts";
import type { Transaction } from "../../db/client.ts";
import {
  nucleusClass,
  prediction,
  project,
  projectMember,
  study,
  studyLayer,
  volume,
  volumeChannel,
} from "../../db/schema/index.ts";
import { auditedPerson, recordAudit } from "../audit/record-audit.ts";
import { announce, notify } from "../notifications/notify.ts";
import type { Services } from "../services.ts";
import { announceStudy } from "./announce-study.ts";
import { announceSeats, lockProject, seatPeople } from "./seat-people.ts";
import { nudgeStudies } from "./study-queue.ts";

export interface NewStudy {
  readonly projectId: string;
  readonly volumeId: string;
  readonly box: VoxelBox;
  readonly annotatorIds: readonly string[];
  readonly adjudicatorId: string;
  readonly beginsWith: StudyBeginning;
  readonly by: string;
}

/** A desk with an empty layer for each annotator, in one transaction. Proposals to begin with come to them a moment later. */
export async function startStudy(services: Services, given: NewStudy): Promise<{ studyId: string }> {
  const { studyId, seats, told } = await services.db.transaction(async (tx) => {
    await lockProject(tx, given.projectId);
    const [parent] = await tx
      .select()
      .from(volume)
      .where(and(eq(volume.id, given.volumeId), eq(volume.projectId, given.projectId)))
      .for("share");
    if (parent?.state !== "ready")
      throw new Problem({ tag: "volume-not-ready", what: "This volume is not there, or not ready." });
    const members = await tx.select().from(projectMember).where(eq(projectMember.projectId, given.projectId));
    const objection = studyObjection(given, parent.shapeZyx, members);
    if (objection) throw new Problem({ tag: "study-refused", what: objection.what, where: objection.field });
    await refuseTooMany(tx, given.projectId);
    const seedPredictionId = given.beginsWith === "proposals" ? await currentPrediction(tx, given.volumeId) : null;
    const { annotatorIds, box, by, ...fields } = given;
    const [{ studyId }] = await tx
      .insert(study)
      .values({ ...fields, ...box, seedPredictionId, createdBy: by })
      .returning({ studyId: study.id });
    for (const [number, userId] of shuffled(annotatorIds).entries())
      await layOut(tx, parent, { studyId, number, userId, by });
    const details = { studyId, volumeId: parent.id, volume: parent.name };
    const people = { annotators: annotatorIds.length };
    await recordAudit(tx, { act: "study.started", by, projectId: given.projectId, details: { ...details, ...people } });
    const asked = annotatorIds.filter((userId) => userId !== by);
    const facts = { kind: "study", by: (await auditedPerson(tx, by)).name } as const;
    const notice = { facts, projectId: given.projectId, volumeId: parent.id, subject: studyId };
    const told = await notify(tx, services, asked, notice);
    return { studyId, seats: await seatPeople(tx, given.projectId), told };
  });
  announce(services, told);
  announceSeats(services, seats);
  await announceStudy(services, given.projectId, studyId);
  if (given.beginsWith === "proposals") nudgeStudies(services);
  return { studyId };
}

/** A desk, and on it a volume that shows the image of `parent`. */
async function layOut(
  tx: Transaction,
  parent: typeof volume.$inferSelect,
  { studyId, number, userId, by }: { studyId: string; number: number; userId: string; by: string },
): Promise<void> {
  const [of] = await tx.select().from(project).where(eq(project.id, parent.projectId));
  const [desk] = await tx
    .insert(project)
    .values({ name: of.name, guidelines: of.guidelines, deskOf: studyId, createdBy: by })
    .returning({ id: project.id });
  const classes = await tx.select().from(nucleusClass).where(eq(nucleusClass.projectId, parent.projectId));
  if (classes.length > 0)
    await tx
      .insert(nucleusClass)
      .values(classes.map(({ name, numberKey, color }) => ({ projectId: desk.id, name, numberKey, color })));
  const { name, specimen, shapeZyx, voxelSizeZyx, voxelSizeFrom, pixelType, levels, quality, sourceFileName } = parent;
  const shown = { name, specimen, shapeZyx, voxelSizeZyx, voxelSizeFrom, pixelType, levels, quality, sourceFileName };
  const [layer] = await tx
    .insert(volume)
    .values({ ...shown, projectId: desk.id, state: "ready", imageOf: parent.id, storedBytes: 0, createdBy: userId })
    .returning({ id: volume.id });
  const channels = await tx.select().from(volumeChannel).where(eq(volumeChannel.volumeId, parent.id));
  if (channels.length > 0)
    await tx.insert(volumeChannel).values(channels.map((one) => ({ ...one, volumeId: layer.id })));
  await tx.insert(studyLayer).values({ studyId, userId, number, volumeId: layer.id });
}

async function refuseTooMany(tx: Transaction, projectId: string): Promise<void> {
  if ((await tx.$count(study, eq(study.projectId, projectId))) >= MOST_STUDIES)
    throw new Problem({
      tag: "too-many-studies",
      what: `A project has ${MOST_STUDIES} studies at most.`,
      hint: "Delete one that is not needed any more.",
    });
}

async function currentPrediction(tx: Transaction, volumeId: string): Promise<string> {
  const [current] = await tx
    .select({ id: prediction.id })
    .from(prediction)
    .where(and(eq(prediction.volumeId, volumeId), eq(prediction.current, true), ne(prediction.blobPrefix, "")));
  if (current) return current.id;
  throw new Problem({
    tag: "study-refused",
    what: "Nothing is proposed in this volume.",
    where: "beginsWith",
    hint: "Begin with nothing, or train first.",
  });
}

function shuffled<T>(items: readonly T[]): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const other = randomInt(i + 1);
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order;
}
