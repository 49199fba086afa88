import { expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { labelComponents } from "../labels/connected-components.ts";
import { type VoxelSpace, voxelCount, type Zyx } from "../volume/voxel-space.ts";
import { partsInside, placesOutside } from "./missed-nuclei.ts";

const space: VoxelSpace = { shapeZyx: [9, 24, 30], voxelSizeZyx: [1.4, 0.5, 0.4] };
const DIAMETER_UM = 5;
const placeOf = (voxel: number): Zyx => {
  const [, rows, columns] = space.shapeZyx;
  const [z, y, x] = [Math.floor(voxel / rows / columns), Math.floor(voxel / columns) % rows, voxel % columns];
  return [z * space.voxelSizeZyx[0], y * space.voxelSizeZyx[1], x * space.voxelSizeZyx[2]];
};
const awayUm = (a: number, b: number) => Math.hypot(...placeOf(a).map((at, axis) => at - placeOf(b)[axis]));

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
    expect(places.map(({ middle }) => middle)).toEqual(middles.filter((one) => asked.has(one) && !taken[one]));
    for (const { middle, voxels } of places) expect(voxels).toEqual(naive(middles, strength, middle, taken));
    found += places.length;
  }
  expect(found).toBeGreaterThan(20);
});

it("parts of an object are its voxels by the nearest blob in micrometres; the first blob's, and small ones, stay its own", () => {
  const random = seededRandom(9);
  const object = Array.from({ length: voxelCount(space.shapeZyx) }, (_, voxel) => voxel).filter(() => random() < 0.5);
  for (let round = 0; round < 5; round++) {
    const middles = Array.from({ length: 5 }, () => object[Math.floor(random() * object.length)]);
    const parts = partsInside(object, middles, space, DIAMETER_UM);
    const kept = [middles[0], ...parts.map(({ middle }) => middle)];
    const nearest = (voxel: number, of: readonly number[]) =>
      of.reduce((best, other) => (awayUm(voxel, other) < awayUm(voxel, best) ? other : best));
    expect(parts.length).toBeGreaterThan(1);
    for (const { middle, voxels } of parts)
      expect(voxels).toEqual(object.filter((one) => nearest(one, kept) === middle));
  }
  // An eighth of the ball are 29 voxels: a row of 24 has no part.
  const row = Array.from({ length: 24 }, (_, y) => y * space.shapeZyx[2]);
  expect(partsInside(row, [row[3], row[22]], space, DIAMETER_UM)).toEqual([]);
});
