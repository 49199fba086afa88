import { expect, it } from "vitest";
import type { VoxelSpace } from "../../volume/voxel-space.ts";
import { generateSample, keepShare, SAMPLE_SPACE } from "./generate-sample.ts";

/** A quarter of the sample's area: the same tissue, faster. */
const SMALL: VoxelSpace = { shapeZyx: [40, 120, 140], voxelSizeZyx: [1, 0.4, 0.4] };
const sample = generateSample(3, SMALL, 30);

const isSame = (a: Uint16Array | Uint32Array, b: Uint16Array | Uint32Array): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

it("is the same for the same seed and another for another", () => {
  const again = generateSample(3, SMALL, 30);
  expect(isSame(again.image, sample.image)).toBe(true);
  expect(isSame(again.labels, sample.labels)).toBe(true);
  expect(isSame(generateSample(4, SMALL, 30).image, sample.image)).toBe(false);
});

it("has labels 1 to count without gaps, of nuclear size, some of them touching", () => {
  const voxels = new Map<number, number>();
  for (const label of sample.labels) voxels.set(label, (voxels.get(label) ?? 0) + 1);
  voxels.delete(0);
  expect([...voxels.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: sample.count }, (_, i) => i + 1));
  const volumesUm3 = [...voxels.values()].map((n) => n * 0.16).sort((a, b) => a - b);
  expect(volumesUm3[Math.floor(volumesUm3.length / 2)]).toBeGreaterThan(300);
  expect(volumesUm3[volumesUm3.length - 1]).toBeLessThan(5000);
  let touching = 0;
  for (let i = 1; i < sample.labels.length; i++)
    if (sample.labels[i] && sample.labels[i - 1] && sample.labels[i] !== sample.labels[i - 1]) touching++;
  expect(touching).toBeGreaterThan(50);
});

it("shows nuclei brighter than background and darker with depth, with noise that grows with the signal", () => {
  const plane = 120 * 140;
  const meanOf = (zMin: number, zMax: number, inside: boolean) => {
    let sum = 0;
    let count = 0;
    for (let i = zMin * plane; i < zMax * plane; i++)
      if ((sample.labels[i] !== 0) === inside) {
        sum += sample.image[i];
        count++;
      }
    return sum / count;
  };
  expect(meanOf(0, 40, true)).toBeGreaterThan(2.5 * meanOf(0, 40, false));
  expect(meanOf(4, 12, true)).toBeGreaterThan(1.2 * meanOf(28, 36, true));
});

it("keeps an even share of the labels", () => {
  const kept = new Set(keepShare(sample.labels, 1 / 3));
  kept.delete(0);
  expect(kept.size).toBe(Math.floor(sample.count / 3));
  expect(isSame(keepShare(sample.labels, 1), sample.labels)).toBe(true);
});

it("is large enough to train on and small enough to make at once", () => {
  const startedAt = Date.now();
  const full = generateSample(1);
  expect(full.shapeZyx).toEqual(SAMPLE_SPACE.shapeZyx);
  expect(full.count).toBeGreaterThanOrEqual(60);
  expect(full.count).toBeLessThanOrEqual(120);
  expect(Date.now() - startedAt).toBeLessThan(25_000);
});
