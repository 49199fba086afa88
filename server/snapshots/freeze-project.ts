import { and, asc, desc, eq, gte, inArray, isNotNull, ne, sql } from "drizzle-orm";
import { type SnapshotManifest, snapshotManifestSchema } from "../../core/contract/snapshot-manifest.ts";
import { isTruth } from "../../core/labels/label-status.ts";
import type { Database } from "../../db/client.ts";
import { claim, proposal, snapshot, snapshotVolume, trainingBox, volume } from "../../db/schema/index.ts";
import { countsOfProjectNow } from "../collab/operations/count-project.ts";
import { readFrozenState } from "../collab/operations/freeze-labels.ts";
import type { FreezeTask } from "../label-worker/label-tasks.ts";
import { labelWorkerOf } from "../label-worker/label-worker.ts";
import { approvedNuclei, stillApproved } from "../reviews/approved-nuclei.ts";
import type { Services } from "../services.ts";
import { snapshotVolumeFolder } from "../storage/snapshot-places.ts";
import { findProposalsToFreeze } from "./proposals-to-freeze.ts";
import { dropSnapshot } from "./sweep-snapshots.ts";

type VolumeRow = typeof volume.$inferSelect;

/**
 * Copies the labels of the ready volumes of a project, with statuses, classes and boxes, into `snapshots/<id>/`. Blobs
 * and rows are never changed again: what was trained on or exported can be looked up for ever. A snapshot that did not
 * get finished has no `completedAt` and is removed, by the next start of the server at the latest.
 */
export async function freezeProject(
  services: Services,
  given: {
    projectId: string;
    reason: "training" | "prediction" | "export";
    createdBy: string | null;
    /** Only these of its volumes. */
    volumeIds?: readonly string[];
    /** Nuclei that no second person approved are left unknown. */
    approvedOnly?: boolean;
  },
): Promise<string> {
  const { db } = services;
  const { volumeIds, ...values } = given;
  const { approvedOnly = false } = values;
  const [{ id }] = await db.insert(snapshot).values(values).returning({ id: snapshot.id });
  try {
    const volumes = await db
      .select()
      .from(volume)
      .where(
        and(
          eq(volume.projectId, given.projectId),
          eq(volume.state, "ready"),
          volumeIds ? inArray(volume.id, [...volumeIds]) : undefined,
        ),
      )
      .orderBy(asc(volume.createdAt), asc(volume.id));
    // A volume that came later belongs to its specimen's side of the split.
    const keptOut = new Set(volumes.filter((row) => row.keptOut).map((row) => row.specimen));
    const isNeeded = given.reason === "training" ? await trainingNeeds(services, given.projectId) : () => true;
    for (const row of volumes)
      if (isNeeded(row.id)) await freezeVolume(services, id, row, { keptOut: keptOut.has(row.specimen), approvedOnly });
    await db.update(snapshot).set({ completedAt: new Date() }).where(eq(snapshot.id, id));
    return id;
  } catch (error) {
    await dropSnapshot(services, id);
    throw error;
  }
}

/**
 * A volume that nobody has labelled teaches and measures nothing: it is left out of a training, which neither copies nor
 * loads it, however large it is.
 */
async function trainingNeeds(services: Services, projectId: string): Promise<(volumeId: string) => boolean> {
  const { db } = services;
  const counts = await countsOfProjectNow(services, projectId);
  const boxes = await db
    .selectDistinct({ volumeId: trainingBox.volumeId })
    .from(trainingBox)
    .innerJoin(volume, eq(volume.id, trainingBox.volumeId))
    .where(eq(volume.projectId, projectId));
  const judged = await db
    .selectDistinct({ volumeId: proposal.volumeId })
    .from(proposal)
    .innerJoin(volume, eq(volume.id, proposal.volumeId))
    .where(and(eq(volume.projectId, projectId), ne(proposal.state, "undecided")));
  const needed = new Set([...boxes, ...judged].map(({ volumeId }) => volumeId));
  // Not counted: it could not be opened, and the freeze says why.
  for (const { volumeId, counted } of counts)
    if (!counted || counted.truth + counted.unfinished > 0) needed.add(volumeId);
  return (volumeId) => needed.has(volumeId);
}

async function freezeVolume(
  services: Services,
  snapshotId: string,
  row: VolumeRow,
  { keptOut, approvedOnly }: { readonly keptOut: boolean; readonly approvedOnly: boolean },
): Promise<void> {
  const { db } = services;
  const claimed = await db
    .select({ labelValue: claim.labelValue })
    .from(claim)
    .where(and(eq(claim.volumeId, row.id), gte(claim.expiresAt, sql`now()`)));
  // Pages never paint one (server/vigilance); whatever else does, it is not learned from.
  const planted = await db
    .select({ labelValue: proposal.labelValue })
    .from(proposal)
    .where(and(eq(proposal.volumeId, row.id), eq(proposal.planted, true)));
  const approvedBefore = approvedOnly ? await approvedNuclei(services, row.id) : null;
  const frozen = await readFrozenState(services, row.id);
  const approvedLabels = approvedBefore && stillApproved(approvedBefore, await approvedNuclei(services, row.id));
  const proposals = await findProposalsToFreeze(db, row.id);
  const { nuclei } = await labelWorkerOf(services).freeze({
    shapeZyx: row.shapeZyx,
    voxelSizeZyx: row.voxelSizeZyx,
    frozen,
    folder: snapshotVolumeFolder(snapshotId, row.id),
    unfinishedLabels: [...claimed, ...planted].map(({ labelValue }) => labelValue),
    approvedLabels,
    proposals,
    earlier: await findEarlier(db, row.id, frozen.version),
  });
  const boxes = await db
    .select({ kind: trainingBox.kind, minZyx: trainingBox.minZyx, maxZyx: trainingBox.maxZyx })
    .from(trainingBox)
    .where(eq(trainingBox.volumeId, row.id))
    .orderBy(asc(trainingBox.createdAt), asc(trainingBox.id));
  const manifest: SnapshotManifest = snapshotManifestSchema.parse({
    volumeId: row.id,
    name: row.name,
    specimen: row.specimen,
    keptOut,
    shapeZyx: row.shapeZyx,
    voxelSizeZyx: row.voxelSizeZyx,
    nuclei,
    rejectedProposals: proposals?.rejected.map(({ labelValue }) => labelValue) ?? null,
    boxes: boxes.map(({ kind, minZyx, maxZyx }) => ({ kind, box: { minZyx, maxZyx } })),
  } satisfies SnapshotManifest);
  await db.insert(snapshotVolume).values({
    snapshotId,
    volumeId: row.id,
    journalPosition: frozen.position,
    labelsVersion: frozen.version,
    nuclei: manifest.nuclei.filter(({ status }) => isTruth(status)).length,
    manifest,
  });
}

/** The newest finished snapshot that has the volume: most of it is still as it was. */
async function findEarlier(db: Database, volumeId: string, version: string): Promise<FreezeTask["earlier"]> {
  const [before] = await db
    .select({ snapshotId: snapshot.id, labelsVersion: snapshotVolume.labelsVersion })
    .from(snapshotVolume)
    .innerJoin(snapshot, eq(snapshot.id, snapshotVolume.snapshotId))
    .where(and(eq(snapshotVolume.volumeId, volumeId), isNotNull(snapshot.completedAt)))
    .orderBy(desc(snapshot.completedAt))
    .limit(1);
  return before
    ? { folder: snapshotVolumeFolder(before.snapshotId, volumeId), isSame: before.labelsVersion === version }
    : null;
}
