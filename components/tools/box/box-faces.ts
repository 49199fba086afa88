import { type Axis, planeAxes, type SlicePlane } from "../../../core/edit/slice-plane.ts";
import type { VoxelBox, Zyx } from "../../../core/volume/voxel-space.ts";

/** One face of a box: the lower or the upper end of an axis. */
export interface BoxFace {
  readonly axis: Axis;
  readonly end: "min" | "max";
}

/** The faces of a box that lie within `reachUm` of a point in a slice: none, one, or two at a corner. */
export function facesNear(
  box: VoxelBox,
  pointZyx: Zyx,
  plane: SlicePlane,
  reachUm: number,
  voxelSizeZyx: Zyx,
): BoxFace[] {
  const { row, column, normal } = planeAxes(plane);
  if (pointZyx[normal] < box.minZyx[normal] || pointZyx[normal] >= box.maxZyx[normal]) return [];
  const reach = (axis: Axis) => reachUm / voxelSizeZyx[axis];
  const within = [row, column].every(
    (axis) => pointZyx[axis] > box.minZyx[axis] - reach(axis) && pointZyx[axis] < box.maxZyx[axis] + reach(axis),
  );
  if (!within) return [];
  return [row, column].flatMap((axis): BoxFace[] => {
    const toMin = Math.abs(pointZyx[axis] - box.minZyx[axis]);
    const toMax = Math.abs(pointZyx[axis] - box.maxZyx[axis]);
    if (Math.min(toMin, toMax) > reach(axis)) return [];
    return [{ axis, end: toMin < toMax ? "min" : "max" }];
  });
}

/** Moves faces to a point; a box keeps at least one voxel on each axis and stays in the volume. */
export function moveFaces(box: VoxelBox, faces: readonly BoxFace[], pointZyx: Zyx, shapeZyx: Zyx): VoxelBox {
  const min: [number, number, number] = [...box.minZyx];
  const max: [number, number, number] = [...box.maxZyx];
  for (const { axis, end } of faces) {
    const at = Math.round(pointZyx[axis]);
    if (end === "min") min[axis] = Math.max(0, Math.min(at, max[axis] - 1));
    else max[axis] = Math.min(shapeZyx[axis], Math.max(at, min[axis] + 1));
  }
  return { minZyx: min, maxZyx: max };
}

/**
 * A box from two corners in a slice. It is given a depth like the shorter side of the rectangle in micrometres, centred
 * on the slice: the other panes are there to change it.
 */
export function boxFromCorners(aZyx: Zyx, bZyx: Zyx, plane: SlicePlane, shapeZyx: Zyx, voxelSizeZyx: Zyx): VoxelBox {
  const { row, column, normal } = planeAxes(plane);
  const min: [number, number, number] = [0, 0, 0];
  const max: [number, number, number] = [0, 0, 0];
  for (const axis of [row, column]) {
    min[axis] = Math.max(0, Math.floor(Math.min(aZyx[axis], bZyx[axis])));
    max[axis] = Math.min(shapeZyx[axis], Math.max(Math.ceil(Math.max(aZyx[axis], bZyx[axis])), min[axis] + 1));
    min[axis] = Math.min(min[axis], max[axis] - 1);
  }
  const sideUm = (axis: Axis) => (max[axis] - min[axis]) * voxelSizeZyx[axis];
  const depth = Math.max(1, Math.round(Math.min(sideUm(row), sideUm(column)) / voxelSizeZyx[normal]));
  min[normal] = Math.max(0, Math.floor(aZyx[normal]) - Math.floor(depth / 2));
  max[normal] = Math.min(shapeZyx[normal], min[normal] + depth);
  return { minZyx: min, maxZyx: max };
}

/** Whether a point in a slice lies in the box. */
export const holds = ({ minZyx, maxZyx }: VoxelBox, pointZyx: Zyx): boolean =>
  pointZyx.every((at, axis) => at >= minZyx[axis] && at < maxZyx[axis]);

/** The box as a whole moved by what a pointer moved, in whole voxels; it keeps its size and stays in the volume. */
export function moveBox(box: VoxelBox, fromZyx: Zyx, toZyx: Zyx, shapeZyx: Zyx): VoxelBox {
  const by = ([0, 1, 2] as const).map((axis) =>
    Math.min(shapeZyx[axis] - box.maxZyx[axis], Math.max(-box.minZyx[axis], Math.round(toZyx[axis] - fromZyx[axis]))),
  );
  const moved = (corner: Zyx): Zyx => [corner[0] + by[0], corner[1] + by[1], corner[2] + by[2]];
  return { minZyx: moved(box.minZyx), maxZyx: moved(box.maxZyx) };
}
