import { and, eq } from "drizzle-orm";
import { modelFileNames, progressFileNames } from "../../core/checkpoint/checkpoint-files.ts";
import { MAX_BLOB_BYTES } from "../../core/contract/trainer-messages.ts";
import { BRICK_VOXELS } from "../../core/volume/brick.ts";
import type { Database } from "../../db/client.ts";
import { blockPlan, checkpoint, predictionBlock, snapshotVolume, volume } from "../../db/schema/index.ts";
import type { JobRow } from "./claim-job.ts";

const RESUME_FILES = [...modelFileNames, ...progressFileNames];

/** Where one holder of a job writes: the token keeps a late trainer from overwriting its successor's files. */
export const jobFolder = (job: Pick<JobRow, "id" | "projectId" | "leaseToken">): string =>
  `projects/${job.projectId}/jobs/${job.id}/${job.leaseToken}/`;

const VOLUME_IMAGE = /^volumes\/([0-9a-f-]{36})\/image\.ome\.zarr\//;
const FROZEN_IMAGE = /^snapshots\/([0-9a-f-]{36})\/([0-9a-f-]{36})\/(?:labels|proposals)\.ome\.zarr\//;

const FINDINGS = /^volumes\/[0-9a-f-]{36}\/blocks\//;

/**
 * What the holder of a job may read, and no more: images of the job's volumes, their frozen labels and proposals, the
 * weights that it names, where a holder before left off, and what others found in blocks of its predictions.
 */
export async function mayRead(db: Database, job: JobRow, key: string): Promise<boolean> {
  if (FINDINGS.test(key)) return isFoundForJob(db, job, key);
  if (job.resumeBlob && key.startsWith(job.resumeBlob)) return isNamed(key.slice(job.resumeBlob.length), RESUME_FILES);
  return isInput(db, job, key);
}

/** What the holder of a block may read, and no more: its volume, the frozen labels and proposals of that, and the weights. */
export async function mayReadForBlock(db: Database, job: JobRow, volumeId: string, key: string): Promise<boolean> {
  const ofVolume = FROZEN_IMAGE.exec(key)?.[2] ?? VOLUME_IMAGE.exec(key)?.[1] ?? volumeId;
  return ofVolume === volumeId && isInput(db, job, key);
}

async function isFoundForJob(db: Database, job: JobRow, key: string): Promise<boolean> {
  const found = await db
    .select({ id: predictionBlock.id })
    .from(predictionBlock)
    .innerJoin(blockPlan, eq(blockPlan.id, predictionBlock.planId))
    .where(and(eq(blockPlan.jobId, job.id), eq(predictionBlock.findingsBlob, key)));
  return found.length > 0;
}

async function isInput(db: Database, job: JobRow, key: string): Promise<boolean> {
  const frozen = FROZEN_IMAGE.exec(key);
  if (frozen) return frozen[1] === job.payload.snapshotId && (await isVolumeOf(db, job, frozen[2], true));
  const image = VOLUME_IMAGE.exec(key);
  // A training sees the frozen volumes only; a prediction those that it names, or all of the project that are ready.
  if (image) {
    if (job.payload.kind === "train") return isVolumeOf(db, job, image[1], true);
    return (job.payload.volumeIds?.includes(image[1]) ?? true) && isVolumeOf(db, job, image[1], false);
  }
  const weights = job.payload.kind === "train" ? job.payload.parentCheckpointId : job.payload.checkpointId;
  if (!weights) return false;
  const [row] = await db
    .select({ prefix: checkpoint.blobPrefix })
    .from(checkpoint)
    .where(and(eq(checkpoint.id, weights), eq(checkpoint.projectId, job.projectId)));
  return row !== undefined && key.startsWith(row.prefix) && isNamed(key.slice(row.prefix.length), modelFileNames);
}

const isNamed = (name: string, names: readonly string[]): boolean => names.includes(name);

async function isVolumeOf(db: Database, job: JobRow, volumeId: string, frozen: boolean): Promise<boolean> {
  const inSnapshot = and(eq(snapshotVolume.volumeId, volume.id), eq(snapshotVolume.snapshotId, job.payload.snapshotId));
  const [found] = await db
    .select({ frozenId: snapshotVolume.id })
    .from(volume)
    .leftJoin(snapshotVolume, inSnapshot)
    .where(and(eq(volume.id, volumeId), eq(volume.projectId, job.projectId), eq(volume.state, "ready")));
  return found !== undefined && (!frozen || found.frozenId !== null);
}

/** Names below the holder's own folder: files of a checkpoint, or bricks of a prediction by their key. */
const WRITTEN = {
  train: /^[a-z0-9][a-z0-9-]{0,60}\/(?:model\.json|weights\.bin|progress\.json|progress\.bin)$/,
  predict: /^[a-z0-9][a-z0-9-]{0,60}\/\d{1,10}$/,
} as const;
/** 64³ numbers of 4 bytes that no compression made smaller, and gzip's own. */
const MAX_BRICK_BYTES = BRICK_VOXELS * 4 + 4096;

/** Largest size of a file that the holder of a job may write under this name; null where it may not. */
export function writableBytes(job: JobRow, name: string): number | null {
  if (!WRITTEN[job.payload.kind].test(name)) return null;
  return job.payload.kind === "predict" ? MAX_BRICK_BYTES : MAX_BLOB_BYTES;
}
