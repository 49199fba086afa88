import { expect, it } from "vitest";
import { type VoxelSpace, voxelCount } from "../volume/voxel-space.ts";
import { moveSurface } from "./move-surface.ts";

const space: VoxelSpace = { shapeZyx: [20, 50, 64], voxelSizeZyx: [1.6, 0.5, 0.4] };
const centreUm = [16.3, 12.6, 12.9];

const ball = (um: number): Uint8Array => {
  const mask = new Uint8Array(voxelCount(space.shapeZyx));
  let i = 0;
  for (let z = 0; z < space.shapeZyx[0]; z++)
    for (let y = 0; y < space.shapeZyx[1]; y++)
      for (let x = 0; x < space.shapeZyx[2]; x++, i++)
        mask[i] = Number(
          Math.hypot(...[z, y, x].map((at, axis) => (at + 0.5) * space.voxelSizeZyx[axis] - centreUm[axis])) < um,
        );
  return mask;
};
const nothing = new Uint8Array(voxelCount(space.shapeZyx));

function iou(a: Uint8Array, b: Uint8Array): number {
  let [both, either] = [0, 0];
  a.forEach((is, i) => {
    both += is & b[i];
    either += is | b[i];
  });
  return both / either;
}

it.each([0.5, 1, 2, -0.5, -1, -1.5])(
  "makes of a ball the ball that is %f µm larger, however thick slices are",
  (um) => {
    const [before, wanted] = [ball(5), ball(5 + um)];
    const moved = moveSurface(before, space, um, nothing);
    expect(iou(moved, wanted)).toBeGreaterThan(0.75);
    expect(iou(moved, wanted)).toBeGreaterThan(iou(before, wanted));
  },
);

it("takes nothing that is blocked, leaves a core of whatever shrinks, and of nothing makes nothing", () => {
  const blocked = ball(6).map((is, i) => (is && i % 64 > 36 ? 1 : 0));
  const grown = moveSurface(ball(3), space, 2, blocked);
  const own = ball(3);
  expect(grown.filter((is, i) => is && !own[i] && blocked[i])).toHaveLength(0);
  expect(grown.filter((is, i) => is && !own[i]).length).toBeGreaterThan(200);
  expect(moveSurface(ball(3), space, -9, nothing).includes(1)).toBe(true);
  expect(moveSurface(nothing, space, 1, nothing).includes(1)).toBe(false);
});
