import type { Zyx } from "../../core/volume/voxel-space.ts";
import type { InstanceThresholds } from "./instances.ts";
import type { NetworkConfig } from "./model/network-config.ts";
import type { NetworkWeights } from "./model/predictor.ts";

export type StopReason = "budget" | "early-stop" | "cancelled";

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

/** A network with everything that predicting and finding nuclei need. */
export interface TrainedModel {
  readonly config: NetworkConfig;
  readonly weights: NetworkWeights;
  readonly thresholds: InstanceThresholds;
  /** Of the volumes it learned from. */
  readonly voxelSizeZyx: Zyx;
  readonly training: TrainingSummary;
}
