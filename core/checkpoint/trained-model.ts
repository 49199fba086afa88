import { z } from "zod";
import type { NucleusClassifier } from "../classes/nucleus-classifier.ts";
import { MAX_OUTLINE_UM } from "../labels/move-outlines.ts";
import type { Zyx } from "../volume/voxel-space.ts";
import type { NetworkConfig } from "./network-config.ts";

/** Tuned on the labelled pool only, and stored with the checkpoint. */
export interface InstanceThresholds {
  readonly foreground: number;
  /** Least smoothed distance of a seed. */
  readonly seed: number;
  readonly minSeparationUm: number;
  readonly minVolumeUm3: number;
  readonly maxVolumeUm3: number;
  /** How much the boundary probability raises the watershed's landscape. */
  readonly wall: number;
}

export const thresholdsSchema = z.strictObject({
  foreground: z.number(),
  seed: z.number(),
  minSeparationUm: z.number(),
  minVolumeUm3: z.number(),
  maxVolumeUm3: z.number(),
  wall: z.number(),
});

/**
 * How large nuclei are to the network: volumes are seen through cubes of `diameterUm / voxelsPerDiameter`, whatever their own
 * voxels are. Thresholds hold for `diameterUm`, too.
 */
export interface CanonicalSize {
  readonly voxelsPerDiameter: number;
  readonly diameterUm: number;
  /** From the labels it learned from: all its volumes have it. From the image: it is looked for in every image anew. */
  readonly diameterFrom: "labels" | "image";
}

export const canonicalSizeSchema = z.strictObject({
  voxelsPerDiameter: z.number().min(4).max(64),
  diameterUm: z.number().gt(0),
  diameterFrom: z.enum(["labels", "image"]),
});

export const outlineUmSchema = z.number().min(-MAX_OUTLINE_UM).max(MAX_OUTLINE_UM);

export const stopReasons = ["budget", "early-stop", "cancelled"] as const;
export type StopReason = (typeof stopReasons)[number];

/** How a model came to be: enough to run it again. */
export interface TrainingSummary {
  readonly seed: number;
  readonly steps: number;
  readonly trainSeconds: number;
  readonly stepMsMedian: number;
  readonly parameters: number;
  readonly patchShapeZyx: Zyx;
  readonly stoppedBy: StopReason;
  /** AP at IoU 0.5 in the validation boxes; null where there is none. */
  readonly validationAp50: number | null;
}

const zyx = z.tuple([z.number(), z.number(), z.number()]);

export const trainingSummarySchema = z.strictObject({
  seed: z.number(),
  steps: z.number(),
  trainSeconds: z.number(),
  stepMsMedian: z.number(),
  parameters: z.number(),
  patchShapeZyx: zyx,
  stoppedBy: z.enum(stopReasons),
  validationAp50: z.number().nullable(),
});

/** What prediction needs of a trained network; all vectors flat. */
export interface NetworkWeights {
  readonly weights: Float32Array;
  /** Running statistics of the normalised channels. */
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/** A network with everything that predicting and finding nuclei need. */
export interface TrainedModel {
  readonly config: NetworkConfig;
  readonly weights: NetworkWeights;
  readonly thresholds: InstanceThresholds;
  /** Of the volumes it learned from. */
  readonly voxelSizeZyx: Zyx;
  /** Null: it sees volumes on their own grid, as models did before there was a canonical size. */
  readonly canonical: CanonicalSize | null;
  /** How far people's outlines lie outside (+) or inside (−) of what this model finds; null where nobody could tell. */
  readonly outlineUm: number | null;
  /** Tells the classes of the nuclei that it finds; null where too few nuclei have one, and in checkpoints of before. */
  readonly classifier: NucleusClassifier | null;
  readonly training: TrainingSummary;
}

/** Everything that training needs to go on where it stopped; all vectors flat. */
export interface NetworkState extends NetworkWeights {
  readonly step: number;
  /** Weights averaged over the last steps: what predicts. */
  readonly averagedWeights: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
}

/** What a stopped run needs beside the model to go on as if nothing had happened. */
export interface TrainingProgress {
  readonly state: NetworkState;
  readonly randomState: number;
  readonly elapsedSeconds: number;
  /** Median step so far is reported over both parts. */
  readonly stepMs: readonly number[];
  /** Weights that did best in the validation boxes so far; the model of the checkpoint then has these. */
  readonly best: { readonly ap50: number; readonly weights: NetworkWeights } | null;
}
