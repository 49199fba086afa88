import { describe, expect, it } from "vitest";
import type { Zyx } from "../volume/voxel-space.ts";
import { addOutline } from "./outline.ts";
import { planeAxes, type SlicePlane } from "./slice-plane.ts";
import { seededRandom } from "./testing/seeded-random.ts";
import { VoxelSet } from "./voxel-set.ts";

const shapeZyx: Zyx = [13, 37, 80];

/** Winding number as the sum of signed angles: slow and independent of scan lines. */
function windingByAngles(points: readonly (readonly [number, number])[], r: number, c: number): number {
  let sum = 0;
  points.forEach(([r0, c0], i) => {
    const [r1, c1] = points[(i + 1) % points.length];
    const cross = (c0 - c) * (r1 - r) - (c1 - c) * (r0 - r);
    const dot = (c0 - c) * (c1 - c) + (r0 - r) * (r1 - r);
    sum += Math.atan2(cross, dot);
  });
  return Math.round(sum / (2 * Math.PI));
}

describe("outline fill against winding numbers by angles", () => {
  for (const plane of ["xy", "xz", "yz"] as SlicePlane[])
    it(`random outlines in ${plane}, many crossing themselves or leaving the volume`, () => {
      const random = seededRandom(plane.charCodeAt(0) * 7 + plane.charCodeAt(1));
      const { row, column, normal } = planeAxes(plane);
      let inside = 0;
      for (let round = 0; round < 25; round++) {
        const slice = Math.floor(random() * shapeZyx[normal]);
        const path = Array.from({ length: 3 + Math.floor(random() * 12) }, () => {
          const p = shapeZyx.map((size) => random() * (size + 8) - 4);
          p[normal] = slice + random();
          return p as unknown as Zyx;
        });
        const set = new VoxelSet(shapeZyx);
        addOutline(set, path, plane, slice);
        let count = 0;
        for (let r = 0; r < shapeZyx[row]; r++)
          for (let c = 0; c < shapeZyx[column]; c++) {
            const voxel = [0, 0, 0];
            voxel[row] = r;
            voxel[column] = c;
            voxel[normal] = slice;
            const expected =
              windingByAngles(
                path.map((p) => [p[row], p[column]]),
                r + 0.5,
                c + 0.5,
              ) !== 0;
            expect(set.has(voxel[0], voxel[1], voxel[2])).toBe(expected);
            if (expected) count++;
          }
        expect(set.count).toBe(count);
        inside += count;
      }
      expect(inside).toBeGreaterThan(1000);
    });

  it("needs three points", () => {
    const set = new VoxelSet(shapeZyx);
    addOutline(set, [[1, 1, 1] as Zyx, [1, 20, 30]], "xy", 1);
    expect(set.count).toBe(0);
  });
});
