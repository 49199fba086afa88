import { describe, expect, it } from "vitest";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { slicePlanes } from "../geometry/pane-axes.ts";
import { createPaneGeometry, toScreenU, toScreenV } from "../geometry/pane-geometry.ts";
import { chooseRegion, rectOfBox } from "./slice-region.ts";

const shapeZyx: Zyx = [90, 400, 700];
const voxelSizeZyx: Zyx = [1.5, 0.3, 0.25];
const levels = [
  { scaleLevel: 0, shapeZyx, factorZyx: [1, 1, 1] as Zyx },
  { scaleLevel: 1, shapeZyx: [90, 200, 350] as Zyx, factorZyx: [1, 2, 2] as Zyx },
  { scaleLevel: 2, shapeZyx: [45, 100, 175] as Zyx, factorZyx: [2, 4, 4] as Zyx },
];
const sizePx = { widthPx: 640, heightPx: 360 };
const centerUm: Zyx = [60, 50, 80];

describe("the composed region", () => {
  it("covers all that is visible, at every zoom, plane and pixel ratio, within a bound of memory", () => {
    for (const plane of slicePlanes)
      for (const zoom of [0.4, 1, 3, 11, 60])
        for (const ratio of [1, 1.5, 2]) {
          const pane = createPaneGeometry(plane, sizePx, zoom, centerUm, voxelSizeZyx);
          const region = chooseRegion(pane, levels, 3, ratio, null)!;
          const { u, v } = region.axes;
          const left = toScreenU(pane, region.u0 * region.level.factorZyx[u]);
          const right = toScreenU(pane, (region.u0 + region.columns) * region.level.factorZyx[u]);
          const top = toScreenV(pane, region.v0 * region.level.factorZyx[v]);
          const bottom = toScreenV(pane, (region.v0 + region.rows) * region.level.factorZyx[v]);
          expect(left <= 0 || region.u0 === 0).toBe(true);
          expect(top <= 0 || region.v0 === 0).toBe(true);
          expect(right >= sizePx.widthPx || region.u0 + region.columns === region.level.shapeZyx[u]).toBe(true);
          expect(bottom >= sizePx.heightPx || region.v0 + region.rows === region.level.shapeZyx[v]).toBe(true);
          expect(region.columns * region.rows * region.texelsU * region.texelsV).toBeLessThanOrEqual(2_600_000);
        }
  });

  it("takes a coarser level only when its voxels are about a device pixel", () => {
    const at = (zoom: number, ratio: number) =>
      chooseRegion(createPaneGeometry("xy", sizePx, zoom, centerUm, voxelSizeZyx), levels, 3, ratio, null)?.level
        .scaleLevel;
    expect(at(4, 1)).toBe(0);
    expect(at(2, 1)).toBe(1);
    expect(at(0.9, 1)).toBe(2);
    expect(at(0.9, 2)).toBe(1);
  });

  it("stays while a pan remains inside it, and turns with the slice", () => {
    const pane = createPaneGeometry("xz", sizePx, 20, centerUm, voxelSizeZyx);
    const region = chooseRegion(pane, levels, 9, 1, null);
    const panned = createPaneGeometry("xz", sizePx, 20, [60.2, 50, 80.5], voxelSizeZyx);
    expect(chooseRegion(panned, levels, 9, 1, region)).toBe(region);
    expect(chooseRegion(panned, levels, 10, 1, region)).not.toBe(region);
    const far = createPaneGeometry("xz", sizePx, 20, [60, 50, 110], voxelSizeZyx);
    expect(chooseRegion(far, levels, 9, 1, region)).not.toBe(region);
    const away = createPaneGeometry("xz", sizePx, 20, [60, 50, 900], voxelSizeZyx);
    expect(chooseRegion(away, levels, 9, 1, region)).toBeNull();
  });

  it("maps a changed box to its voxels and their neighbours, and ignores other slices", () => {
    const pane = createPaneGeometry("yz", sizePx, 2, centerUm, voxelSizeZyx);
    const region = {
      ...chooseRegion(pane, levels, 33, 1, null)!,
      level: levels[0],
      u0: 0,
      v0: 0,
      columns: 90,
      rows: 400,
    };
    const box = { minZyx: [10, 20, 30] as Zyx, maxZyx: [12, 25, 34] as Zyx };
    expect(rectOfBox(region, box)).toEqual({ c0: 9, c1: 13, r0: 19, r1: 26 }); // u = z, v = y
    expect(rectOfBox({ ...region, w: 34 }, box)).toBeNull();
  });
});
