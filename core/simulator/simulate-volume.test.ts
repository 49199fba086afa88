import { describe, expect, it } from "vitest";
import { findPieces } from "../labels/label-pieces.ts";
import { type SimulatedVolume, simulateVolume } from "./simulate-volume.ts";
import { SIMULATOR_RANGES } from "./simulator-ranges.ts";

/** Unequal axes and shapes: usual, of two slices, of slices ten times as thick as wide, of equal axes. */
const WISHES = [
  { shapeZyx: [14, 40, 48], voxelSizeZyx: [1.1, 0.5, 0.6], diameterUm: 6 },
  { shapeZyx: [2, 52, 44], voxelSizeZyx: [2, 0.7, 0.7], diameterUm: 8 },
  { shapeZyx: [8, 44, 56], voxelSizeZyx: [5, 0.5, 0.5], diameterUm: 11 },
  { shapeZyx: [30, 36, 32], voxelSizeZyx: [0.4, 0.4, 0.4], diameterUm: 4 },
] as const;

const volumes: readonly SimulatedVolume[] = WISHES.flatMap((wish, i) =>
  [0, 1, 2].map((k) => simulateVolume({ ...wish, seed: 100 + 10 * i + k })),
);
const never = { chance: 0 };
const always = { chance: 1 };

describe("simulateVolume", () => {
  it("gives the same volume for the same seed and another for another", () => {
    const again = simulateVolume({ ...WISHES[0], seed: 100 });
    expect(again).toEqual(volumes[0]);
    expect(volumes[1].image).not.toEqual(volumes[0].image);
  });

  it("numbers nuclei 1 to n, each one face-connected piece of more than a few voxels", () => {
    for (const { labels, shapeZyx } of volumes) {
      const pieces = findPieces(labels, shapeZyx);
      expect(pieces.map(({ label }) => label).sort((a, b) => a - b)).toEqual(pieces.map((_, i) => i + 1));
      expect(pieces.length).toBeGreaterThan(0);
      for (const { voxels } of pieces) expect(voxels).toBeGreaterThanOrEqual(8);
    }
  });

  it("comes near to the wished diameter, in whatever way its nuclei are packed and outlined", () => {
    const packings = ["confluent", "loose", "cluster", "cyst", "scattered"] as const;
    const ratios = packings.flatMap((kind) =>
      [1, 2].map((seed) => {
        const packing = { confluent: 0, loose: 0, cluster: 0, cyst: 0, scattered: 0, [kind]: 1 };
        const wish = { shapeZyx: [20, 44, 48], voxelSizeZyx: [0.9, 0.5, 0.6], diameterUm: 6 } as const;
        return simulateVolume({ ...wish, seed, ranges: { packing } }).diameterUm / wish.diameterUm;
      }),
    );
    for (const ratio of ratios) expect(Math.abs(Math.log(ratio))).toBeLessThan(0.35);
    expect(Math.abs(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)).toBeLessThan(0.12);
  });

  it("shows nuclei brighter than what lies between them", () => {
    for (const wish of WISHES) {
      const { hollowShare, walls, patches, specks } = SIMULATOR_RANGES;
      const ranges = {
        hollowShare: { ...hollowShare, ...never },
        walls: { ...walls, ...never },
        patches: { ...patches, ...never },
        specks: { ...specks, ...never },
      };
      const { image, labels } = simulateVolume({ ...wish, seed: 7, ranges });
      const [sums, counts] = [
        [0, 0],
        [0, 0],
      ];
      for (let i = 0; i < image.length; i++) {
        sums[labels[i] ? 1 : 0] += image[i];
        counts[labels[i] ? 1 : 0]++;
      }
      expect(sums[1] / counts[1]).toBeGreaterThan((1.1 * sums[0]) / counts[0]);
    }
  });

  it("sets dark surroundings to exactly 0 where it was drawn, but not the nuclei", () => {
    const ranges = {
      zeroBelow: { ...SIMULATOR_RANGES.zeroBelow, ...always },
      packing: { confluent: 0, loose: 0, cluster: 1, cyst: 0, scattered: 0 },
      storage: { uint8: 0, uint16: 1, float32: 0 },
      offset: { ...SIMULATOR_RANGES.offset, ...always, from: 50, to: 100 },
    };
    const { image, labels } = simulateVolume({ ...WISHES[0], seed: 3, ranges });
    const isZero = Array.from(image, (value) => value === 0);
    expect(isZero.filter(Boolean).length / image.length).toBeGreaterThan(0.04);
    const inside = isZero.filter((_, i) => labels[i] !== 0);
    expect(inside.filter(Boolean).length / inside.length).toBeLessThan(0.05);
  });

  it("keeps to eight bits where it was drawn", () => {
    const ranges = { storage: { uint8: 1, uint16: 0, float32: 0 } };
    const { image } = simulateVolume({ ...WISHES[0], seed: 5, ranges });
    expect(image).toBeInstanceOf(Uint16Array);
    expect(Math.max(...image)).toBeLessThanOrEqual(255);
    expect(Math.max(...image)).toBeGreaterThan(200);
  });
});
