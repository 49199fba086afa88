import { z } from "zod";
import { MAX_DIAMETER_UM, MIN_DIAMETER_UM } from "../perception/nucleus-diameter.ts";
import { blockPlanSchema, MAX_SHARED_BLOCKS } from "./shared-blocks.ts";
import { snapshotManifestSchema } from "./snapshot-manifest.ts";
import { shapeZyxSchema, voxelSizeZyxSchema } from "./voxel-shapes.ts";

/** What the job table holds; everything else is looked up when a trainer claims the job. */
export const jobPayloadSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("train"),
    snapshotId: z.uuid(),
    /** Goes on from these weights; null starts from nothing. */
    parentCheckpointId: z.uuid().nullable(),
    minutes: z
      .number()
      .gt(0)
      .max(24 * 60),
    seed: z.int().min(0).max(0x7fff_ffff),
  }),
  z.object({
    kind: z.literal("predict"),
    checkpointId: z.uuid(),
    snapshotId: z.uuid(),
    /** Only these volumes; without it all that are ready. */
    volumeIds: z.array(z.uuid()).min(1).max(10_000).optional(),
  }),
]);

export type JobPayload = z.infer<typeof jobPayloadSchema>;

const blobPrefix = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._/-]*\/$/, "a folder, ending in /")
  .max(400);

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** SHA-256 of a finished model's files, as its trainer made them: whoever reads them later knows whether they still are. */
export const fileHashesSchema = z.strictObject({ "model.json": sha256, "weights.bin": sha256 });
export type FileHashes = z.infer<typeof fileHashesSchema>;

/** `sha256` is null for checkpoints older than the hashes. */
const checkpointSchema = z.object({
  checkpointId: z.uuid(),
  prefix: blobPrefix,
  sha256: fileHashesSchema.nullable(),
});
export type CheckpointToRead = z.infer<typeof checkpointSchema>;

/** A volume as a trainer finds it; blobs are read below the job's own route. */
export const jobVolumeSchema = z.object({
  volumeId: z.uuid(),
  specimen: z.string().max(500),
  shapeZyx: shapeZyxSchema,
  voxelSizeZyx: voxelSizeZyxSchema,
  /** Percentiles 1 and 99.8 of the intensities, measured at import; null where they were not. */
  intensityRange: z.tuple([z.number(), z.number()]).nullable(),
  /** How wide nuclei are, as a person has measured them in this volume; null where nobody has. */
  nucleusDiameterUm: z.number().min(MIN_DIAMETER_UM).max(MAX_DIAMETER_UM).nullable(),
  /** Scale level 0 is the array `0/` below it. */
  imagePrefix: blobPrefix,
  /** Null for a volume that came after the snapshot. */
  frozen: z
    .object({ labelsPrefix: blobPrefix, proposalsPrefix: blobPrefix.nullable(), manifest: snapshotManifestSchema })
    .nullable(),
});

export type JobVolume = z.infer<typeof jobVolumeSchema>;

const leased = {
  jobId: z.uuid(),
  leaseToken: z.int().min(1),
  /** Opens the routes of this job, or block, while it is leased, and no others; the trainer's own token only claims. */
  jobToken: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  leaseSeconds: z.number().gt(0),
  attempt: z.int().min(1),
};

const common = { ...leased, volumes: z.array(jobVolumeSchema).min(1).max(10_000) };

/** The answer to a claim. */
export const claimedJobSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("train"),
    ...common,
    minutes: z.number().gt(0),
    seed: z.int().min(0),
    parent: checkpointSchema.nullable(),
    /** Where a trainer before left off; its folder has the same files as a finished checkpoint and `progress.json`. */
    resume: z.object({ step: z.int().min(0), prefix: blobPrefix }).nullable(),
  }),
  z.object({
    kind: z.literal("predict"),
    ...common,
    checkpoint: checkpointSchema,
    /** Volumes that an earlier holder of the job has already handed in. */
    doneVolumeIds: z.array(z.uuid()).max(10_000),
  }),
  /** One block of a prediction that another trainer leads. */
  z.object({
    kind: z.literal("block"),
    ...leased,
    blockId: z.uuid(),
    volume: jobVolumeSchema,
    checkpoint: checkpointSchema,
    plan: blockPlanSchema,
    index: z
      .int()
      .min(0)
      .max(MAX_SHARED_BLOCKS - 1),
  }),
]);

export type ClaimedJob = z.infer<typeof claimedJobSchema>;
export type ClaimedTrainJob = Extract<ClaimedJob, { kind: "train" }>;
export type ClaimedPredictJob = Extract<ClaimedJob, { kind: "predict" }>;
export type ClaimedBlock = Extract<ClaimedJob, { kind: "block" }>;
