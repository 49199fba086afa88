import { expect, it } from "vitest";
import { type VoxelSpace, voxelCount, wholeBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import { regionOf } from "../bricks/region.ts";
import { paintMissed } from "./missed-in-block.ts";
import type { PerceivedBlock } from "./perceive-block.ts";

const space: VoxelSpace = { shapeZyx: [14, 44, 60], voxelSizeZyx: [1.2, 0.5, 0.4] };
const DIAMETER_UM = 6;
const CENTRES: readonly Zyx[] = [
  [7, 6, 5],
  [7, 16, 6],
  [9, 10, 18],
];

/** 1 … n in balls round the places, in µm. */
const ballAt = (voxel: number): number => {
  const [, rows, columns] = space.shapeZyx;
  const at = [Math.floor(voxel / rows / columns), Math.floor(voxel / columns) % rows, voxel % columns];
  return (
    1 +
    CENTRES.findIndex(
      (centre) => Math.hypot(...at.map((i, axis) => i * space.voxelSizeZyx[axis] - centre[axis])) < DIAMETER_UM / 2,
    )
  );
};

it("a bright ball that neither the model nor a person has is a place, as large as it is; the others are not", () => {
  const voxels = voxelCount(space.shapeZyx);
  const balls = Uint32Array.from({ length: voxels }, (_, voxel) => ballAt(voxel));
  const only = (ball: number, value: number) => balls.map((one) => (one === ball ? value : 0));
  const image = Float32Array.from(balls, (ball, i) => 100 + (ball ? 60 : 0) + ((i * 7919) % 11));
  const block: PerceivedBlock = {
    region: regionOf(wholeBox(space.shapeZyx), space),
    seenAs: regionOf(wholeBox(space.shapeZyx), space),
    core: wholeBox(space.shapeZyx),
    maps: {
      shapeZyx: space.shapeZyx,
      foreground: new Float32Array(voxels),
      distance: new Float32Array(voxels),
      boundary: new Float32Array(voxels),
    },
    image,
    surroundings: { box: wholeBox(space.shapeZyx), image },
    labelled: only(2, 900),
    forbidden: Uint8Array.from(only(2, 1)),
    found: { labels: only(1, 5), seeds: [], heights: [] },
    passLabels: [],
  };
  const window = { low: 100, high: 200 };
  const { labels, missed } = paintMissed(block, only(1, 5), window, DIAMETER_UM);
  expect(missed).toHaveLength(1);
  expect(balls[missed[0].middle]).toBe(3);
  expect(missed[0].strength).toBeGreaterThan(0.05);
  let [shared, either] = [0, 0];
  labels.forEach((label, voxel) => {
    if (balls[voxel] !== 3 && balls[voxel] !== 0) expect(label).toBe(balls[voxel] === 1 ? 5 : 0);
    if (label === missed[0].label && balls[voxel] === 3) shared++;
    if (label === missed[0].label || balls[voxel] === 3) either++;
  });
  expect(shared / either).toBeGreaterThan(0.6);
  expect(paintMissed(block, only(1, 5), window, 0).missed).toEqual([]);
});
