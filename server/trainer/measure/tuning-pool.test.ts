import { describe, expect, it } from "vitest";
import { boxShape, type VoxelBox, voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";
import type { PreparedVolume } from "../data/prepared-volume.ts";
import { createRandom } from "../random.ts";
import { tuningPool } from "./tuning-pool.ts";

/** Only what the pool looks at. */
const volumeOf = (shapeZyx: Zyx) => ({
  id: "v",
  specimen: "s",
  shapeZyx,
  voxelSizeZyx: [2, 1, 1] as const,
  image: new Float32Array(),
  labels: new Uint32Array(),
  known: new Uint8Array(),
  validationBoxes: [],
});
const prepared = (shapeZyx: Zyx, nuclei: readonly VoxelBox[]): PreparedVolume => ({
  given: volumeOf(shapeZyx),
  givenNuclei: nuclei,
  volume: volumeOf([7, 7, 7]),
  window: { low: 0, high: 1 },
  image: new Float32Array(),
  distance: new Float32Array(),
  boundary: new Uint8Array(),
  known: new Uint8Array(),
  nuclei: [],
  backgroundVoxels: new Uint32Array(),
});

const nucleusAt = ([z, y, x]: Zyx): VoxelBox => ({ minZyx: [z, y, x], maxZyx: [z + 4, y + 8, x + 9] });

describe("tuningPool", () => {
  it("takes whole volumes that fit, and leaves those without nuclei out", () => {
    const one = prepared([20, 100, 110], [nucleusAt([3, 5, 7])]);
    const pool = tuningPool([prepared([20, 90, 80], []), one], 1_000_000);
    expect(pool).toEqual([{ prepared: one, box: { minZyx: [0, 0, 0], maxZyx: [20, 100, 110] } }]);
  });

  it("never takes more than it may, and gives large volumes what small ones do not need", () => {
    const small = prepared([10, 100, 90], [nucleusAt([1, 1, 1])]);
    const large = prepared([64, 256, 300], [nucleusAt([30, 100, 100])]);
    for (const maxVoxels of [600_000, 1_000_000, 3_000_000]) {
      const pool = tuningPool([large, small], maxVoxels);
      const sizes = pool.map(({ box }) => voxelCount(boxShape(box)));
      expect(sizes[1]).toBe(90_000);
      expect(sizes[0] + sizes[1]).toBeLessThanOrEqual(maxVoxels);
      expect(sizes[0]).toBeGreaterThan(0.9 * (maxVoxels - 90_000));
    }
    expect(tuningPool([large, small], 10)).toHaveLength(1);
  });

  it("lies where the nuclei are, inside the volume", () => {
    const random = createRandom(5);
    for (let round = 0; round < 20; round++) {
      const shapeZyx: Zyx = [40, 300, 420];
      const corner: Zyx = [random.below(30), random.below(230), random.below(350)];
      const crowd = Array.from({ length: 30 }, () =>
        nucleusAt([corner[0] + random.below(6), corner[1] + random.below(60), corner[2] + random.below(60)]),
      );
      const strays = Array.from({ length: 10 }, () =>
        nucleusAt([random.below(36), random.below(290), random.below(410)]),
      );
      const [{ box }] = tuningPool([prepared(shapeZyx, [...strays, ...crowd])], 600_000);
      expect(box.minZyx.every((min, axis) => min >= 0 && box.maxZyx[axis] <= shapeZyx[axis])).toBe(true);
      const inside = crowd.filter(({ minZyx, maxZyx }) =>
        minZyx.every((min, axis) => {
          const middle = (min + maxZyx[axis]) / 2;
          return box.minZyx[axis] <= middle && middle < box.maxZyx[axis];
        }),
      );
      expect(inside.length).toBe(crowd.length);
    }
  });
});
