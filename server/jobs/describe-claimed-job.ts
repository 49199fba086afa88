import { and, asc, eq, inArray } from "drizzle-orm";
import type {
  CheckpointToRead,
  ClaimedPredictJob,
  ClaimedTrainJob,
  JobVolume,
} from "../../core/contract/trainer-job.ts";
import { Problem } from "../../core/problem.ts";
import type { Database } from "../../db/client.ts";
import { checkpoint, prediction, snapshotVolume, volume } from "../../db/schema/index.ts";
import { imagePrefix } from "../storage/import-places.ts";
import { snapshotVolumeFolder } from "../storage/snapshot-places.ts";
import type { JobRow } from "./claim-job.ts";

/** Everything a trainer needs to begin, looked up when it claims the job. Throws a Problem where it cannot begin. */
export async function describeClaimedJob(
  db: Database,
  job: JobRow,
  jobToken: string,
): Promise<ClaimedTrainJob | ClaimedPredictJob> {
  const { payload } = job;
  const volumes = await jobVolumes(db, job);
  if (volumes.length === 0)
    throw new Problem({
      tag: "no-volume-left",
      what: "All volumes of this job have been deleted.",
      hint: "Import a volume, label some nuclei, and train again.",
    });
  const common = {
    jobId: job.id,
    leaseToken: job.leaseToken,
    jobToken,
    leaseSeconds: job.leaseSeconds,
    attempt: job.attempts,
    volumes,
  };
  if (payload.kind === "train") {
    const parentId = payload.parentCheckpointId;
    return {
      kind: "train",
      ...common,
      minutes: payload.minutes,
      seed: payload.seed,
      parent: parentId ? await checkpointToRead(db, parentId) : null,
      resume: job.resumeBlob ? { step: job.resumeStep, prefix: job.resumeBlob } : null,
    };
  }
  const done = await db.select({ volumeId: prediction.volumeId }).from(prediction).where(eq(prediction.jobId, job.id));
  return {
    kind: "predict",
    ...common,
    checkpoint: await checkpointToRead(db, payload.checkpointId),
    doneVolumeIds: done.map((row) => row.volumeId),
  };
}

/** A training sees the frozen volumes only; a prediction all that are ready, or those that it names. `volumeId`: this one of them. */
export async function jobVolumes(db: Database, job: JobRow, volumeId?: string): Promise<JobVolume[]> {
  const { payload } = job;
  const { snapshotId } = payload;
  const only = payload.kind === "predict" ? payload.volumeIds : undefined;
  const rows = await db
    .select({ volume, frozen: snapshotVolume })
    .from(volume)
    .leftJoin(snapshotVolume, and(eq(snapshotVolume.volumeId, volume.id), eq(snapshotVolume.snapshotId, snapshotId)))
    .where(
      and(
        eq(volume.projectId, job.projectId),
        eq(volume.state, "ready"),
        only ? inArray(volume.id, only) : undefined,
        volumeId ? eq(volume.id, volumeId) : undefined,
      ),
    )
    .orderBy(asc(volume.createdAt), asc(volume.id));
  return rows
    .filter(({ frozen }) => frozen || payload.kind === "predict")
    .map(({ volume: row, frozen }) => {
      const folder = snapshotVolumeFolder(snapshotId, row.id);
      return {
        volumeId: row.id,
        specimen: row.specimen,
        shapeZyx: row.shapeZyx,
        voxelSizeZyx: row.voxelSizeZyx,
        intensityRange: row.quality ? [row.quality.percentile1, row.quality.percentile998] : null,
        nucleusDiameterUm: row.nucleusDiameterUm,
        imagePrefix: imagePrefix(row.id),
        frozen: frozen && {
          labelsPrefix: `${folder}labels.ome.zarr/`,
          proposalsPrefix: frozen.manifest.rejectedProposals ? `${folder}proposals.ome.zarr/` : null,
          manifest: frozen.manifest,
        },
      };
    });
}

export async function checkpointToRead(db: Database, id: string): Promise<CheckpointToRead> {
  const [row] = await db.select().from(checkpoint).where(eq(checkpoint.id, id));
  if (!row)
    throw new Problem({
      tag: "checkpoint-gone",
      what: "The checkpoint that this job starts from is gone.",
      hint: "Make another checkpoint current, or train again.",
    });
  return { checkpointId: id, prefix: row.blobPrefix, sha256: row.sha256 };
}
