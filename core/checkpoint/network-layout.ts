import type { Zyx } from "../volume/voxel-space.ts";
import type { NetworkConfig } from "./network-config.ts";

/** Added to the variance of every normalised channel. */
export const NORM_EPSILON = 1e-3;

/** One array of the network. All of them lie in one flat vector, in the order of `listParameters`. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: "filter" | "scale" | "shift";
}

/** Channels that each normalised convolution puts out, in the order of the forward pass. */
export function listParameters(config: NetworkConfig): ParameterSpec[] {
  const specs: ParameterSpec[] = [];
  const block = (name: string, kernelZyx: readonly number[], input: number, output: number) => {
    for (const [index, channels] of [input, output].entries()) {
      const layer = `${name}/${index + 1}`;
      specs.push({ name: `${layer}/filter`, shape: [...kernelZyx, channels, output], role: "filter" });
      specs.push({ name: `${layer}/scale`, shape: [output], role: "scale" });
      specs.push({ name: `${layer}/shift`, shape: [output], role: "shift" });
    }
  };
  const { levels } = config;
  levels.forEach((level, index) => {
    block(`down${index + 1}`, level.kernelZyx, index === 0 ? 1 : levels[index - 1].channels, level.channels);
  });
  for (let index = levels.length - 2; index >= 0; index--) {
    const level = levels[index];
    block(`up${index + 1}`, level.kernelZyx, levels[index + 1].channels + level.channels, level.channels);
  }
  const heads = config.heads.length;
  specs.push({ name: "heads/filter", shape: [1, 1, 1, levels[0].channels, heads], role: "filter" });
  specs.push({ name: "heads/shift", shape: [heads], role: "shift" });
  return specs;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

export const countParameters = (config: NetworkConfig): number =>
  listParameters(config).reduce((sum, spec) => sum + sizeOf(spec.shape), 0);

/** Output channels of all normalised layers, summed: the length of each statistics vector. */
export const countNormalisedChannels = (config: NetworkConfig): number =>
  listParameters(config).reduce((sum, spec) => sum + (spec.role === "scale" ? spec.shape[0] : 0), 0);

/** Patch and tile sizes must be whole multiples of this. */
export function poolingFactor(config: NetworkConfig): Zyx {
  const factor = (axis: 0 | 1 | 2) => config.levels.reduce((product, level) => product * level.poolZyx[axis], 1);
  return [factor(0), factor(1), factor(2)];
}

/** Voxels on each side that can influence one output voxel. */
export function receptiveRadius(config: NetworkConfig): Zyx {
  const along = (axis: 0 | 1 | 2) => {
    let voxelsPerCell = 1;
    let radius = 0;
    config.levels.forEach((level, index) => {
      voxelsPerCell *= level.poolZyx[axis];
      const convolutions = index === config.levels.length - 1 ? 2 : 4; // down, and up again
      radius +=
        convolutions * ((level.kernelZyx[axis] - 1) / 2) * voxelsPerCell + (level.poolZyx[axis] - 1) * voxelsPerCell;
    });
    return radius;
  };
  return [along(0), along(1), along(2)];
}
