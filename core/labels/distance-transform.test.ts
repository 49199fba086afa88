import { describe, expect, it } from "vitest";
import type { Zyx } from "../volume/voxel-space.ts";
import { distanceToNearest } from "./distance-transform.ts";

/** Linear congruential noise: enough to place voxels. */
function createNoise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("distanceToNearest", () => {
  it.each([1, 2, 2.19, 5])("agrees with all pairs at anisotropy %d", (anisotropy) => {
    const shapeZyx: Zyx = [5, 7, 9];
    const spacing: Zyx = [0.3 * anisotropy, 0.3, 0.4];
    for (let seed = 1; seed <= 8; seed++) {
      const noise = createNoise(seed);
      const sources = Uint8Array.from({ length: 315 }, () => (noise() < 0.03 * seed ? 1 : 0));
      const positions = [...sources.keys()].map((i) => [Math.floor(i / 63), Math.floor(i / 9) % 7, i % 9]);
      const distance = distanceToNearest(sources, shapeZyx, spacing);
      expect(sources).toContain(1);
      positions.forEach((position, i) => {
        let nearest = Number.POSITIVE_INFINITY;
        positions.forEach((other, j) => {
          if (!sources[j]) return;
          nearest = Math.min(
            nearest,
            Math.hypot(...position.map((value, axis) => (value - other[axis]) * spacing[axis])),
          );
        });
        expect(distance[i]).toBeCloseTo(nearest, 4);
      });
    }
  });

  it("is infinite without a source", () => {
    expect([...distanceToNearest(new Uint8Array(6), [1, 2, 3], [1, 1, 1])]).toEqual(new Array(6).fill(Infinity));
  });
});
