import { describe, expect, it } from "vitest";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { paneAxes, slicePlanes } from "./pane-axes.ts";
import { createPaneGeometry, toScreenU, toScreenV, toVoxelZyx, zoomedCenterUm } from "./pane-geometry.ts";

const sizePx = { widthPx: 613, heightPx: 347 };
const center: Zyx = [12, 40, 55];

describe("voxels on a pane", () => {
  for (const ratio of [1, 2, 5])
    for (const plane of slicePlanes)
      it(`go to the screen and back on ${plane} with slices ${ratio} times as thick`, () => {
        const voxelSizeZyx: Zyx = [0.3 * ratio, 0.35, 0.3];
        const pane = createPaneGeometry(plane, sizePx, 7.5, center, voxelSizeZyx);
        const { u, v, w } = paneAxes(plane);
        const voxel: Zyx = [3.25, 17.5, 60.75];
        expect(toVoxelZyx(pane, toScreenU(pane, voxel[u]), toScreenV(pane, voxel[v]), voxel[w])).toEqual(
          voxel.map((value) => expect.closeTo(value, 9)),
        );
        // A µm is as long to the right as it is down.
        const perUmU = (toScreenU(pane, 1) - toScreenU(pane, 0)) / voxelSizeZyx[u];
        const perUmV = (toScreenV(pane, 1) - toScreenV(pane, 0)) / voxelSizeZyx[v];
        expect(perUmU).toBeCloseTo(7.5, 9);
        expect(perUmV).toBeCloseTo(7.5, 9);
        // The centre lies in the middle of the pane.
        expect(toScreenU(pane, center[u] / voxelSizeZyx[u])).toBeCloseTo(sizePx.widthPx / 2, 9);
        expect(toScreenV(pane, center[v] / voxelSizeZyx[v])).toBeCloseTo(sizePx.heightPx / 2, 9);
      });

  it("stay under the cursor while the zoom changes, and the depth stays too", () => {
    const voxelSizeZyx: Zyx = [2, 0.35, 0.3];
    for (const plane of slicePlanes) {
      const before = createPaneGeometry(plane, sizePx, 4, center, voxelSizeZyx);
      const moved = zoomedCenterUm(before, center, 100, 300, 4, 9);
      const after = createPaneGeometry(plane, sizePx, 9, moved, voxelSizeZyx);
      const { w } = paneAxes(plane);
      expect(moved[w]).toBe(center[w]);
      expect(toVoxelZyx(after, 100, 300, 0)).toEqual(toVoxelZyx(before, 100, 300, 0).map((x) => expect.closeTo(x, 9)));
    }
  });
});
