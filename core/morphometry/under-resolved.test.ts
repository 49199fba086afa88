import { describe, expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import type { Zyx } from "../volume/voxel-space.ts";
import { measureNuclei } from "./measure-nuclei.ts";
import { digitalEllipsoid, randomDirections, trueSphericity } from "./testing/digital-ellipsoid.ts";
import { isUnderResolved, MOST_SPHERICITY, thicknessInVoxels, toldSphericity } from "./under-resolved.ts";

const random = seededRandom(11);
const measured = (halfAxesUm: Zyx, voxelSizeZyx: Zyx, directionsZyx = randomDirections(random)) => {
  const shift: Zyx = [random() - 0.5, random() - 0.5, random() - 0.5];
  const { labels, space } = digitalEllipsoid({ halfAxesUm, directionsZyx }, voxelSizeZyx, shift);
  return measureNuclei(labels, space)[0];
};
const upright: [Zyx, Zyx, Zyx] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

describe("the sphericity of an ellipsoid", () => {
  it("is that of the closed form, for a sphere and for a flat spheroid", () => {
    expect(trueSphericity([3, 3, 3])).toBeCloseTo(1, 3);
    // Oblate, a = 4, c = 2: S = 2πa² (1 + (1 - e²) / e · artanh e), e² = 1 - c² / a².
    const e = Math.sqrt(0.75);
    const surface = 2 * Math.PI * 16 * (1 + (0.25 / e) * Math.atanh(e));
    const volume = (4 / 3) * Math.PI * 32;
    expect(trueSphericity([2, 4, 4])).toBeCloseTo((36 * Math.PI * volume ** 2) / surface ** 3, 3);
  });
});

describe("a nucleus of too few slices", () => {
  it("is as thick as its smallest diameter in lengths of the thickest voxel, at any angle", () => {
    for (const directions of [upright, randomDirections(random)])
      expect(thicknessInVoxels(measured([8, 10, 13], [2, 0.5, 0.4], directions), [2, 0.5, 0.4])).toBeCloseTo(8, 0);
  });

  it("is told, and its sphericity is not", () => {
    for (const voxelSizeZyx of [
      [1, 1.1, 0.9],
      [2, 0.5, 0.4],
    ] as Zyx[]) {
      const flat = measured([voxelSizeZyx[0] * 1.5, 6, 7], voxelSizeZyx, upright);
      expect([isUnderResolved(flat, voxelSizeZyx), toldSphericity(flat, voxelSizeZyx)]).toEqual([true, null]);
    }
    // A single plane has no thickness at all.
    const labels = new Uint32Array(5 * 9 * 11).fill(1, 99 * 2 + 24, 99 * 2 + 30);
    const [plane] = measureNuclei(labels, { shapeZyx: [5, 9, 11], voxelSizeZyx: [2, 0.5, 0.4] });
    expect(isUnderResolved(plane, [2, 0.5, 0.4])).toBe(true);
  });

  it("apart, no ellipsoid is told to be rounder than it is by more than noise", () => {
    for (let round = 0; round < 12; round++) {
      const voxelSizeZyx: Zyx = [1 + (round % 4), 1.1, 0.9];
      const smallest = voxelSizeZyx[0] * (3.2 + 2 * random());
      const halfAxes: Zyx = [smallest, smallest * (1 + 0.4 * random()), smallest * (1 + 0.5 * random())];
      const shape = measured(halfAxes, voxelSizeZyx);
      const told = toldSphericity(shape, voxelSizeZyx);
      expect(told).not.toBeNull();
      expect((told ?? 9) / trueSphericity(halfAxes)).toBeLessThan(MOST_SPHERICITY);
      expect((told ?? 0) / trueSphericity(halfAxes)).toBeGreaterThan(0.95);
    }
  });
});
