import { describe, expect, it } from "vitest";
import { findPieces } from "../labels/label-pieces.ts";
import { type SimulatedVolume, simulateVolume } from "./simulate-volume.ts";

/** Unequal axes and shapes: thin, flat, many slices, thick slices. */
const WISHES = [
  { shapeZyx: [14, 40, 48], voxelSizeZyx: [1.1, 0.5, 0.6], diameterUm: 6 },
  { shapeZyx: [2, 52, 44], voxelSizeZyx: [2, 0.7, 0.7], diameterUm: 8 },
  { shapeZyx: [8, 44, 56], voxelSizeZyx: [5, 0.5, 0.5], diameterUm: 11 },
  { shapeZyx: [30, 36, 32], voxelSizeZyx: [0.4, 0.4, 0.4], diameterUm: 4 },
] as const;

const volumes: readonly SimulatedVolume[] = WISHES.flatMap((wish, i) =>
  [0, 1, 2].map((k) => simulateVolume({ ...wish, seed: 100 + 10 * i + k })),
);

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
});
