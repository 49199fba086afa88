import { describe, expect, it } from "vitest";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { MAP_PX, placeMiniMap } from "./mini-map.ts";
import { paneAxes, slicePlanes } from "./pane-axes.ts";
import { createPaneGeometry, toVoxelZyx } from "./pane-geometry.ts";

const space = { shapeZyx: [48, 200, 300] as Zyx, voxelSizeZyx: [1, 0.25, 0.2] as Zyx };
const sizePx = { widthPx: 600, heightPx: 400 };
const centre: Zyx = [24, 25, 30];

describe("the map of a slice", () => {
  it.each(slicePlanes)("keeps the proportions of %s, and marks the voxels that the pane shows", (plane) => {
    const pane = createPaneGeometry(plane, sizePx, 40, [20, 20, 25], space.voxelSizeZyx);
    const map = placeMiniMap(pane, space)!;
    const { u, v } = paneAxes(plane);
    const um = (axis: 0 | 1 | 2) => space.shapeZyx[axis] * space.voxelSizeZyx[axis];
    expect(Math.max(map.widthPx, map.heightPx)).toBe(MAP_PX);
    expect(map.widthPx / map.heightPx).toBeCloseTo(um(u) / um(v), 1);
    // The corners of the pane, by another way: from pixels to voxels to pixels of the map.
    const first = toVoxelZyx(pane, 0, 0, 0);
    const last = toVoxelZyx(pane, sizePx.widthPx, sizePx.heightPx, 0);
    expect(map.shown.left).toBeCloseTo((first[u] / space.shapeZyx[u]) * map.widthPx, 6);
    expect(map.shown.top).toBeCloseTo((first[v] / space.shapeZyx[v]) * map.heightPx, 6);
    expect(map.shown.width).toBeCloseTo(((last[u] - first[u]) / space.shapeZyx[u]) * map.widthPx, 6);
    expect(map.shown.height).toBeCloseTo(((last[v] - first[v]) / space.shapeZyx[v]) * map.heightPx, 6);
  });

  it("is there only while something of the slice is not, and where it has room", () => {
    const at = (zoom: number, size = sizePx, centerUm = centre) =>
      placeMiniMap(createPaneGeometry("xy", size, zoom, centerUm, space.voxelSizeZyx), space);
    expect(at(7)).toBeNull(); // 420 × 350 pixels of 600 × 400
    expect(at(12)).not.toBeNull();
    expect(at(12, { widthPx: 600, heightPx: 200 })).toBeNull();
    expect(at(7, sizePx, [24, 25, 90])?.shown.width).toBeLessThan(MAP_PX); // panned away
  });

  it("marks nothing outside of the volume", () => {
    const far = placeMiniMap(createPaneGeometry("xy", sizePx, 40, [24, 500, 700], space.voxelSizeZyx), space)!;
    expect(far.shown).toMatchObject({ width: 0, height: 0 });
  });
});
