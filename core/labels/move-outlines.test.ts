import { expect, it } from "vitest";
import { type VoxelSpace, voxelCount, type Zyx } from "../volume/voxel-space.ts";
import { moveOutlines } from "./move-outlines.ts";

const space: VoxelSpace = { shapeZyx: [7, 12, 16], voxelSizeZyx: [2, 0.6, 0.5] };
const placeOf = (i: number): Zyx => {
  const [, rows, columns] = space.shapeZyx;
  const [z, y, x] = space.voxelSizeZyx;
  return [Math.floor(i / (rows * columns)) * z, (Math.floor(i / columns) % rows) * y, (i % columns) * x];
};
const apart = (a: number, b: number) => Math.hypot(...placeOf(a).map((value, axis) => value - placeOf(b)[axis]));
const labels = Uint32Array.from({ length: voxelCount(space.shapeZyx) }, (_, i) => {
  const [z, y, x] = placeOf(i);
  if (Math.hypot(z - 6, y - 3, x - 3) < 2.2) return 9;
  return Math.hypot(z - 7, y - 4, x - 6.5) < 1.9 ? 70_000 : 0;
});
const indices = [...labels.keys()];

it.each([0.61, 2.05])("grows by %f µm to what is that near, voxel by voxel, the nearer nucleus first", (byUm) => {
  const blocked = labels.map((_, i) => (i % 7 === 0 ? 1 : 0));
  const moved = moveOutlines(labels, space, byUm, blocked);
  for (const i of indices) {
    if (labels[i] !== 0) {
      expect(moved[i]).toBe(labels[i]);
      continue;
    }
    const to = [9, 70_000].map((label) =>
      Math.min(...indices.filter((k) => labels[k] === label).map((k) => apart(i, k))),
    );
    if (to.some((distance) => Math.abs(distance - byUm) < 1e-4) || Math.abs(to[0] - to[1]) < 1e-4) continue;
    const nearest = to[0] < to[1] ? 9 : 70_000;
    expect(moved[i]).toBe(blocked[i] || Math.min(...to) > byUm ? 0 : nearest);
  }
  expect(moved.filter((label) => label !== 0).length).toBeGreaterThan(labels.filter((label) => label !== 0).length);
});

it("shrinks by what is near the outside, and leaves the core of a nucleus that would be gone", () => {
  const moved = moveOutlines(labels, space, -0.55);
  for (const i of indices) {
    if (labels[i] === 0) continue;
    const depth = Math.min(...indices.filter((k) => labels[k] !== labels[i]).map((k) => apart(i, k)));
    if (Math.abs(depth - 0.55) > 1e-4) expect(moved[i]).toBe(depth < 0.55 ? 0 : labels[i]);
  }
  const gone = moveOutlines(labels, space, -50);
  for (const label of [9, 70_000]) {
    const left = gone.filter((value) => value === label).length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(labels.filter((value) => value === label).length * 0.7);
  }
});
