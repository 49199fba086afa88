import { boxShape, type VoxelBox, type VoxelSpace, type Zyx } from "../../../core/volume/voxel-space.ts";

/** A box of a volume that is looked at by itself. Arrays of a region are of its own shape. */
export interface Region extends VoxelSpace {
  readonly box: VoxelBox;
  readonly volumeShapeZyx: Zyx;
}

export const regionOf = (box: VoxelBox, volume: VoxelSpace): Region => ({
  shapeZyx: boxShape(box),
  voxelSizeZyx: volume.voxelSizeZyx,
  box,
  volumeShapeZyx: volume.shapeZyx,
});

export const isWhole = ({ shapeZyx, volumeShapeZyx }: Region): boolean =>
  shapeZyx.every((size, axis) => size === volumeShapeZyx[axis]);

/** The region without `byZyx` voxels at every face where the volume goes on; seen from the region. */
export function withoutRim({ box, shapeZyx, volumeShapeZyx }: Region, byZyx: Zyx): VoxelBox {
  const first = (axis: 0 | 1 | 2) => (box.minZyx[axis] > 0 ? Math.min(byZyx[axis], shapeZyx[axis]) : 0);
  const end = (axis: 0 | 1 | 2) => shapeZyx[axis] - (box.maxZyx[axis] < volumeShapeZyx[axis] ? byZyx[axis] : 0);
  const ends = (axis: 0 | 1 | 2) => Math.max(first(axis), end(axis));
  return { minZyx: [first(0), first(1), first(2)], maxZyx: [ends(0), ends(1), ends(2)] };
}

/** Visits the voxels of a box of an array, in order; rows are runs of linear indices. */
export function forEachRow(
  { minZyx, maxZyx }: VoxelBox,
  [, height, width]: Zyx,
  visit: (first: number, end: number, z: number, y: number) => void,
): void {
  for (let z = minZyx[0]; z < maxZyx[0]; z++)
    for (let y = minZyx[1]; y < maxZyx[1]; y++) {
      const row = (z * height + y) * width;
      visit(row + minZyx[2], row + maxZyx[2], z, y);
    }
}
