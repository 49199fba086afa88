import { z } from "zod";
import { outlineUmSchema } from "../checkpoint/trained-model.ts";
import { plainProblemSchema, plainTextSchema } from "../plain-problem.ts";
import { checkpointMetricsSchema } from "./checkpoint-metrics.ts";
import { classScoresSchema } from "./class-scores.ts";
import { nucleusShapeSchema, predictedInstanceSchema } from "./predicted-instance.ts";
import { MAX_NUCLEI } from "./snapshot-manifest.ts";
import { fileHashesSchema } from "./trainer-job.ts";
import { engineNames, trainingConfigurationSchema } from "./training-configuration.ts";

/*
 * What a trainer says to the server. A claim is authorised by the trainer's token and hands out a token for that job
 * alone; every message about the job is authorised by that one and carries the number of its lease. When the lease has
 * passed to another trainer, or the job has ended, the answer is 401 or 409, and the trainer must stop at once. Any other
 * 4xx is final: the same message gets the same answer. No message may have a field that is not named here.
 */

/** Where a trainer's routes are, below the server's address. */
export const TRAINER_API = "/api/trainer";
/** Header of requests whose body is a blob. */
export const LEASE_TOKEN_HEADER = "x-lease-token";
export const MAX_BLOB_BYTES = 64 << 20;

const share = z.number().min(0).max(1);
/** Steps are kept in 32 bits. */
const step = z.int().min(0).max(0x7fff_ffff);
const trainerName = plainTextSchema(200).pipe(z.string().min(1));
const words = plainTextSchema(2000);
const engine = z.enum(engineNames);
const lease = { leaseToken: z.int().min(1) };

/** Said while there is no job: who is there, and how far the set-up of its engine is. */
export const helloSchema = z.strictObject({
  trainer: trainerName,
  engine: engine.nullable(),
  words,
});

export const claimRequestSchema = z.strictObject({
  trainer: trainerName,
  engine,
  words,
  /** Longer than the longest step of this engine: a lease must not run out while the process is busy. */
  leaseSeconds: z.number().min(1).max(900),
  /** Voxels that it can predict at once. Missing: it takes no single blocks of predictions that others lead. */
  maxBlockVoxels: z.int().min(1).optional(),
});
export type ClaimRequest = z.infer<typeof claimRequestSchema>;

export const heartbeatSchema = z.strictObject({
  ...lease,
  progress: share,
  /** A few words for the page. */
  phase: plainTextSchema(200),
});
export const heartbeatAnswerSchema = z.object({
  cancelRequested: z.boolean(),
  /** Somebody waits for a training: give the job back, and ask for work again. */
  giveWay: z.boolean().default(false),
});

export const metricSchema = z.strictObject({
  step,
  elapsedSeconds: z.number().min(0),
  loss: z.number().nullable(),
  /** Only where something was kept out of training. */
  validationAp50: share.nullable(),
  validationAp75: share.nullable(),
});
export const metricsSchema = z.strictObject({ ...lease, metrics: z.array(metricSchema).min(1).max(1000) });
export type TrainingMetric = z.infer<typeof metricSchema>;

/** Names a folder of the job that holds a whole, uploaded checkpoint. */
export const folderName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/);
export const resumePointSchema = z.strictObject({ ...lease, step, folder: folderName });

export const trainedSchema = z.strictObject({
  ...lease,
  folder: folderName,
  /** Of the files in the folder. */
  sha256: fileHashesSchema,
  configuration: trainingConfigurationSchema,
  /** Null: nothing was kept out, no number. */
  metrics: checkpointMetricsSchema.nullable(),
  /** AP50 of the weights it started from, in the same places; null for a first training. */
  parentAp50: share.nullable(),
  /** Missing from trainers that tell no classes. */
  classes: classScoresSchema.optional(),
});
export type TrainedMessage = z.infer<typeof trainedSchema>;

/** A predicted volume; its bricks of instance ids lie in `<folder>/<brickKey>`, gzip of 64³ little-endian uint32. */
export const predictedSchema = z.strictObject({
  ...lease,
  volumeId: z.uuid(),
  folder: folderName,
  brickKeys: z.array(z.int().min(0)).max(200_000),
  instances: z.array(predictedInstanceSchema).max(MAX_NUCLEI),
  /**
   * How far the outlines of people lie outside (+) or inside (−) of the model's in the volumes of this job, µm: what these
   * proposals were moved by. Null or missing: fewer than three labelled nuclei were found, nothing was moved.
   */
  outlineUm: outlineUmSchema.nullable().optional(),
  /** Shapes of the accepted and corrected nuclei of this volume, to judge what is odd. */
  truthShapes: z.array(nucleusShapeSchema).max(MAX_NUCLEI),
});
export type PredictedMessage = z.infer<typeof predictedSchema>;

export const leaseOnlySchema = z.strictObject(lease);

export const failSchema = z.strictObject({
  ...lease,
  problem: plainProblemSchema,
  /** False: another attempt may succeed. */
  final: z.boolean(),
});
