import { brickPositionZyx } from "../../../core/volume/brick.ts";
import { type ImageBrickId, imageBrickId } from "../bricks/brick-state.ts";
import { PREVIEW_BRICKS } from "../bricks/first-picture-chunks.ts";
import type { BrickWish } from "../bricks/image-bricks.ts";
import { brickKeysOfSlice } from "../slice/brick-cuts.ts";
import type { SliceRegion } from "../slice/slice-region.ts";
import type { ImageLevel } from "../viewer-contract.ts";

/** Wishes of a later tier wait for all of an earlier one. */
const TIER = 1_000_000;

export const wishTiers = { preview: 0, visible: TIER, volume: 2 * TIER, ahead: 3 * TIER } as const;

/**
 * What a pane wants: first a coarse picture of all it shows, then the right level, nearest to the crosshair first, then
 * the slices next to it.
 */
export function sliceWishes(
  region: SliceRegion,
  levels: readonly ImageLevel[],
  crosshairZyx: readonly number[],
): BrickWish[] {
  const wishes: BrickWish[] = [];
  const { level, axes } = region;
  const add = (of: ImageLevel, tier: number, slice = region.w) => {
    for (const key of keysAtLevel(region, of, slice)) {
      const position = brickPositionZyx(key);
      const distance = Math.hypot(
        ...position.map((b, axis) => (b + 0.5) * 64 * of.factorZyx[axis] - crosshairZyx[axis]),
      );
      wishes.push({ id: imageBrickId(of.scaleLevel, key), priority: tier + distance });
    }
  };
  const preview = previewLevel(region, levels);
  if (preview) add(preview, wishTiers.preview);
  add(level, wishTiers.visible);
  const thickness = 64 * level.factorZyx[axes.w];
  for (const next of [region.w + thickness / 2, region.w - thickness / 2])
    if (next >= 0 && next < levels[0].shapeZyx[axes.w]) add(level, wishTiers.ahead, next);
  return wishes;
}

function previewLevel(region: SliceRegion, levels: readonly ImageLevel[]): ImageLevel | undefined {
  const coarser = levels.slice(levels.indexOf(region.level) + 1);
  return coarser.find((of) => keysAtLevel(region, of, region.w).length <= PREVIEW_BRICKS) ?? coarser.at(-1);
}

/** Bricks of the coarse picture of a region, or of the right level where there is no coarser one. */
export function previewBrickIds(region: SliceRegion, levels: readonly ImageLevel[]): ImageBrickId[] {
  const of = previewLevel(region, levels) ?? region.level;
  return keysAtLevel(region, of, region.w).map((key) => imageBrickId(of.scaleLevel, key));
}

/** Bricks of the right level that a region shows. */
export const regionBrickIds = (region: SliceRegion): ImageBrickId[] =>
  keysAtLevel(region, region.level, region.w).map((key) => imageBrickId(region.level.scaleLevel, key));

function keysAtLevel(region: SliceRegion, of: ImageLevel, slice: number): number[] {
  const { axes, level } = region;
  const scale = (index: number, axis: 0 | 1 | 2) => (index * level.factorZyx[axis]) / of.factorZyx[axis];
  const end = (index: number, axis: 0 | 1 | 2) => Math.min(of.shapeZyx[axis], Math.ceil(scale(index, axis)));
  const w = Math.min(of.shapeZyx[axes.w] - 1, Math.floor(slice / of.factorZyx[axes.w]));
  return brickKeysOfSlice(
    axes,
    w,
    [Math.floor(scale(region.u0, axes.u)), Math.floor(scale(region.v0, axes.v))],
    [end(region.u0 + region.columns, axes.u), end(region.v0 + region.rows, axes.v)],
  );
}
