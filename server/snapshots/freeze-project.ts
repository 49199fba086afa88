import { and, asc, eq, gte, ne, sql } from "drizzle-orm";
import { type SnapshotManifest, snapshotManifestSchema } from "../../core/contract/snapshot-manifest.ts";
import { isTruth } from "../../core/labels/label-status.ts";
import { claim, proposal, snapshot, snapshotVolume, trainingBox, volume } from "../../db/schema/index.ts";
import { countsOfProjectNow } from "../collab/count-project.ts";
import { freezeLabels } from "../collab/freeze-labels.ts";
import { snapshotFolder, snapshotVolumeFolder } from "../jobs/job-blobs.ts";
import { writeLabelImage } from "../label-images/write-label-image.ts";
import type { Services } from "../services.ts";
import { freezeProposals } from "./freeze-proposals.ts";
import { statusInSnapshot } from "./frozen-status.ts";

type VolumeRow = typeof volume.$inferSelect;

/**
 * Copies the labels of all ready volumes of a project, with statuses, classes and boxes, into `snapshots/<id>/`. Blobs
 * and rows are never changed again: what was trained on or exported can be looked up for ever. A snapshot that did not
 * get finished has no `completedAt` and is removed.
 */
export async function freezeProject(
  services: Services,
  given: { projectId: string; reason: "training" | "prediction" | "export"; createdBy: string | null },
): Promise<string> {
  const { db } = services;
  const [{ id }] = await db.insert(snapshot).values(given).returning({ id: snapshot.id });
  try {
    const volumes = await db
      .select()
      .from(volume)
      .where(and(eq(volume.projectId, given.projectId), eq(volume.state, "ready")))
      .orderBy(asc(volume.createdAt), asc(volume.id));
    // A volume that came later belongs to its specimen's side of the split.
    const keptOut = new Set(volumes.filter((row) => row.keptOut).map((row) => row.specimen));
    const isNeeded = given.reason === "training" ? await trainingNeeds(services, given.projectId) : () => true;
    for (const row of volumes) if (isNeeded(row.id)) await freezeVolume(services, id, row, keptOut.has(row.specimen));
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

/** Of a snapshot that nothing refers to: what it was made for did not come about. */
export async function dropSnapshot({ db, blobs }: Services, snapshotId: string): Promise<void> {
  await db.delete(snapshot).where(eq(snapshot.id, snapshotId));
  await blobs.remove(snapshotFolder(snapshotId));
}

async function freezeVolume(services: Services, snapshotId: string, row: VolumeRow, keptOut: boolean): Promise<void> {
  const { db, blobs, environment } = services;
  const claimed = await db
    .select({ labelValue: claim.labelValue })
    .from(claim)
    .where(and(eq(claim.volumeId, row.id), gte(claim.expiresAt, sql`now()`)));
  const claimedLabels = new Set(claimed.map(({ labelValue }) => labelValue));
  const labels = await freezeLabels(services, row.id);
  const folder = snapshotVolumeFolder(snapshotId, row.id);
  const grid = { blobs, dataRoot: environment.dataRoot, shapeZyx: row.shapeZyx, voxelSizeZyx: row.voxelSizeZyx };
  const statusOf = (label: number) => statusInSnapshot(labels.fieldsOf(label).status, claimedLabels.has(label));
  const extents = await writeLabelImage({
    ...grid,
    prefix: `${folder}labels.ome.zarr/`,
    name: "labels",
    sourceImage: `../../../volumes/${row.id}/image.ome.zarr`,
    readBrick: labels.readBrick,
    propertiesOf: ({ label }) => ({ status: statusOf(label), class: labels.fieldsOf(label).class ?? null }),
  });
  const rejectedProposals = await freezeProposals(services, row, `${folder}proposals.ome.zarr/`);
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
    nuclei: extents.map(({ label }) => {
      const fields = labels.fieldsOf(label);
      return {
        label,
        status: statusOf(label),
        class: fields.class ?? null,
        origin: fields.origin ?? null,
        by: labels.lastTouchedBy(label)?.userId ?? null,
      };
    }),
    rejectedProposals,
    boxes: boxes.map(({ kind, minZyx, maxZyx }) => ({ kind, box: { minZyx, maxZyx } })),
  } satisfies SnapshotManifest);
  await db.insert(snapshotVolume).values({
    snapshotId,
    volumeId: row.id,
    journalPosition: labels.journalPosition,
    nuclei: manifest.nuclei.filter(({ status }) => isTruth(status)).length,
    manifest,
  });
}
