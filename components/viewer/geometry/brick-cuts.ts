import { BRICK_SIZE, type BrickKey, brickKeyAt } from "../../../core/volume/brick.ts";
import { type PaneAxes, zyxOf } from "./pane-axes.ts";

/** Step in a brick's array along z, y, x. */
export const BRICK_STRIDES = [BRICK_SIZE * BRICK_SIZE, BRICK_SIZE, 1] as const;

/** The brick that holds a voxel of a slice. */
export const brickKeyInSlice = (axes: PaneAxes, u: number, v: number, w: number): BrickKey => {
  const [z, y, x] = zyxOf(axes, u, v, w);
  return brickKeyAt(z, y, x);
};

/** Offset of a voxel inside its brick, one axis at a time. */
export const offsetAlong = (axis: 0 | 1 | 2, voxel: number): number => (voxel % BRICK_SIZE) * BRICK_STRIDES[axis];

/** First voxel behind the brick that holds `voxel`. */
export const brickEnd = (voxel: number): number => (Math.floor(voxel / BRICK_SIZE) + 1) * BRICK_SIZE;

/** Keys of the bricks that a rectangle of slice `w` meets, row by row; half-open. */
export function brickKeysOfSlice(
  axes: PaneAxes,
  w: number,
  first: readonly [u: number, v: number],
  end: readonly [u: number, v: number],
): BrickKey[] {
  const keys: BrickKey[] = [];
  for (let v = first[1]; v < end[1]; v = brickEnd(v))
    for (let u = first[0]; u < end[0]; u = brickEnd(u)) keys.push(brickKeyInSlice(axes, u, v, w));
  return keys;
}

/** Voxel of level `to` that holds the middle of a voxel of level `from`, along one axis. */
export const indexAtLevel = (index: number, fromFactor: number, toFactor: number, toSize: number): number =>
  Math.min(Math.floor(((index + 0.5) * fromFactor) / toFactor), toSize - 1);
