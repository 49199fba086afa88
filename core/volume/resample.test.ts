import { describe, expect, it } from "vitest";
import { cubicSpace, resampleLinear, resampleNearest } from "./resample.ts";
import { type VoxelSpace, voxelCount, type Zyx } from "./voxel-space.ts";

/** A function of place in micrometres, seen at the voxels' centres. */
const sampled = ({ shapeZyx, voxelSizeZyx }: VoxelSpace, f: (z: number, y: number, x: number) => number) => {
  const values = new Float32Array(voxelCount(shapeZyx));
  let at = 0;
  const centre = (i: number, axis: number) => (i + 0.5) * voxelSizeZyx[axis];
  for (let z = 0; z < shapeZyx[0]; z++)
    for (let y = 0; y < shapeZyx[1]; y++)
      for (let x = 0; x < shapeZyx[2]; x++) values[at++] = f(centre(z, 0), centre(y, 1), centre(x, 2));
  return values;
};

describe.each([
  [[2, 0.5, 0.4] as Zyx, 0.7],
  [[1, 1, 1] as Zyx, 0.6],
  [[5, 0.6, 0.6] as Zyx, 1.1],
])("a volume of voxels of %j µm seen in cubes of %f µm", (voxelSizeZyx, sideUm) => {
  const from: VoxelSpace = { shapeZyx: [9, 31, 26], voxelSizeZyx };
  const to = cubicSpace(from, sideUm, 1e9);
  const extent = from.shapeZyx.map((size, axis) => size * voxelSizeZyx[axis]);
  const margin = Math.max(sideUm, ...voxelSizeZyx);

  it("keeps places: what rises evenly still does, at the same points of space", () => {
    const plane = (z: number, y: number, x: number) => 3 * z - 2 * y + 0.5 * x + 7;
    const there = resampleLinear(sampled(from, plane), from, to);
    const expected = sampled(to, plane);
    let compared = 0;
    for (let i = 0; i < there.length; i++) {
      const [z, y, x] = [
        Math.floor(i / (to.shapeZyx[1] * to.shapeZyx[2])),
        Math.floor(i / to.shapeZyx[2]) % to.shapeZyx[1],
        i % to.shapeZyx[2],
      ].map((index) => (index + 0.5) * sideUm);
      if ([z, y, x].some((place, axis) => place < margin || place > extent[axis] - margin)) continue;
      compared++;
      // Triangles of a width that is no whole number of voxels lean a little.
      expect(Math.abs(there[i] - expected[i])).toBeLessThan(0.12 * margin);
    }
    expect(compared).toBeGreaterThan(20);
  });

  it("comes back nearly as it was where it is smooth", () => {
    const wave = (z: number, y: number, x: number) =>
      Math.sin((2 * Math.PI * z) / (12 * voxelSizeZyx[0])) + Math.sin(y / (4 * sideUm)) + Math.cos(x / (5 * sideUm));
    const given = sampled(from, wave);
    const back = resampleLinear(resampleLinear(given, from, to), to, from);
    let squares = 0;
    for (let i = 0; i < given.length; i++) squares += (given[i] - back[i]) ** 2;
    expect(Math.sqrt(squares / given.length)).toBeLessThan(0.12);
  });

  it("gives each voxel the label that its centre lies in", () => {
    const labels = Uint32Array.from({ length: voxelCount(from.shapeZyx) }, (_, i) => i + 70_000);
    const there = resampleNearest(labels, from, to, Uint32Array);
    for (const [z, y, x] of [[0, 0, 0], [2, 5, 7], to.shapeZyx.map((size) => size - 1)]) {
      const own = [z, y, x].map((index, axis) =>
        Math.min(from.shapeZyx[axis] - 1, Math.floor(((index + 0.5) * sideUm) / voxelSizeZyx[axis])),
      );
      expect(there[(z * to.shapeZyx[1] + y) * to.shapeZyx[2] + x]).toBe(70_000 + (own[0] * 31 + own[1]) * 26 + own[2]);
    }
  });
});

it("averages what a coarser voxel covers: no stripe is lost or doubled", () => {
  const from: VoxelSpace = { shapeZyx: [4, 6, 200], voxelSizeZyx: [3, 3, 1] };
  const stripes = Float32Array.from({ length: 4 * 6 * 200 }, (_, i) => i % 2);
  const seen = resampleLinear(stripes, from, cubicSpace(from, 3, 1e9));
  for (let i = 1; i < 66; i++) expect(Math.abs(seen[i] - 0.5)).toBeLessThan(0.12);
});

it("never explodes: thick slices are cut less finely where the memory would not hold them", () => {
  const thick: VoxelSpace = { shapeZyx: [40, 500, 600], voxelSizeZyx: [10, 1, 1] };
  const free = cubicSpace(thick, 1, 1e9);
  expect(free.shapeZyx).toEqual([400, 500, 600]);
  const bounded = cubicSpace(thick, 1, 48e6);
  expect(voxelCount(bounded.shapeZyx)).toBeLessThanOrEqual(48e6);
  expect(voxelCount(bounded.shapeZyx)).toBeGreaterThan(40e6);
  expect(bounded.voxelSizeZyx.slice(1)).toEqual([1, 1]);
});
