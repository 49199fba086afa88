import type { Head, LevelConfig, NetworkConfig } from "../../../core/checkpoint/network-config.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { anisotropyOf } from "../../../core/volume/voxel-space.ts";

const FLAT_ABOVE = 2.5;

export interface NetworkWish {
  readonly voxelSizeZyx: Zyx;
  readonly baseChannels?: number;
  readonly levelCount?: number;
  readonly heads?: readonly Head[];
}

/**
 * While slices are clearly more than twice as thick as voxels are wide: convolve (1,3,3) and pool (1,2,2); isotropic from
 * there. At 2.2 times, isotropic was better (docs/results-training.md).
 */
export function planNetwork({ voxelSizeZyx, baseChannels = 16, levelCount = 3, heads }: NetworkWish): NetworkConfig {
  let anisotropy = anisotropyOf(voxelSizeZyx);
  let poolZyx: Zyx = [1, 1, 1];
  const levels: LevelConfig[] = [];
  for (let level = 0; level < levelCount; level++) {
    const flat = anisotropy > FLAT_ABOVE;
    levels.push({ channels: baseChannels * 2 ** level, kernelZyx: flat ? [1, 3, 3] : [3, 3, 3], poolZyx });
    poolZyx = flat ? [1, 2, 2] : [2, 2, 2];
    if (flat) anisotropy /= 2;
  }
  return { levels, heads: heads ?? ["foreground", "distance"] };
}
