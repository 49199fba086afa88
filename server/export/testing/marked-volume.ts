import type { Zyx } from "../../../core/volume/voxel-space.ts";

/**
 * An asymmetric volume for reading back: three different sizes, thick slices, random values, and one voxel off every
 * symmetry plane that no transposed or mirrored reading finds again.
 */
export const markedShapeZyx: Zyx = [5, 67, 131];
export const markedVoxelSizeZyx: Zyx = [1.75, 0.8, 0.65];
export const markerZyx: Zyx = [1, 7, 100];
export const markerIndex = (markerZyx[0] * markedShapeZyx[1] + markerZyx[1]) * markedShapeZyx[2] + markerZyx[2];

export async function* planesOf<T extends { subarray(start: number, end: number): T }>(
  voxels: T,
  [depth, height, width]: Zyx,
): AsyncGenerator<T> {
  for (let z = 0; z < depth; z++) yield voxels.subarray(z * height * width, (z + 1) * height * width);
}
