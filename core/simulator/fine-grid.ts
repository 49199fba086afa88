import type { VoxelSpace, Zyx } from "../volume/voxel-space.ts";

/**
 * The grid that nuclei are made on: the volume with a margin, so that what lies outside shines in, and with several planes a
 * slice where slices are thick. The centre of every slice and voxel of the volume is that of one of its planes and voxels.
 */
export interface FineGrid extends VoxelSpace {
  /** Voxels of the fine grid before the first voxel of the volume. */
  readonly marginZyx: Zyx;
  /** Planes per slice, odd. */
  readonly planesPerSlice: number;
}

const MOST_PLANES = 5;
const MOST_VOXELS = 3_000_000;

/** `marginUm` along each axis; planes lie no farther apart than `finestUm` where five a slice are enough for that. */
export function fineGridOf({ shapeZyx, voxelSizeZyx }: VoxelSpace, marginUm: Zyx, finestUm: number): FineGrid {
  const margin = (axis: 0 | 1 | 2, size: number): number => Math.ceil(marginUm[axis] / size);
  for (let planes = MOST_PLANES; ; planes -= 2) {
    const isFinerThanNeeded = planes > 1 && voxelSizeZyx[0] / (planes - 2) <= finestUm;
    const sizeZ = voxelSizeZyx[0] / planes;
    const marginZyx: Zyx = [margin(0, sizeZ), margin(1, voxelSizeZyx[1]), margin(2, voxelSizeZyx[2])];
    const fine: Zyx = [
      shapeZyx[0] * planes + 2 * marginZyx[0],
      shapeZyx[1] + 2 * marginZyx[1],
      shapeZyx[2] + 2 * marginZyx[2],
    ];
    if (planes === 1 || (!isFinerThanNeeded && fine[0] * fine[1] * fine[2] <= MOST_VOXELS))
      return {
        shapeZyx: fine,
        voxelSizeZyx: [sizeZ, voxelSizeZyx[1], voxelSizeZyx[2]],
        marginZyx,
        planesPerSlice: planes,
      };
  }
}

/** The plane of the fine grid at the middle of a slice. */
export const finePlaneOf = (grid: FineGrid, slice: number): number =>
  grid.marginZyx[0] + slice * grid.planesPerSlice + (grid.planesPerSlice - 1) / 2;

/** The volume's own voxels out of the fine grid. */
export function sampleSlices(fine: Float32Array, grid: FineGrid, shapeZyx: Zyx): Float32Array {
  const [depth, height, width] = shapeZyx;
  const [, fineHeight, fineWidth] = grid.shapeZyx;
  const slices = new Float32Array(depth * height * width);
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++) {
      const from = (finePlaneOf(grid, z) * fineHeight + y + grid.marginZyx[1]) * fineWidth + grid.marginZyx[2];
      slices.set(fine.subarray(from, from + width), (z * height + y) * width);
    }
  return slices;
}
