import { describe, expect, it } from "vitest";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { ballSection } from "./ball-section.ts";
import { slicePlanes } from "./pane-axes.ts";
import { createPaneGeometry, toVoxelZyx } from "./pane-geometry.ts";

const centerUmZyx: Zyx = [12, 40, 55];
const ball = { centreZyx: [6.25, 81.5, 140.75] as Zyx, diameterUm: 12.4, isSaid: false };

describe.each(slicePlanes)("a ball in %s", (plane) => {
  for (const voxelSizeZyx of [
    [2, 0.5, 0.4],
    [0.4, 2, 0.5],
  ] as const)
    it(`of voxels ${voxelSizeZyx} is drawn where its surface cuts the slice, and nowhere beyond it`, () => {
      const pane = createPaneGeometry(plane, { widthPx: 613, heightPx: 347 }, 7.5, centerUmZyx, voxelSizeZyx);
      const { w } = pane.axes;
      const middle = Math.floor(ball.centreZyx[w]);
      const reach = Math.ceil(ball.diameterUm / 2 / voxelSizeZyx[w]) - 1;
      for (let away = -reach; away <= reach; away++) {
        const circle = ballSection(pane, middle + away, voxelSizeZyx, ball)!;
        for (let turn = 0; turn < 7; turn++) {
          const x = circle.x + circle.radiusPx * Math.cos(turn);
          const y = circle.y + circle.radiusPx * Math.sin(turn);
          const onEdge = toVoxelZyx(pane, x, y, ball.centreZyx[w] + away);
          const awayUm = onEdge.map((at, axis) => (at - ball.centreZyx[axis]) * voxelSizeZyx[axis]);
          expect(Math.hypot(...awayUm)).toBeCloseTo(ball.diameterUm / 2, 9);
        }
      }
      expect(ballSection(pane, middle + reach + 1, voxelSizeZyx, ball)).toBeNull();
      expect(ballSection(pane, middle - reach - 1, voxelSizeZyx, ball)).toBeNull();
    });
});
