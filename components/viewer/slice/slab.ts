import type { VoxelSpace } from "../../../core/volume/voxel-space.ts";
import type { AxisIndex } from "../geometry/pane-axes.ts";
import type { ViewState } from "../viewer-contract.ts";
import type { SliceRegion, SliceRun } from "./slice-region.ts";

/** More would take seconds to fetch, and show a fog. */
export const MAX_SLAB_SLICES = 64;

/** The slices that a pane shows the brightest of, about the shown one in the middle; null: the shown one alone. */
export function slabOf(
  { isOn, thicknessUm }: ViewState["projection"],
  axis: AxisIndex,
  slice: number,
  { shapeZyx, voxelSizeZyx }: VoxelSpace,
): SliceRun | null {
  const count = Math.min(MAX_SLAB_SLICES, Math.round(thicknessUm / voxelSizeZyx[axis]));
  if (!isOn || count < 2) return null;
  const first = slice - Math.floor((count - 1) / 2);
  return { first: Math.max(0, first), end: Math.min(shapeZyx[axis], first + count) };
}

/** Thicknesses: from two of the thinnest slices to as many of the thickest as are shown at most, within the volume. */
export function slabBoundsUm({ shapeZyx, voxelSizeZyx }: VoxelSpace): readonly [least: number, most: number] {
  const longest = Math.max(...shapeZyx.map((n, axis) => n * voxelSizeZyx[axis]));
  const least = 2 * Math.min(...voxelSizeZyx);
  return [least, Math.max(least, Math.min(longest, MAX_SLAB_SLICES * Math.max(...voxelSizeZyx)))];
}

/** A slice of level 0 for each slice of the region's level, the shown one first and then outwards: the middle is seen at once. */
export function slicesOutwards({ axes, level, w, slab }: SliceRegion): number[] {
  if (!slab) return [w];
  const factor = level.factorZyx[axes.w];
  const firstOfLevel = Math.floor(slab.first / factor);
  const count = Math.floor((slab.end - 1) / factor) - firstOfLevel + 1;
  return Array.from({ length: count }, (_, i) => (firstOfLevel + i) * factor).sort(
    (a, b) => Math.abs(a - w) - Math.abs(b - w),
  );
}

/** A slice of level 0 in each layer of bricks that the region needs, where a brick is `thickness` slices thick. */
export function slicesByLayer({ w, slab }: SliceRegion, thickness: number): number[] {
  const { first, end } = slab ?? { first: w, end: w + 1 };
  const slices = [first];
  for (let next = (Math.floor(first / thickness) + 1) * thickness; next < end; next += thickness) slices.push(next);
  return slices;
}
