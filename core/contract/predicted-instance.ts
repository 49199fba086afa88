import { z } from "zod";
import { proposedClassSchema } from "./class-scores.ts";
import { labelValueSchema, pointZyxSchema, strictVoxelBoxSchema } from "./voxel-shapes.ts";

const share = z.number().min(0).max(1);

/** Definitions as NucleusJ 2 has them (core/morphometry). */
export const nucleusShapeSchema = z.strictObject({
  volumeUm3: z.number().gt(0),
  elongation: z.number().min(0),
  flatness: z.number().min(0),
  sphericity: z.number().min(0),
});

export type NucleusShape = z.infer<typeof nucleusShapeSchema>;

/** What was seen while scoring, for the reason in words. */
export const scoreFactsSchema = z.strictObject({
  /** Symmetries the model was run in. */
  passes: z.int().min(1).max(64),
  /** Passes that found the nucleus again, IoU > 0.5. */
  matched: z.int().min(0).max(64),
  /** Passes that cut it in two or more. */
  split: z.int().min(0).max(64),
  /** Passes that joined it with another. */
  merged: z.int().min(0).max(64),
});

export type ScoreFacts = z.infer<typeof scoreFactsSchema>;

/** One object of a prediction. `id` is its value in the uploaded bricks; the server gives it a label value of its own. */
export const predictedInstanceSchema = z.strictObject({
  id: labelValueSchema,
  kind: z.enum(["nucleus", "candidate"]),
  box: strictVoxelBoxSchema,
  centroidZyx: pointZyxSchema,
  voxels: z.int().min(1),
  touchesBorder: z.boolean(),
  /** u1…u4 of nuclei; null for candidates, which are ranked among themselves by `meanEntropy`. */
  scores: z.strictObject({ u1: share, u2: share, u3: share, u4: share }).nullable(),
  facts: scoreFactsSchema.nullable(),
  /** Mean normalised entropy of the foreground probability inside, 0…1. */
  meanEntropy: share,
  /** Of candidates: how much brighter their blob is than what is round it, as a share of the image's range. Missing from older trainers. */
  evidence: share.optional(),
  shape: nucleusShapeSchema.nullable(),
  /** Null or missing: its model tells no classes, or it is a candidate. */
  class: proposedClassSchema.nullable().optional(),
});

export type PredictedInstance = z.infer<typeof predictedInstanceSchema>;
