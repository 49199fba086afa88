import { smooth, smoothingReach } from "./smooth.ts";
import type { VoxelSpace, Zyx } from "./voxel-space.ts";

/** A ball of diameter d answers strongest, over all scales, to a Gaussian's Laplacian of this sigma: d / (2√3). */
const SIGMA_PER_DIAMETER = 1 / (2 * Math.sqrt(3));
/** The Laplacian as a difference of two Gaussians. */
const RATIO = 1.26;

const wideSigmaUm = (diameterUm: number): number => SIGMA_PER_DIAMETER * diameterUm * Math.sqrt(RATIO);
const narrowSigmaUm = (diameterUm: number): number => (SIGMA_PER_DIAMETER * diameterUm) / Math.sqrt(RATIO);

/**
 * Of every voxel: how much brighter it is, at the size of a blob, than what is round it (scale-normalised, Lindeberg 1998). Widths are
 * micrometres, so slices may be thick.
 */
export function blobAnswer(image: Float32Array, space: VoxelSpace, diameterUm: number): Float32Array {
  const answer = smooth(image, space, narrowSigmaUm(diameterUm));
  const wide = smooth(image, space, wideSigmaUm(diameterUm));
  for (let i = 0; i < answer.length; i++) answer[i] -= wide[i];
  return answer;
}

/** Voxels to each side that decide about the answer of one. */
export const blobAnswerReach = (voxelSizeZyx: Zyx, diameterUm: number): Zyx =>
  smoothingReach(voxelSizeZyx, wideSigmaUm(diameterUm));

/** Whether none of the up to 26 neighbours exceeds a voxel; of equal neighbours the first is one. */
export function isPeak(values: Float32Array, at: number, [z, y, x]: Zyx, [depth, rows, columns]: Zyx): boolean {
  // Most voxels have a higher one beside them.
  if ((x > 0 && values[at - 1] >= values[at]) || (x + 1 < columns && values[at + 1] > values[at])) return false;
  for (let dz = z > 0 ? -1 : 0; dz <= (z + 1 < depth ? 1 : 0); dz++)
    for (let dy = y > 0 ? -1 : 0; dy <= (y + 1 < rows ? 1 : 0); dy++)
      for (let dx = x > 0 ? -1 : 0; dx <= (x + 1 < columns ? 1 : 0); dx++) {
        const other = at + (dz * rows + dy) * columns + dx;
        if (values[other] > values[at] || (values[other] === values[at] && other < at)) return false;
      }
  return true;
}
