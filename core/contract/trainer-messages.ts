import { z } from "zod";
import { checkpointMetricsSchema } from "./checkpoint-metrics.ts";
import { nucleusShapeSchema, predictedInstanceSchema } from "./predicted-instance.ts";
import { MAX_NUCLEI } from "./snapshot-manifest.ts";

/*
 * What a trainer says to the server. Every message about a job carries the token of its lease: when the lease has
 * passed to another trainer the answer is 409, and the trainer must stop at once.
 */

/** Where a trainer's doors are, below the server's address. */
export const TRAINER_API = "/api/trainer";
/** Header of requests whose body is a blob. */
export const LEASE_TOKEN_HEADER = "x-lease-token";
export const MAX_BLOB_BYTES = 64 << 20;

const share = z.number().min(0).max(1);
const trainerName = z.string().min(1).max(200);
export const engineNames = ["native-gpu", "native-cpu", "wasm"] as const;
const engine = z.enum(engineNames);
const lease = { leaseToken: z.int().min(1) };

/** Said while there is no job: who is there, and how far the set-up of its engine is. */
export const helloSchema = z.object({
  trainer: trainerName,
  engine: engine.nullable(),
  words: z.string().max(2000),
});

export const claimRequestSchema = z.object({
  trainer: trainerName,
  engine,
  words: z.string().max(2000),
  /** Longer than the longest step of this engine: a lease must not run out while the process is busy. */
  leaseSeconds: z.number().min(1).max(900),
});
export type ClaimRequest = z.infer<typeof claimRequestSchema>;

export const heartbeatSchema = z.object({
  ...lease,
  progress: share,
  /** A few words for the page. */
  phase: z.string().max(200),
});
export const heartbeatAnswerSchema = z.object({ cancelRequested: z.boolean() });

export const metricSchema = z.object({
  step: z.int().min(0),
  elapsedSeconds: z.number().min(0),
  loss: z.number().nullable(),
  /** Only where something was kept out of training. */
  validationAp50: share.nullable(),
  validationAp75: share.nullable(),
});
export const metricsSchema = z.object({ ...lease, metrics: z.array(metricSchema).min(1).max(1000) });
export type TrainingMetric = z.infer<typeof metricSchema>;

/** Names a folder of the job that holds a whole, uploaded checkpoint. */
export const folderName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/);
export const resumePointSchema = z.object({ ...lease, step: z.int().min(0), folder: folderName });

export const trainedSchema = z.object({
  ...lease,
  folder: folderName,
  /** Engine, options, steps, seconds, seed, thresholds: what is needed to run it again. */
  configuration: z.record(z.string(), z.unknown()),
  /** Null: nothing was kept out, no number. */
  metrics: checkpointMetricsSchema.nullable(),
  /** AP50 of the weights it started from, in the same places; null for a first training. */
  parentAp50: share.nullable(),
});
export type TrainedMessage = z.infer<typeof trainedSchema>;

/** A predicted volume; its bricks of instance ids lie in `<folder>/<brickKey>`, gzip of 64³ little-endian uint32. */
export const predictedSchema = z.object({
  ...lease,
  volumeId: z.uuid(),
  folder: folderName,
  brickKeys: z.array(z.int().min(0)).max(200_000),
  instances: z.array(predictedInstanceSchema).max(MAX_NUCLEI),
  /** Shapes of the accepted and corrected nuclei of this volume, to judge what is odd. */
  truthShapes: z.array(nucleusShapeSchema).max(MAX_NUCLEI),
});
export type PredictedMessage = z.infer<typeof predictedSchema>;

export const leaseOnlySchema = z.object(lease);

export const failSchema = z.object({
  ...lease,
  problem: z.object({
    tag: z.string().max(100),
    what: z.string().max(2000),
    where: z.string().max(2000).optional(),
    hint: z.string().max(2000).optional(),
  }),
  /** False: another attempt may succeed. */
  final: z.boolean(),
});
