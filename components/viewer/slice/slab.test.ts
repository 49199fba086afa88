import { describe, expect, it } from "vitest";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { paneAxes } from "../geometry/pane-axes.ts";
import { MAX_SLAB_SLICES, slabBoundsUm, slabOf, slicesByLayer, slicesOutwards } from "./slab.ts";
import type { SliceRegion } from "./slice-region.ts";

const space = { shapeZyx: [30, 400, 500] as Zyx, voxelSizeZyx: [2, 0.5, 0.4] as Zyx };
const regionWith = (slab: SliceRegion["slab"], w: number, factor = 1): SliceRegion => ({
  axes: paneAxes("xz"),
  level: { scaleLevel: 1, shapeZyx: [30, 400, 500], factorZyx: [1, factor, factor] },
  w,
  slab,
  u0: 0,
  v0: 0,
  columns: 9,
  rows: 9,
  texelsU: 1,
  texelsV: 1,
});

describe("a thick slab", () => {
  it("is as thick in µm on every axis, with the slice in its middle, and stays in the volume", () => {
    const ten = { isOn: true, thicknessUm: 10 };
    expect(slabOf(ten, 0, 15, space)).toEqual({ first: 13, end: 18 }); // 5 × 2 µm
    expect(slabOf(ten, 1, 100, space)).toEqual({ first: 91, end: 111 }); // 20 × 0.5 µm
    expect(slabOf(ten, 2, 100, space)).toEqual({ first: 88, end: 113 }); // 25 × 0.4 µm
    expect(slabOf(ten, 0, 1, space)).toEqual({ first: 0, end: 4 });
    expect(slabOf(ten, 0, 29, space)).toEqual({ first: 27, end: 30 });
    expect(slabOf({ ...ten, isOn: false }, 0, 15, space)).toBeNull();
    expect(slabOf({ isOn: true, thicknessUm: 2 }, 0, 15, space)).toBeNull(); // one slice
    const run = slabOf({ isOn: true, thicknessUm: 1e6 }, 2, 250, space)!;
    expect(run.end - run.first).toBe(MAX_SLAB_SLICES);
  });

  it("can be set from where two slices are shown to where no more are", () => {
    const [least, most] = slabBoundsUm(space);
    expect(slabOf({ isOn: true, thicknessUm: least }, 2, 9, space)).toEqual({ first: 9, end: 11 });
    expect(most).toBeLessThanOrEqual(MAX_SLAB_SLICES * 2);
    expect(most).toBeGreaterThan(least);
  });

  it.each([1, 2, 4])("has each slice of a level once, the shown one first (factor %i)", (factor) => {
    const slab = { first: 37, end: 59 };
    const slices = slicesOutwards(regionWith(slab, 48, factor));
    const wanted = new Set(
      Array.from({ length: slab.end - slab.first }, (_, i) => Math.floor((slab.first + i) / factor)),
    );
    expect(new Set(slices.map((slice) => Math.floor(slice / factor)))).toEqual(wanted);
    expect(slices).toHaveLength(wanted.size);
    expect(Math.floor(slices[0] / factor)).toBe(48 / factor);
    expect(slicesOutwards(regionWith(null, 49, factor))).toEqual([49]);
  });

  it("needs each layer of bricks that it meets, once", () => {
    for (const [first, end] of [
      [0, 64],
      [63, 65],
      [10, 200],
      [128, 129],
    ]) {
      const layers = slicesByLayer(regionWith({ first, end }, first), 64).map((slice) => Math.floor(slice / 64));
      const wanted = new Set(Array.from({ length: end - first }, (_, i) => Math.floor((first + i) / 64)));
      expect(layers).toEqual([...wanted]);
    }
    expect(slicesByLayer(regionWith(null, 70), 64)).toEqual([70]);
  });
});
