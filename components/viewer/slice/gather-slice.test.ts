import { describe, expect, it } from "vitest";
import {
  BRICK_VOXELS,
  type BrickKey,
  brickBox,
  brickKeyAt,
  brickKeysOfBox,
  indexInBrick,
} from "../../../core/volume/brick.ts";
import { wholeBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import { axisLetter, paneAxes, slicePlanes, zyxOf } from "../geometry/pane-axes.ts";
import type { ImageLevel } from "../viewer-contract.ts";
import { createContrastTable, greyOf } from "./contrast-table.ts";
import { gatherGrey } from "./gather-grey.ts";
import { gatherLabels, labelKeysOfRegion } from "./gather-labels.ts";
import { slicesOutwards } from "./slab.ts";
import { type RegionRect, type SliceRegion, wholeRect } from "./slice-region.ts";

const shapeZyx: Zyx = [70, 100, 150];
const levels: ImageLevel[] = [
  { scaleLevel: 0, shapeZyx, factorZyx: [1, 1, 1] },
  { scaleLevel: 1, shapeZyx: [70, 50, 75], factorZyx: [1, 2, 2] },
  { scaleLevel: 2, shapeZyx: [35, 25, 38], factorZyx: [2, 4, 4] },
];
/** A different value for every voxel of every level. */
const voxelValue = (level: number, z: number, y: number, x: number) => ((level * 70 + z) * 101 + y) * 151 + x;

function fillBricks(level: ImageLevel): Map<BrickKey, Uint32Array> {
  const bricks = new Map<BrickKey, Uint32Array>();
  for (const key of brickKeysOfBox(wholeBox(level.shapeZyx))) {
    const voxels = new Uint32Array(BRICK_VOXELS);
    const { minZyx, maxZyx } = brickBox(key, level.shapeZyx);
    for (let z = minZyx[0]; z < maxZyx[0]; z++)
      for (let y = minZyx[1]; y < maxZyx[1]; y++)
        for (let x = minZyx[2]; x < maxZyx[2]; x++)
          voxels[indexInBrick(z, y, x)] = voxelValue(level.scaleLevel, z, y, x);
    bricks.set(key, voxels);
  }
  return bricks;
}

const pyramid = levels.map(fillBricks);
const reader = { read: (level: number, key: BrickKey) => pyramid[level].get(key) };
const table = createContrastTable([0, 3_000_000], 0.7);

function regionOf(plane: "xy" | "xz" | "yz", level: ImageLevel, w: number, u0: number, v0: number): SliceRegion {
  const axes = paneAxes(plane);
  const columns = level.shapeZyx[axes.u] - u0;
  const rows = level.shapeZyx[axes.v] - v0;
  return { axes, level, w, u0, v0, columns, rows, texelsU: 1, texelsV: 1 };
}

/** Voxel by voxel, from the definition: the middle of the region's voxel in the other level. */
function naiveIndex(region: SliceRegion, c: number, r: number, to: ImageLevel): Zyx {
  const { axes, level, u0, v0, w } = region;
  const middle = zyxOf(
    axes,
    (u0 + c + 0.5) * level.factorZyx[axes.u],
    (v0 + r + 0.5) * level.factorZyx[axes.v],
    w + 0.5,
  );
  return middle.map((m, a) => Math.min(to.shapeZyx[a] - 1, Math.floor(m / to.factorZyx[a]))) as unknown as Zyx;
}

describe("gathering a slice", () => {
  for (const plane of slicePlanes)
    for (const level of levels)
      it(`takes every grey of ${plane} at level ${level.scaleLevel} from the right voxel`, () => {
        const { w: axis } = paneAxes(plane);
        for (const w of [0, 3, shapeZyx[axis] - 1]) {
          const region = regionOf(plane, level, w, 5, 3);
          const greys = new Uint8Array(region.columns * region.rows);
          gatherGrey(greys, region, wholeRect(region), levels, reader, table);
          for (let r = 0; r < region.rows; r += 3)
            for (let c = 0; c < region.columns; c++) {
              const [z, y, x] = naiveIndex(region, c, r, level);
              expect(greys[r * region.columns + c]).toBe(greyOf(table, voxelValue(level.scaleLevel, z, y, x)));
            }
        }
      });

  it("uses the next coarser brick that is there, brick by brick, and changes nothing outside the rectangle", () => {
    const missing = new Set([brickKeyAt(20, 70, 70), brickKeyAt(20, 10, 130)]);
    const some = {
      read: (l: number, key: BrickKey) => (l === 1 || (l === 0 && missing.has(key)) ? undefined : reader.read(l, key)),
    };
    const region = regionOf("xy", levels[0], 20, 0, 0);
    const greys = new Uint8Array(region.columns * region.rows).fill(77);
    const rect: RegionRect = { c0: 4, r0: 6, c1: 149, r1: 99 };
    gatherGrey(greys, region, rect, levels, some, table);
    let coarse = 0;
    for (let r = 0; r < region.rows; r++)
      for (let c = 0; c < region.columns; c++) {
        const inside = r >= rect.r0 && r < rect.r1 && c >= rect.c0 && c < rect.c1;
        const level = missing.has(brickKeyAt(20, r, c)) ? levels[2] : levels[0];
        if (inside && level === levels[2]) coarse++;
        const [z, y, x] = naiveIndex(region, c, r, level);
        expect(greys[r * region.columns + c]).toBe(inside ? greyOf(table, voxelValue(level.scaleLevel, z, y, x)) : 77);
      }
    expect(coarse).toBeGreaterThan(1000);
  });

  for (const plane of slicePlanes)
    for (const level of levels)
      it(`takes the brightest of a slab of ${plane} at level ${level.scaleLevel}, whole after all its slices`, () => {
        const axes = paneAxes(plane);
        for (const slab of [
          { first: 3, end: 16 },
          { first: 0, end: shapeZyx[axes.w] },
        ]) {
          const w = Math.floor((slab.first + slab.end) / 2);
          const region = { ...regionOf(plane, level, w, 5, 3), slab };
          const greys = new Uint8Array(region.columns * region.rows).fill(255);
          for (const [i, slice] of slicesOutwards(region).entries())
            gatherGrey(greys, region, wholeRect(region), levels, reader, table, slice, i > 0);
          for (let r = 0; r < region.rows; r += 7)
            for (let c = 0; c < region.columns; c += 3) {
              let brightest = 0;
              for (let slice = slab.first; slice < slab.end; slice++) {
                const [z, y, x] = naiveIndex({ ...region, w: slice }, c, r, level);
                brightest = Math.max(brightest, greyOf(table, voxelValue(level.scaleLevel, z, y, x)));
              }
              expect(greys[r * region.columns + c]).toBe(brightest);
            }
        }
      });

  it("is black where nothing is loaded, and the grey of 0 where a chunk does not exist", () => {
    const region = regionOf("xy", levels[0], 0, 0, 0);
    const signed = createContrastTable([-100, 100], 1);
    const greys = new Uint8Array(region.columns * region.rows).fill(9);
    gatherGrey(greys, region, wholeRect(region), levels, { read: () => undefined }, signed);
    expect(new Set(greys)).toEqual(new Set([0]));
    gatherGrey(greys, region, wholeRect(region), levels, { read: () => null }, signed);
    expect(new Set(greys)).toEqual(new Set([greyOf(signed, 0)]));
    expect(greyOf(signed, 0)).toBe(127);
  });

  for (const plane of slicePlanes)
    it(`takes labels of ${plane} from level 0, every n-th voxel on coarse regions (across: ${axisLetter(paneAxes(plane).w)})`, () => {
      for (const level of levels) {
        const region = regionOf(plane, level, 17, 2, 9);
        const labels = new Uint32Array(region.columns * region.rows);
        const source = { shapeZyx, readBrick: (key: BrickKey) => pyramid[0].get(key) };
        gatherLabels(labels, region, wholeRect(region), source);
        for (let r = 0; r < region.rows; r++)
          for (let c = 0; c < region.columns; c += 2) {
            const [z, y, x] = naiveIndex(region, c, r, levels[0]);
            expect(labels[r * region.columns + c]).toBe(voxelValue(0, z, y, x));
          }
        const read = new Set<BrickKey>();
        const spy = { shapeZyx, readBrick: (key: BrickKey) => void read.add(key) };
        gatherLabels(labels, region, wholeRect(region), spy);
        expect([...read].sort()).toEqual([...labelKeysOfRegion(region, wholeRect(region), shapeZyx)].sort());
      }
    });
});
