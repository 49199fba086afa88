import { describe, expect, it } from "vitest";
import type { Zyx } from "../volume/voxel-space.ts";
import { seededRandom } from "./testing/seeded-random.ts";
import { VoxelSet } from "./voxel-set.ts";

const shapeZyx: Zyx = [70, 130, 201];

describe("VoxelSet against a set of strings", () => {
  it("holds what was added, clipped to the volume, for random runs", () => {
    const random = seededRandom(1);
    const set = new VoxelSet(shapeZyx);
    const naive = new Set<string>();
    for (let i = 0; i < 400; i++) {
      const z = Math.floor(random() * 74) - 2;
      const y = Math.floor(random() * 134) - 2;
      const first = Math.floor(random() * 220) - 10;
      const end = first + Math.floor(random() * 90);
      set.addRun(z, y, first, end);
      for (let x = first; x < end; x++)
        if (z >= 0 && z < 70 && y >= 0 && y < 130 && x >= 0 && x < 201) naive.add(`${z},${y},${x}`);
    }
    for (let i = 0; i < 100; i++) {
      const [z, y, x] = shapeZyx.map((size) => Math.floor(random() * size));
      expect(set.add(z, y, x)).toBe(!naive.has(`${z},${y},${x}`));
      naive.add(`${z},${y},${x}`);
    }
    expect(naive.size).toBeGreaterThan(5000);
    expect(set.count).toBe(naive.size);
    const seen = new Set<string>();
    set.forEachRun((z, y, first, end) => {
      expect(end).toBeGreaterThan(first);
      for (let x = first; x < end; x++) {
        expect(seen.has(`${z},${y},${x}`)).toBe(false);
        seen.add(`${z},${y},${x}`);
      }
    });
    expect(seen).toEqual(naive);
    for (let i = 0; i < 2000; i++) {
      const [z, y, x] = shapeZyx.map((size) => Math.floor(random() * size));
      expect(set.has(z, y, x)).toBe(naive.has(`${z},${y},${x}`));
    }
  });

  it("gives a tight box and the bricks it touches, and nothing for an empty set", () => {
    const set = new VoxelSet(shapeZyx);
    expect(set.boundingBox()).toBeNull();
    expect(set.toRuns()).toHaveLength(0);
    set.addRun(65, 3, 60, 70);
    set.add(2, 129, 200);
    expect(set.boundingBox()).toEqual({ minZyx: [2, 3, 60], maxZyx: [66, 130, 201] });
    expect(set.brickKeys()).toEqual([3 + 2 * 1024, 1024 * 1024, 1 + 1024 * 1024]);
    expect(VoxelSet.fromRuns(shapeZyx, set.toRuns()).toRuns()).toEqual(set.toRuns());
  });
});
