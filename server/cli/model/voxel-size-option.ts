import type { Problem } from "../../../core/problem.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";

/** `2,0.5,0.5` as micrometres. */
export function readVoxelSize(text: string, usageProblem: (what: string) => Problem): Zyx {
  const sizes = text.split(",").map(Number);
  if (sizes.length !== 3 || !sizes.every((size) => Number.isFinite(size) && size > 0))
    throw usageProblem(`--voxel-size is three lengths in micrometres, z,y,x, not ${text}.`);
  return [sizes[0], sizes[1], sizes[2]];
}
