import type { NetworkConfig } from "../../../core/checkpoint/network-config.ts";
import { countNormalisedChannels, listParameters, sizeOf } from "../../../core/checkpoint/network-layout.ts";
import { tinyModel } from "../../../core/checkpoint/testing/tiny-model.ts";
import type { NetworkWeights, TrainedModel } from "../../../core/checkpoint/trained-model.ts";
import { createSeededRandom } from "../../../core/simulator/seeded-random.ts";

/** Weights that have learned nothing, with statistics far from 0 and 1, whose outputs reach neither 0 nor 1. */
export function randomWeights(config: NetworkConfig, seed: number): NetworkWeights {
  const random = createSeededRandom(seed);
  const weights = listParameters(config).flatMap(({ shape, role }) => {
    const spread = role === "filter" ? Math.sqrt(2 / sizeOf(shape.slice(0, -1))) : 0.2;
    return Array.from({ length: sizeOf(shape) }, () => (role === "scale" ? 1 : 0) + spread * random.normal());
  });
  const channels = countNormalisedChannels(config);
  return {
    weights: Float32Array.from(weights),
    mean: Float32Array.from({ length: channels }, () => 0.3 * random.normal()),
    variance: Float32Array.from({ length: channels }, () => 0.3 + random.uniform()),
  };
}

/** Thick slices seen in cubes, three heads: as much as a network can have, in a few thousand weights. */
export const threeHeads: NetworkConfig = {
  levels: [
    { channels: 3, kernelZyx: [1, 3, 3], poolZyx: [1, 1, 1] },
    { channels: 5, kernelZyx: [3, 3, 3], poolZyx: [1, 2, 2] },
    { channels: 7, kernelZyx: [3, 3, 3], poolZyx: [2, 2, 2] },
  ],
  heads: ["foreground", "distance", "boundary"],
};

export const randomModel = (
  config: NetworkConfig,
  seed: number,
  changes: Partial<TrainedModel> = {},
): TrainedModel => ({
  ...tinyModel,
  config,
  weights: randomWeights(config, seed),
  ...changes,
});
