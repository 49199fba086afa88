import { and, count, eq, sql } from "drizzle-orm";
import type { PredictedInstance } from "../../../core/contract/predicted-instance.ts";
import type { ImportedLabels, LabelMode } from "../../../core/import/import-request.ts";
import { Problem, type ProblemFields } from "../../../core/problem.ts";
import { type BrickKey, brickKeyOf } from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { Database, Transaction } from "../../../db/client.ts";
import { importJob, labelJournal, volume } from "../../../db/schema/index.ts";
import { readLabelChunk } from "../../label-images/read-label-chunk.ts";
import { publishPrediction } from "../../proposals/publish-prediction.ts";
import type { Services } from "../../services.ts";
import { removeScheduledBlobs, scheduleBlobRemoval } from "../../storage/blob-removal.ts";
import type { LabelExtent } from "../labels/label-statistics.ts";
import { writeLabelsIndex } from "../pyramid/write-labels.ts";
import type { ImageReport, LabelReport } from "../worker/worker-messages.ts";
import { IMPORTED_LABELS, imagePrefix, incomingLabelsPrefix } from "./import-places.ts";
import type { ImportJobRow, VolumeRow } from "./import-task.ts";

/** Whether somebody has painted; from then on, the base of the volume's labels is fixed. */
export async function isPainted(db: Database | Transaction, volumeId: string): Promise<boolean> {
  const [{ records }] = await db
    .select({ records: count() })
    .from(labelJournal)
    .where(eq(labelJournal.volumeId, volumeId));
  return records > 0;
}

const setReady = (tx: Transaction, volumeId: string, image: ImageReport | null) =>
  tx
    .update(volume)
    .set({
      state: "ready",
      importProgress: 100,
      problem: null,
      ...(image && { levels: [...image.levels], quality: image.quality, sourceSha256: image.sha256 }),
    })
    .where(eq(volume.id, volumeId));

const setDone = (tx: Transaction, jobId: string, labels: ImportedLabels | null) =>
  tx
    .update(importJob)
    .set({ state: "done", progressPercent: 100, phase: "", labels, finishedAt: sql`now()` })
    .where(eq(importJob.id, jobId));

const summaryOf = (mode: LabelMode, { extents, renamed }: LabelReport): ImportedLabels => ({
  mode,
  count: extents.length,
  largestId: extents.at(-1)?.label ?? 0,
  renamed,
});

/** An image without labels, or labels that are the base: all in one transaction. */
export async function finishWithBase(
  services: Services,
  job: ImportJobRow,
  image: ImageReport | null,
  labels: LabelReport | null,
): Promise<void> {
  if (labels) await writeLabelsIndex(services.blobs, imagePrefix(job.volumeId), [IMPORTED_LABELS]);
  await services.db.transaction(async (tx) => {
    await tx.execute(sql`select 1 from volume where id = ${job.volumeId} for update`);
    if (labels && (await isPainted(tx, job.volumeId)))
      throw new Problem({
        tag: "painted-meanwhile",
        what: "Somebody began to paint in this volume while its labels were being imported.",
        hint: "Start the import of the labels again: they are then added beside what was painted.",
      });
    await setReady(tx, job.volumeId, image);
    if (labels) {
      const { largestId, renamed } = summaryOf("accepted", labels);
      await tx
        .update(volume)
        .set({
          baseLabels: "imported",
          labelCounter: sql`greatest(${volume.labelCounter}, ${largestId})`,
          importedIdMap: Object.keys(renamed).length ? { ...renamed } : null,
        })
        .where(eq(volume.id, job.volumeId));
    }
    await setDone(tx, job.id, labels && summaryOf("accepted", labels));
  });
}

/** The volume first, so that people can look at it; then its labels as a prediction with the source `import`. */
export async function finishWithProposals(
  services: Services,
  job: ImportJobRow,
  target: VolumeRow,
  image: ImageReport | null,
  labels: LabelReport,
): Promise<void> {
  const { db, blobs } = services;
  if (image) await db.transaction(async (tx) => void (await setReady(tx, target.id, image)));
  const prefix = incomingLabelsPrefix(target.id, job.id);
  const brickKeys: BrickKey[] = [];
  for await (const key of blobs.list(`${prefix}0/c/`)) {
    const [bz, by, bx] = key
      .slice(prefix.length + "0/c/".length)
      .split("/")
      .map(Number);
    brickKeys.push(brickKeyOf(bz, by, bx));
  }
  await publishPrediction(
    services,
    {
      volumeId: target.id,
      source: "import",
      checkpointId: null,
      snapshotId: null,
      jobId: null,
      instances: labels.extents.map((extent) => toInstance(extent, target.shapeZyx)),
      truthShapes: [],
      readBrick: (key) => readLabelChunk(blobs, prefix, key),
      brickKeys,
    },
    async (tx) => {
      await setDone(tx, job.id, summaryOf("proposals", labels));
      await scheduleBlobRemoval(tx, [prefix]);
    },
  );
  await removeScheduledBlobs(db, blobs);
}

const toInstance = (extent: LabelExtent, shapeZyx: Zyx): PredictedInstance => ({
  id: extent.label,
  kind: "nucleus",
  box: { minZyx: [...extent.minZyx], maxZyx: [...extent.maxZyx] },
  centroidZyx: [...extent.centroidZyx],
  voxels: extent.voxels,
  touchesBorder: [0, 1, 2].some((axis) => extent.minZyx[axis] === 0 || extent.maxZyx[axis] === shapeZyx[axis]),
  scores: null,
  facts: null,
  meanEntropy: 0,
  shape: null,
});

/** A failed volume stays in the list with its Problem; a failed import of labels leaves the volume as it was. */
export async function failImport(db: Database, job: ImportJobRow, problem: ProblemFields): Promise<void> {
  await db.transaction(async (tx) => {
    await tx
      .update(importJob)
      .set({ state: "failed", problem, finishedAt: sql`now()` })
      .where(eq(importJob.id, job.id));
    if (job.request.image)
      await tx
        .update(volume)
        .set({ state: "failed", problem })
        .where(and(eq(volume.id, job.volumeId), eq(volume.state, "importing")));
  });
}
