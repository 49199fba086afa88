import type { BrickKey } from "../../../core/volume/brick.ts";
import type { PixelArray } from "../../../core/volume/voxel-space.ts";
import type { BrickVoxels } from "../bricks/brick-state.ts";
import { BRICK_STRIDES, brickEnd, brickKeyInSlice, indexAtLevel, offsetAlong } from "../geometry/brick-cuts.ts";
import type { ImageLevel } from "../viewer-contract.ts";
import { type ContrastTable, greyOf } from "./contrast-table.ts";
import type { RegionRect, SliceRegion } from "./slice-region.ts";

export interface BrickReader {
  read(scaleLevel: number, key: BrickKey): BrickVoxels | undefined;
}

/** A channel of the image as it is drawn. */
export interface DrawnChannel {
  readonly bricks: BrickReader;
  readonly contrast: ContrastTable;
  /** Colour of each of its 256 greys. */
  readonly tint: Int32Array;
}

/**
 * Grey values of a part of a slice into `greys` (region.columns wide). Where the brick of the wanted level is missing, the
 * nearest coarser level that is there stands in; where none is, black. `isMore`: another slice of a slab, of which what is brighter is kept.
 */
export function gatherGrey(
  greys: Uint8Array,
  region: SliceRegion,
  rect: RegionRect,
  levels: readonly ImageLevel[],
  bricks: BrickReader,
  table: ContrastTable,
  w = region.w,
  isMore = false,
): void {
  const { axes, u0, v0 } = region;
  const finest = levels.indexOf(region.level);
  const indexAt = (level: ImageLevel, axis: 0 | 1 | 2, index: number): number =>
    indexAtLevel(index, region.level.factorZyx[axis], level.factorZyx[axis], level.shapeZyx[axis]);
  const sliceAt = (level: ImageLevel): number => indexAtLevel(w, 1, level.factorZyx[axes.w], level.shapeZyx[axes.w]);

  for (let r = rect.r0; r < rect.r1; r++) {
    let c = rect.c0;
    while (c < rect.c1) {
      // A run of voxels ends with the brick of the wanted level, loaded or not.
      const runEnd = Math.min(rect.c1, brickEnd(u0 + c) - u0);
      let voxels: BrickVoxels | undefined;
      let level = region.level;
      for (let i = finest; i < levels.length && voxels === undefined; i++) {
        level = levels[i];
        const key = brickKeyInSlice(
          axes,
          indexAt(level, axes.u, u0 + c),
          indexAt(level, axes.v, v0 + r),
          sliceAt(level),
        );
        voxels = bricks.read(level.scaleLevel, key);
      }
      const out = r * region.columns;
      if (!voxels) {
        const grey = voxels === null ? greyOf(table, 0) : 0;
        if (!isMore) greys.fill(grey, out + c, out + runEnd);
        else for (let i = out + c; i < out + runEnd; i++) if (greys[i] < grey) greys[i] = grey;
        c = runEnd;
        continue;
      }
      const base = offsetAlong(axes.v, indexAt(level, axes.v, v0 + r)) + offsetAlong(axes.w, sliceAt(level));
      if (level === region.level) {
        const at = base + offsetAlong(axes.u, u0 + c);
        (isMore ? addBrighter : copyGreys)(greys, out + c, runEnd - c, voxels, at, BRICK_STRIDES[axes.u], table);
        c = runEnd;
        continue;
      }
      const sourceEnd = brickEnd(indexAt(level, axes.u, u0 + c));
      for (; c < runEnd; c++) {
        const u = indexAt(level, axes.u, u0 + c);
        if (u >= sourceEnd) break;
        const grey = greyOf(table, voxels[base + offsetAlong(axes.u, u)]);
        if (!isMore || greys[out + c] < grey) greys[out + c] = grey;
      }
    }
  }
}

/** The innermost loop of a turning wheel: a quarter of a million voxels per slice, so no calls inside. */
function copyGreys(
  greys: Uint8Array,
  out: number,
  count: number,
  voxels: PixelArray,
  at: number,
  stride: number,
  { low, scale, greys: shades }: ContrastTable,
): void {
  const last = shades.length - 1;
  for (let end = out + count, from = at; out < end; out++, from += stride) {
    const index = (voxels[from] - low) * scale;
    greys[out] = index >= last ? shades[last] : index > 0 ? shades[index | 0] : shades[0];
  }
}

/** The same for a further slice of a slab: greys rise with intensities, so the brightest grey is that of the brightest voxel. */
function addBrighter(
  greys: Uint8Array,
  out: number,
  count: number,
  voxels: PixelArray,
  at: number,
  stride: number,
  { low, scale, greys: shades }: ContrastTable,
): void {
  const last = shades.length - 1;
  for (let end = out + count, from = at; out < end; out++, from += stride) {
    const index = (voxels[from] - low) * scale;
    const grey = index >= last ? shades[last] : index > 0 ? shades[index | 0] : shades[0];
    if (greys[out] < grey) greys[out] = grey;
  }
}
