import { expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { type VoxelSpace, voxelCount } from "../volume/voxel-space.ts";
import { findSeeds } from "./find-seeds.ts";

/** Judge: all peaks by loops over their neighbours, from the highest down, each compared with every seed before it. */
function naiveSeeds(
  height: Float32Array,
  mask: Uint8Array,
  space: VoxelSpace,
  least: number,
  apartUm: number,
): number[] {
  const [depth, rows, columns] = space.shapeZyx;
  const placeOf = (i: number) => [Math.floor(i / (rows * columns)), Math.floor(i / columns) % rows, i % columns];
  const isPeak = (i: number) => {
    const [z, y, x] = placeOf(i);
    return height.every((other, k) => {
      const [oz, oy, ox] = placeOf(k);
      return Math.abs(oz - z) > 1 || Math.abs(oy - y) > 1 || Math.abs(ox - x) > 1 || other <= height[i];
    });
  };
  const apart = (a: number, b: number) =>
    Math.hypot(...placeOf(a).map((at, axis) => (at - placeOf(b)[axis]) * space.voxelSizeZyx[axis]));
  const seeds: number[] = [];
  const candidates = [...height.keys()].filter((i) => mask[i] && height[i] >= least);
  for (const peak of candidates.sort((a, b) => height[b] - height[a] || a - b))
    if (seeds.every((seed) => apart(seed, peak) >= apartUm) && isPeak(peak)) seeds.push(peak);
  expect(depth).toBeGreaterThan(1);
  return seeds;
}

it("places one seed per peak, the highest first and none too near another, as loops over all voxels do", () => {
  const random = seededRandom(3);
  const space: VoxelSpace = { shapeZyx: [5, 9, 16], voxelSizeZyx: [0.5, 0.25, 0.2] };
  let placed = 0;
  // Distances that occur between voxels are far enough apart.
  for (const apartUm of [0, 0.25, 0.5, 0.61, 1.5, 1000]) {
    const height = Float32Array.from({ length: voxelCount(space.shapeZyx) }, () => Math.round(random() * 30) / 30);
    const mask = Uint8Array.from(height, () => (random() < 0.7 ? 1 : 0));
    const seeds = findSeeds(height, mask, space, 0.3, apartUm);
    expect(seeds).toEqual(naiveSeeds(height, mask, space, 0.3, apartUm));
    placed += seeds.length;
  }
  expect(placed).toBeGreaterThan(30);
});
