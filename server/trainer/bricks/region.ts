import { boxShape, type VoxelBox, type VoxelSpace, voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";

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

/** `marks` grown by a box of `reachZyx` voxels to each side, one axis after the other. */
export function growMarks(marks: Uint8Array, shapeZyx: Zyx, reachZyx: Zyx): Uint8Array {
  const strides = [shapeZyx[1] * shapeZyx[2], shapeZyx[2], 1];
  let grown = marks;
  for (const axis of [0, 1, 2] as const) {
    const [reach, stride, size] = [reachZyx[axis], strides[axis], shapeZyx[axis]];
    if (reach === 0) continue;
    const next = new Uint8Array(voxelCount(shapeZyx));
    for (let first = 0; first < grown.length; first++) {
      if (Math.floor(first / stride) % size !== 0) continue;
      // Places that are marked up to here, from the last mark seen.
      let until = -1;
      for (let i = 0; i < size; i++) {
        if (grown[first + i * stride]) {
          for (let k = Math.max(0, i - reach, until + 1); k <= i; k++) next[first + k * stride] = 1;
          until = Math.min(size - 1, i + reach);
        }
        if (i <= until) next[first + i * stride] = 1;
      }
    }
    grown = next;
  }
  return grown;
}
