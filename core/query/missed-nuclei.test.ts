import { expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { labelComponents } from "../labels/connected-components.ts";
import { type VoxelSpace, voxelCount, type Zyx } from "../volume/voxel-space.ts";
import { placesOutside } from "./missed-nuclei.ts";

const space: VoxelSpace = { shapeZyx: [9, 24, 30], voxelSizeZyx: [1.4, 0.5, 0.4] };
const DIAMETER_UM = 5;
const placeOf = (voxel: number): Zyx => {
  const [, rows, columns] = space.shapeZyx;
  return [Math.floor(voxel / rows / columns), Math.floor(voxel / columns) % rows, voxel % columns];
};
const awayUm = (a: number, b: number) =>
  Math.hypot(...placeOf(a).map((at, axis) => (at - placeOf(b)[axis]) * space.voxelSizeZyx[axis]));

/** The definition, voxel by voxel. */
function naive(middles: readonly number[], strength: Float32Array, middle: number, taken: Uint8Array): number[] {
  const own = Uint8Array.from(strength, (value, voxel) => {
    if (taken[voxel] || value <= 0 || awayUm(voxel, middle) > DIAMETER_UM / 2 + 1e-6) return 0;
    const nearest = middles.reduce((best, other) => (awayUm(voxel, other) < awayUm(voxel, best) ? other : best));
    return nearest === middle ? 1 : 0;
  });
  own[middle] = 1;
  const { labels } = labelComponents(own, space.shapeZyx);
  return Array.from(labels.keys()).filter((voxel) => labels[voxel] === labels[middle]);
}

it("the place of a blob holds what is near, bright, free, connected, and no other blob's", () => {
  const random = seededRandom(6);
  let found = 0;
  for (let round = 0; round < 8; round++) {
    const size = voxelCount(space.shapeZyx);
    const strength = Float32Array.from({ length: size }, () => random() - 0.3);
    const taken = Uint8Array.from({ length: size }, () => (random() < 0.1 ? 1 : 0));
    const middles = Array.from({ length: 12 }, () => Math.floor(random() * size));
    const asked = new Set(middles.filter(() => random() < 0.7));
    const places = placesOutside(
      { middles, strength },
      space,
      DIAMETER_UM,
      (middle) => asked.has(middle),
      (voxel) => taken[voxel] !== 0,
    );
    const expected = middles
      .filter((one) => asked.has(one) && !taken[one])
      .map((middle) => ({ middle, voxels: naive(middles, strength, middle, taken) }));
    // An eighth of the ball are 29.2 voxels.
    expect(places).toEqual(expected.filter(({ voxels }) => voxels.length > 29));
    found += places.length;
  }
  expect(found).toBeGreaterThan(20);
});
