import { BRICK_SIZE, brickPositionZyx } from "../../../core/volume/brick.ts";
import { type ImageBrickId, imageBrickId } from "../bricks/brick-state.ts";
import { PREVIEW_BRICKS } from "../bricks/first-picture-chunks.ts";
import type { BrickWish } from "../bricks/image-bricks.ts";
import { brickKeysOfSlice } from "../geometry/brick-cuts.ts";
import { slicesByLayer } from "../slice/slab.ts";
import type { SliceRegion } from "../slice/slice-region.ts";
import type { ImageLevel } from "../viewer-contract.ts";

/** Wishes of a later tier wait for all of an earlier one. */
const TIER = 1_000_000;

export const wishTiers = { preview: 0, visible: TIER, volume: 2 * TIER, ahead: 3 * TIER, channels: 4 * TIER } as const;

/** Channels by their places in the list: those that are drawn, and those that are likely to be drawn next. */
export interface WishedChannels {
  readonly drawn: readonly number[];
  readonly next: readonly number[];
}

const ONLY_ONE: WishedChannels = { drawn: [0], next: [] };

/**
 * What a pane wants: first a coarse picture of all it shows, then the right level, nearest to the crosshair first, then
 * the slices next to it; when all of that is there, the same slice of the channels that may be next.
 */
export function sliceWishes(
  region: SliceRegion,
  levels: readonly ImageLevel[],
  crosshairZyx: readonly number[],
  channels: WishedChannels = ONLY_ONE,
): BrickWish[] {
  const wishes: BrickWish[] = [];
  const { level, axes } = region;
  const add = (of: ImageLevel, tier: number, slice = region.w, places = channels.drawn) => {
    for (const key of keysAtLevel(region, of, slice)) {
      const position = brickPositionZyx(key);
      const distance = Math.hypot(
        ...position.map((b, axis) => (b + 0.5) * 64 * of.factorZyx[axis] - crosshairZyx[axis]),
      );
      for (const channel of places)
        wishes.push({
          id: imageBrickId(of.scaleLevel, key, channel),
          priority: tier + distance,
          ...(tier === wishTiers.channels && { inBackground: true }),
        });
    }
  };
  const preview = previewLevel(region, levels);
  const addAll = (of: ImageLevel, tier: number) => {
    for (const slice of slicesByLayer(region, BRICK_SIZE * of.factorZyx[axes.w])) add(of, tier, slice);
  };
  if (preview) addAll(preview, wishTiers.preview);
  addAll(level, wishTiers.visible);
  const thickness = 64 * level.factorZyx[axes.w];
  for (const next of [region.w + thickness / 2, region.w - thickness / 2])
    if (next >= 0 && next < levels[0].shapeZyx[axes.w]) add(level, wishTiers.ahead, next);
  if (preview) add(preview, wishTiers.channels, region.w, channels.next);
  add(level, wishTiers.channels, region.w, channels.next);
  return wishes;
}

function previewLevel(region: SliceRegion, levels: readonly ImageLevel[]): ImageLevel | undefined {
  const coarser = levels.slice(levels.indexOf(region.level) + 1);
  return coarser.find((of) => keysAtLevel(region, of, region.w).length <= PREVIEW_BRICKS) ?? coarser.at(-1);
}

/** Bricks of the coarse picture of a region, or of the right level where there is no coarser one. */
export function previewBrickIds(
  region: SliceRegion,
  levels: readonly ImageLevel[],
  channels: readonly number[],
): ImageBrickId[] {
  return idsAtLevel(region, previewLevel(region, levels) ?? region.level, channels);
}

/** Bricks of the right level that a region shows. */
export const regionBrickIds = (region: SliceRegion, channels: readonly number[]): ImageBrickId[] =>
  idsAtLevel(region, region.level, channels);

const idsAtLevel = (region: SliceRegion, of: ImageLevel, channels: readonly number[]): ImageBrickId[] =>
  slicesByLayer(region, BRICK_SIZE * of.factorZyx[region.axes.w])
    .flatMap((slice) => keysAtLevel(region, of, slice))
    .flatMap((key) => channels.map((channel) => imageBrickId(of.scaleLevel, key, channel)));

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
