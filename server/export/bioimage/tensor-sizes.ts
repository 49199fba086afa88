import type { NetworkConfig } from "../../../core/checkpoint/network-config.ts";
import { poolingFactor, receptiveRadius } from "../../../core/checkpoint/network-layout.ts";
import type { TrainedModel } from "../../../core/checkpoint/trained-model.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";

/** What sizes the network takes, in voxels of the grid that it sees. */
export interface TensorSizes {
  /** Sizes are whole multiples of this. */
  readonly stepZyx: Zyx;
  /** To be cut off where tiles are put together: half of what can influence a voxel, as Karyoloop overlaps its own. */
  readonly haloZyx: Zyx;
  /** So large that something is left between two halos. */
  readonly minZyx: Zyx;
  /** Of the test tensors: three different sizes, so that no two axes can be mixed up. */
  readonly testZyx: Zyx;
}

export function tensorSizes(config: NetworkConfig): TensorSizes {
  const stepZyx = poolingFactor(config);
  const radius = receptiveRadius(config);
  const zyx = (along: (axis: 0 | 1 | 2) => number): Zyx => [along(0), along(1), along(2)];
  const haloZyx = zyx((axis) => Math.max(1, Math.ceil(radius[axis] / 2)));
  const minZyx = zyx((axis) => Math.ceil((2 * haloZyx[axis] + 1) / stepZyx[axis]) * stepZyx[axis]);
  return { stepZyx, haloZyx, minZyx, testZyx: distinct(minZyx, stepZyx) };
}

function distinct(minZyx: Zyx, stepZyx: Zyx): Zyx {
  const taken: number[] = [];
  for (const axis of [0, 1, 2] as const) {
    let size = minZyx[axis];
    while (taken.includes(size)) size += stepZyx[axis];
    taken.push(size);
  }
  return [taken[0], taken[1], taken[2]];
}

/** Size of the voxels that the network sees. */
export function seenVoxelSizeUm({ canonical, voxelSizeZyx }: Pick<TrainedModel, "canonical" | "voxelSizeZyx">): Zyx {
  if (!canonical) return voxelSizeZyx;
  const side = canonical.diameterUm / canonical.voxelsPerDiameter;
  return [side, side, side];
}

/** Of a usual nucleus. Where the model does not say it: seeds of the median nucleus lie at least half its radius apart. */
export const usualDiameterUm = ({ canonical, thresholds }: Pick<TrainedModel, "canonical" | "thresholds">): number =>
  canonical?.diameterUm ?? 4 * thresholds.minSeparationUm;
