import type { Zyx } from "../../volume/voxel-space.ts";
import { planeAxes, type SlicePlane } from "../slice-plane.ts";

/** How the voxels of a box are walked slice by slice: index = slice · across + row · down + column · along. */
export interface SliceWalk {
  readonly slices: number;
  readonly rows: number;
  readonly columns: number;
  readonly across: number;
  readonly down: number;
  readonly along: number;
}

export function sliceWalk(shapeZyx: Zyx, plane: SlicePlane): SliceWalk {
  const { row, column, normal } = planeAxes(plane);
  const strides = [shapeZyx[1] * shapeZyx[2], shapeZyx[2], 1];
  return {
    slices: shapeZyx[normal],
    rows: shapeZyx[row],
    columns: shapeZyx[column],
    across: strides[normal],
    down: strides[row],
    along: strides[column],
  };
}

/** One slice of a box as a plane of its own, columns fastest. */
export function sectionOf(voxels: Uint8Array, walk: SliceWalk, slice: number): Uint8Array {
  const section = new Uint8Array(walk.rows * walk.columns);
  for (let r = 0, i = 0; r < walk.rows; r++) {
    let at = slice * walk.across + r * walk.down;
    for (let c = 0; c < walk.columns; c++, i++, at += walk.along) section[i] = voxels[at];
  }
  return section;
}

/** Slices that hold any voxel, ascending. */
export function filledSlices(voxels: Uint8Array, walk: SliceWalk): number[] {
  const filled: number[] = [];
  for (let slice = 0; slice < walk.slices; slice++) if (isFilled(voxels, walk, slice)) filled.push(slice);
  return filled;
}

function isFilled(voxels: Uint8Array, walk: SliceWalk, slice: number): boolean {
  for (let r = 0; r < walk.rows; r++) {
    let at = slice * walk.across + r * walk.down;
    for (let c = 0; c < walk.columns; c++, at += walk.along) if (voxels[at] !== 0) return true;
  }
  return false;
}

export const planeOfNormal: readonly [SlicePlane, SlicePlane, SlicePlane] = ["xy", "xz", "yz"];
