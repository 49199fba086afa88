import type { Zyx } from "../../volume/voxel-space.ts";

/** Voxels of one nucleus, run by run: z, y, first x, end of x (exclusive). Half the memory of its voxels, and it rebuilds its mask. */
export type NucleusRuns = readonly number[];

export const NUMBERS_PER_RUN = 4;

/** A nucleus alone in its box, with a margin of one voxel, so that each voxel of it has six neighbours. */
export interface NucleusMask {
  readonly voxels: Uint8Array;
  /** With the margin. */
  readonly shapeZyx: Zyx;
  /** Where the first voxel of the mask, margin and all, lies in the volume. */
  readonly originZyx: Zyx;
}

/** Null where the box has more voxels than `most`. */
export function maskOfRuns(runs: NucleusRuns, most: number): NucleusMask | null {
  const min = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const max = [0, 0, 0];
  for (let i = 0; i < runs.length; i += NUMBERS_PER_RUN)
    for (const [axis, low, high] of [
      [0, runs[i], runs[i] + 1],
      [1, runs[i + 1], runs[i + 1] + 1],
      [2, runs[i + 2], runs[i + 3]],
    ]) {
      min[axis] = Math.min(min[axis], low);
      max[axis] = Math.max(max[axis], high);
    }
  const [depth, height, width] = max.map((end, axis) => end - min[axis] + 2);
  if (depth * height * width > most) return null;
  const voxels = new Uint8Array(depth * height * width);
  const originZyx: Zyx = [min[0] - 1, min[1] - 1, min[2] - 1];
  for (let i = 0; i < runs.length; i += NUMBERS_PER_RUN) {
    const row = ((runs[i] - originZyx[0]) * height + runs[i + 1] - originZyx[1]) * width - originZyx[2];
    voxels.fill(1, row + runs[i + 2], row + runs[i + 3]);
  }
  return { voxels, shapeZyx: [depth, height, width], originZyx };
}
