import { featureNames } from "../../classes/nucleus-features.ts";
import type { NetworkConfig } from "../network-config.ts";
import { countNormalisedChannels, countParameters } from "../network-layout.ts";
import type { NetworkState, TrainedModel, TrainingProgress } from "../trained-model.ts";

const config: NetworkConfig = {
  levels: [
    { channels: 4, kernelZyx: [1, 3, 3], poolZyx: [1, 1, 1] },
    { channels: 8, kernelZyx: [3, 3, 3], poolZyx: [1, 2, 2] },
  ],
  heads: ["foreground", "distance"],
};
const parameters = countParameters(config);
const channels = countNormalisedChannels(config);
/** Values that 32 bits hold exactly. */
const vector = (length: number, scale: number) => Float32Array.from({ length }, (_, i) => ((i % 37) - 18) * scale);

const state: NetworkState = {
  step: 17,
  weights: vector(parameters, 0.5),
  averagedWeights: vector(parameters, 0.25),
  firstMoment: vector(parameters, 0.125),
  secondMoment: vector(parameters, 2),
  mean: vector(channels, 1),
  variance: vector(channels, 4).map((value) => Math.abs(value) + 1),
};

/** A whole model of a few thousand weights that has learned nothing. */
export const tinyModel: TrainedModel = {
  config,
  weights: { weights: state.weights, mean: state.mean, variance: state.variance },
  thresholds: { foreground: 0.5, seed: 0.4, minSeparationUm: 3, minVolumeUm3: 20, maxVolumeUm3: 900, wall: 0 },
  voxelSizeZyx: [5, 1, 1],
  canonical: { voxelsPerDiameter: 16, diameterUm: 9.5, diameterFrom: "labels" },
  outlineUm: -0.75,
  classifier: {
    classes: ["interphase", "mitotic"],
    features: [...featureNames],
    means: featureNames.map((_, k) => k / 8),
    scales: featureNames.map((_, k) => 1 + k / 4),
    weights: [1, -1].map((sign) =>
      Array.from({ length: 2 * featureNames.length + 1 }, (_, t) => (sign * (t + 1)) / 16),
    ),
  },
  training: {
    seed: 9,
    steps: 17,
    trainSeconds: 3.5,
    stepMsMedian: 200,
    parameters,
    patchShapeZyx: [8, 32, 32],
    stoppedBy: "budget",
    validationAp50: null,
  },
};

export const tinyProgress: TrainingProgress = {
  state,
  randomState: 12345,
  elapsedSeconds: 61.5,
  stepMs: [1, 2],
  best: null,
};
