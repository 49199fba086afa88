import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { SlicePlane } from "../viewer-contract.ts";

/** Index into a zyx array. */
export type AxisIndex = 0 | 1 | 2;

/** `u` runs to the right of the screen, `v` down, `w` across the slice. */
export interface PaneAxes {
  readonly u: AxisIndex;
  readonly v: AxisIndex;
  readonly w: AxisIndex;
}

/** YZ shows z to the right, so that y lines up with the XY pane on its left; XZ shows z down, below the XY pane. */
const axesOfPlane: Readonly<Record<SlicePlane, PaneAxes>> = {
  xy: { u: 2, v: 1, w: 0 },
  xz: { u: 2, v: 0, w: 1 },
  yz: { u: 0, v: 1, w: 2 },
};

export const slicePlanes: readonly SlicePlane[] = ["xy", "xz", "yz"];

export const paneAxes = (plane: SlicePlane): PaneAxes => axesOfPlane[plane];

export const axisLetter = (axis: AxisIndex): "z" | "y" | "x" => (["z", "y", "x"] as const)[axis];

/** A zyx triple from its parts along the axes of a plane. */
export function zyxOf(axes: PaneAxes, u: number, v: number, w: number): Zyx {
  const zyx: [number, number, number] = [0, 0, 0];
  zyx[axes.u] = u;
  zyx[axes.v] = v;
  zyx[axes.w] = w;
  return zyx;
}

export function withAxis(zyx: Zyx, axis: AxisIndex, value: number): Zyx {
  const changed: [number, number, number] = [zyx[0], zyx[1], zyx[2]];
  changed[axis] = value;
  return changed;
}
