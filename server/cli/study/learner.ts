import type { PredictedInstance } from "../../../core/contract/predicted-instance.ts";
import type { TrainingVolume } from "../../trainer/data/training-volume.ts";

/** What a study needs of a model: the product's own, or a stand-in of a test. */
export interface Learner {
  readonly engine: string;
  /** Foreground by the weights to begin with, where background round nuclei is withheld; null: nothing is withheld. */
  foregroundOf(volume: TrainingVolume): Promise<Float32Array | null>;
  /** Learns from what is known, from the same weights each time: the same steps and seed give the same model. */
  learn(
    volumes: readonly TrainingVolume[],
    options: { readonly seed: number; readonly steps: number; readonly signal: AbortSignal },
  ): Promise<LearnedModel>;
}

export interface LearnedModel {
  /** Of its weights. */
  readonly id: string;
  readonly seconds: number;
  /** Nuclei and candidates where `labels` is 0; `labels` is all that it may see of labels. */
  propose(volume: SeenVolume, signal: AbortSignal): Promise<Proposed>;
  dispose(): void;
}

export type SeenVolume = Pick<TrainingVolume, "id" | "shapeZyx" | "voxelSizeZyx" | "image" | "labels">;

export interface Proposed {
  /** Ids of the instances. */
  readonly labels: Uint32Array;
  readonly instances: readonly PredictedInstance[];
}
