import { and, asc, desc, eq, getTableColumns, inArray } from "drizzle-orm";
import type { StudyState } from "../../core/agreement/blind-study.ts";
import type { ComparedStudy, ShownLayer, ShownStudy } from "../../core/agreement/shown-study.ts";
import type { Role } from "../../core/roles.ts";
import type { VoxelBox } from "../../core/volume/voxel-space.ts";
import type { Database } from "../../db/client.ts";
import { project, projectMember, study, studyLayer, user, volume } from "../../db/schema/index.ts";

export interface Reader {
  readonly userId: string;
  readonly role: Role;
}

const isClosed = (state: StudyState): boolean => state !== "drawing";

/** A result has a line for each nucleus: it is read where it is shown. */
const { result: _result, ...withoutResult } = getTableColumns(study);

/** The newest first. */
export async function listStudies(db: Database, projectId: string, reader: Reader): Promise<ShownStudy[]> {
  const rows = await db
    .select({ row: withoutResult, volumeName: volume.name, adjudicator: user.name })
    .from(study)
    .innerJoin(volume, eq(volume.id, study.volumeId))
    .innerJoin(user, eq(user.id, study.adjudicatorId))
    .where(eq(study.projectId, projectId))
    .orderBy(desc(study.createdAt), asc(study.id));
  if (rows.length === 0) return [];
  const ids = rows.map(({ row }) => row.id);
  const layers = await db
    .select({ layer: studyLayer, name: user.name })
    .from(studyLayer)
    .innerJoin(user, eq(user.id, studyLayer.userId))
    .where(inArray(studyLayer.studyId, ids))
    .orderBy(asc(studyLayer.number));
  return rows.map(({ row, volumeName, adjudicator }) => {
    const own = layers.filter(({ layer }) => layer.studyId === row.id);
    const mine = own.find(({ layer }) => layer.userId === reader.userId)?.layer;
    return {
      id: row.id,
      volumeId: row.volumeId,
      volumeName,
      box: { minZyx: row.minZyx, maxZyx: row.maxZyx },
      beginsWith: row.beginsWith,
      state: row.state,
      progress: row.progress,
      problem: row.problem,
      adjudicatorId: row.adjudicatorId,
      adjudicator,
      annotators: own.length,
      layers: shownLayers(own, row, reader),
      own: mine ? { volumeId: mine.volumeId, isDone: mine.doneAt !== null } : null,
      consensus: row.consensus,
      createdAt: row.createdAt,
    };
  });
}

/** Numbers of layers are told once nobody can look any more whose layer grows. */
function shownLayers(
  layers: readonly { readonly layer: typeof studyLayer.$inferSelect; readonly name: string }[],
  { state, adjudicatorId }: Pick<typeof study.$inferSelect, "state" | "adjudicatorId">,
  { userId, role }: Reader,
): ShownLayer[] | null {
  const isOwner = role === "owner";
  if (!isOwner && !(isClosed(state) && userId === adjudicatorId)) return null;
  return layers.map(({ layer, name }) => ({
    number: layer.number,
    name: isOwner ? name : null,
    isDone: layer.doneAt !== null,
    volumeId: isClosed(state) ? layer.volumeId : null,
  }));
}

/** Null where it is not there. Its result: for every member, as it names nobody. */
export async function readStudy(
  db: Database,
  projectId: string,
  studyId: string,
  reader: Reader,
): Promise<ComparedStudy | null> {
  const listed = (await listStudies(db, projectId, reader)).find(({ id }) => id === studyId);
  if (!listed) return null;
  const [row] = await db.select({ result: study.result }).from(study).where(eq(study.id, studyId));
  return { ...listed, result: row?.result ?? null };
}

export interface OwnStudy {
  readonly studyId: string;
  readonly projectId: string;
  readonly projectName: string;
  readonly volumeName: string;
  /** The layer to draw in; null: the result waits for this person's judgement. */
  readonly layerVolumeId: string | null;
  readonly isDone: boolean;
}

/** What waits for a person, over all projects that they are a member of now: layers to draw, and studies to adjudicate. */
export async function studiesOf(db: Database, userId: string): Promise<OwnStudy[]> {
  const shown = {
    studyId: study.id,
    projectId: project.id,
    projectName: project.name,
    volumeName: volume.name,
    createdAt: study.createdAt,
  };
  const isMember = and(eq(projectMember.projectId, study.projectId), eq(projectMember.userId, userId));
  const drawn = await db
    .select({ ...shown, layerVolumeId: studyLayer.volumeId, doneAt: studyLayer.doneAt })
    .from(studyLayer)
    .innerJoin(study, eq(study.id, studyLayer.studyId))
    .innerJoin(project, eq(project.id, study.projectId))
    .innerJoin(projectMember, isMember)
    .innerJoin(volume, eq(volume.id, study.volumeId))
    .where(and(eq(studyLayer.userId, userId), eq(study.state, "drawing")))
    .orderBy(asc(study.createdAt));
  const judged = await db
    .select(shown)
    .from(study)
    .innerJoin(project, eq(project.id, study.projectId))
    .innerJoin(projectMember, isMember)
    .innerJoin(volume, eq(volume.id, study.volumeId))
    .where(and(eq(study.adjudicatorId, userId), eq(study.state, "compared")))
    .orderBy(asc(study.createdAt));
  return [
    ...drawn.map(({ doneAt, createdAt: _, ...one }) => ({ ...one, isDone: doneAt !== null })),
    ...judged.map(({ createdAt: _, ...one }) => ({ ...one, layerVolumeId: null, isDone: false })),
  ];
}

/** What the editor says of an open layer; null: the volume is none. */
export interface LayerStanding {
  readonly studyId: string;
  readonly projectId: string;
  readonly state: StudyState;
  readonly box: VoxelBox;
  readonly isDone: boolean;
  /** Of the reader. */
  readonly isOwn: boolean;
}

export async function layerStanding(db: Database, volumeId: string, userId: string): Promise<LayerStanding | null> {
  const [found] = await db
    .select({ row: study, layer: studyLayer })
    .from(studyLayer)
    .innerJoin(study, eq(study.id, studyLayer.studyId))
    .where(eq(studyLayer.volumeId, volumeId));
  if (!found) return null;
  const { row, layer } = found;
  return {
    studyId: row.id,
    projectId: row.projectId,
    state: row.state,
    box: { minZyx: row.minZyx, maxZyx: row.maxZyx },
    isDone: layer.doneAt !== null,
    isOwn: layer.userId === userId,
  };
}
