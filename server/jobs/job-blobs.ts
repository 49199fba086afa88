import { and, eq } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { checkpoint, volume } from "../../db/schema/index.ts";
import type { JobRow } from "./claim-job.ts";

const jobRoot = (job: Pick<JobRow, "id" | "projectId">): string => `projects/${job.projectId}/jobs/${job.id}/`;

/** Where one holder of a job writes: the token keeps a late trainer from overwriting its successor's files. */
export const jobFolder = (job: Pick<JobRow, "id" | "projectId" | "leaseToken">): string =>
  `${jobRoot(job)}${job.leaseToken}/`;

export const snapshotFolder = (snapshotId: string): string => `snapshots/${snapshotId}/`;

export const snapshotVolumeFolder = (snapshotId: string, volumeId: string): string =>
  `${snapshotFolder(snapshotId)}${volumeId}/`;

export const imageFolder = (volumeId: string): string => `volumes/${volumeId}/image.ome.zarr/`;

const VOLUME_IMAGE = /^volumes\/([0-9a-f-]{36})\/image\.ome\.zarr\//;

/** What the holder of a job may read: images of its project, its snapshot, its own files and the weights it names. */
export async function mayRead(db: Database, job: JobRow, key: string): Promise<boolean> {
  if (key.startsWith(snapshotFolder(job.payload.snapshotId)) || key.startsWith(jobRoot(job))) return true;
  const volumeId = VOLUME_IMAGE.exec(key)?.[1];
  if (volumeId) {
    const found = await db
      .select({ id: volume.id })
      .from(volume)
      .where(and(eq(volume.id, volumeId), eq(volume.projectId, job.projectId)));
    return found.length > 0;
  }
  const weights = job.payload.kind === "train" ? job.payload.parentCheckpointId : job.payload.checkpointId;
  if (!weights) return false;
  const [row] = await db.select({ prefix: checkpoint.blobPrefix }).from(checkpoint).where(eq(checkpoint.id, weights));
  return row !== undefined && key.startsWith(row.prefix);
}
