import type { CheckpointFiles } from "../../../core/checkpoint/checkpoint-files.ts";
import type { Head, NetworkConfig } from "../../../core/checkpoint/network-config.ts";
import type { CanonicalSize, TrainedModel, TrainingProgress } from "../../../core/checkpoint/trained-model.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { AugmentationOptions } from "../data/augment.ts";
import type { ValidationScores } from "../measure/validate.ts";

/** How long to learn: minutes of wall time, or an exact number of steps, which gives the same weights every time. */
export type TrainBudget = { readonly minutes: number } | { readonly maxSteps: number };

export interface TrainOptions {
  readonly seed: number;
  readonly budget: TrainBudget;
  /** Fine-tune these weights instead of starting from nothing. */
  readonly parent?: TrainedModel;
  /** Go on with a run that was cut off. */
  readonly resume?: TrainingProgress;
  /** Of the run that is gone on with; it may have been planned for another engine. */
  readonly config?: NetworkConfig;
  /** Of the run that is gone on with; null: volumes are seen on their own grid. Default: the parent's, or as the labels are. */
  readonly canonical?: CanonicalSize | null;
  readonly baseChannels?: number;
  readonly levelCount?: number;
  readonly heads?: readonly Head[];
  readonly patchShapeZyx?: Zyx;
  readonly batchSize?: number;
  readonly augmentation?: Partial<AugmentationOptions>;
  /** Default: a third of a minute. */
  readonly checkpointEverySeconds?: number;
  /** From the engine; bounds the memory of predictions. */
  readonly maxTileVoxels?: number;
}

export interface StepReport {
  readonly step: number;
  readonly loss: number;
  readonly stepMs: number;
  /** Share of the budget used, 0…1. */
  readonly progress: number;
  /** Voxels of this step's patches that carried truth. */
  readonly knownVoxels: number;
}

/** All optional; slow ones hold the training up. */
export interface TrainHooks {
  onStep?(report: StepReport): void | Promise<void>;
  onValidation?(report: { readonly step: number; readonly scores: ValidationScores }): void | Promise<void>;
  /** Files of a checkpoint that a later call can go on from (`loadCheckpoint(files).progress` as `resume`). */
  onCheckpoint?(report: { readonly step: number; readonly files: CheckpointFiles }): void | Promise<void>;
}
