import { describe, expect, it } from "vitest";
import { brickKeysOfBox } from "../../volume/brick.ts";
import type { Zyx } from "../../volume/voxel-space.ts";
import { FunctionImage } from "../testing/function-image.ts";
import { MemoryLabelDocument } from "../testing/memory-label-document.ts";
import { seededRandom } from "../testing/seeded-random.ts";
import { fillAboveThreshold, loadThresholdField } from "./threshold-fill.ts";

const shapeZyx: Zyx = [24, 90, 140];
const voxelSizeZyx: Zyx = [2, 0.5, 0.5];
const seedZyx: Zyx = [10, 60, 62];

const um = (z: number, y: number, x: number) =>
  Math.hypot((z - seedZyx[0]) * 2, (y - seedZyx[1]) * 0.5, (x - seedZyx[2]) * 0.5);

/** Grows by repeated passes over the whole volume until nothing changes: no queue, no bricks. */
function naiveRegion(allowed: (z: number, y: number, x: number) => boolean): Set<number> {
  const at = (z: number, y: number, x: number) => (z * shapeZyx[1] + y) * shapeZyx[2] + x;
  const region = new Set([at(...seedZyx)]);
  for (let before = -1; before !== region.size; ) {
    before = region.size;
    for (let z = 0; z < shapeZyx[0]; z++)
      for (let y = 0; y < shapeZyx[1]; y++)
        for (let x = 0; x < shapeZyx[2]; x++) {
          if (region.has(at(z, y, x)) || !allowed(z, y, x)) continue;
          const near = [
            at(z - 1, y, x),
            at(z + 1, y, x),
            at(z, y - 1, x),
            at(z, y + 1, x),
            at(z, y, x - 1),
            at(z, y, x + 1),
          ];
          if (near.some((i) => region.has(i))) region.add(at(z, y, x));
        }
  }
  return region;
}

const open = async (
  valueAt: (z: number, y: number, x: number) => number,
  reachUm: number,
  labelAt?: (z: number, y: number, x: number) => number,
) => {
  const image = new FunctionImage(shapeZyx, valueAt);
  const labels = new MemoryLabelDocument({ shapeZyx, voxelSizeZyx, labelAt });
  const mayOverwrite = labelAt ? (present: number) => present === 0 : null;
  const field = await loadThresholdField(image, labels, { seedZyx, reachUm, voxelSizeZyx, mayOverwrite });
  return { image, field };
};

const toSet = (fill: ReturnType<typeof fillAboveThreshold>): Set<number> => {
  const voxels = new Set<number>();
  fill.voxels.forEachRun((z, y, first, end) => {
    for (let x = first; x < end; x++) voxels.add((z * shapeZyx[1] + y) * shapeZyx[2] + x);
  });
  return voxels;
};

/** Blobs that hang together in places; flat in 3×3 so that the mean leaves them alone. */
const noise = (() => {
  const random = seededRandom(3);
  const table = Float32Array.from({ length: 24 * 30 * 47 }, () => random());
  return (z: number, y: number, x: number) => table[(z * 30 + Math.floor(y / 3)) * 47 + Math.floor(x / 3)];
})();

describe("3D fill by threshold", () => {
  it("is the face-connected region of a smoothed image, against growth by passes", async () => {
    const valueAt = (z: number, y: number, x: number) => Math.round(um(z, y, x) < 2 ? 900 : noise(z, y, x) * 1000);
    const reachUm = 14;
    const { field, image } = await open(valueAt, reachUm);
    const mean = (z: number, y: number, x: number) => {
      const { minZyx, maxZyx } = field.box;
      let sum = 0;
      let n = 0;
      for (let v = y - 1; v <= y + 1; v++)
        for (let u = x - 1; u <= x + 1; u++)
          if (v >= minZyx[1] && v < maxZyx[1] && u >= minZyx[2] && u < maxZyx[2]) {
            sum += valueAt(z, v, u);
            n++;
          }
      return Math.fround(sum / n);
    };
    const fill = fillAboveThreshold(field, 600);
    const region = naiveRegion((z, y, x) => um(z, y, x) <= reachUm && mean(z, y, x) >= 600);
    expect(region.size).toBeGreaterThan(500);
    const filled = toSet(fill);
    for (const voxel of region) expect(filled.has(voxel)).toBe(true);
    expect(image.loads.sort()).toEqual(brickKeysOfBox(field.box));
    // What is more than the region is enclosed by it: it cannot reach the box's faces without crossing the region.
    for (const voxel of filled) {
      if (region.has(voxel)) continue;
      const x = voxel % shapeZyx[2];
      let right = x;
      while (right < field.box.maxZyx[2] && !region.has(voxel - x + right)) right++;
      expect(right).toBeLessThan(field.box.maxZyx[2]);
    }
  });

  it("fills a dark nucleolus inside, and starts at half of the way from background to the nucleus", async () => {
    const valueAt = (z: number, y: number, x: number) => (um(z, y, x + 6) < 1.2 ? 120 : um(z, y, x) < 8 ? 800 : 100);
    const { field } = await open(valueAt, 14);
    expect(field.halfHeight).toBeCloseTo(450, 0);
    const fill = fillAboveThreshold(field, field.halfHeight);
    expect(fill.reachedBound).toBe(false);
    expect(fill.voxels.has(10, 60, 56)).toBe(true);
    for (const [z, y, x, inside] of [
      [10, 60, 62, true],
      [13, 60, 62, true],
      [15, 60, 62, false],
      [10, 75, 62, true],
      [10, 78, 62, false],
    ] as const)
      expect(fill.voxels.has(z, y, x)).toBe(inside);
  });

  it("says when it stopped at its reach, in micrometres on every axis", async () => {
    const { field } = await open(() => 500, 9);
    const fill = fillAboveThreshold(field, 400);
    expect(fill.reachedBound).toBe(true);
    let naive = 0;
    for (let z = 0; z < shapeZyx[0]; z++)
      for (let y = 0; y < shapeZyx[1]; y++) for (let x = 0; x < shapeZyx[2]; x++) if (um(z, y, x) <= 9) naive++;
    expect(fill.voxels.count).toBe(naive);
  });

  it("goes round what may not be overwritten, and is empty when the seed is too dark or taken", async () => {
    const wall = (_z: number, _y: number, x: number) => (x === 70 ? 6 : 0);
    const { field } = await open(() => 500, 30, wall);
    const fill = fillAboveThreshold(field, 400);
    expect(fill.voxels.count).toBeGreaterThan(1000);
    expect(fill.voxels.has(10, 60, 69)).toBe(true);
    expect([fill.voxels.has(10, 60, 70), fill.voxels.has(10, 60, 71)]).toEqual([false, false]);
    expect(fillAboveThreshold(field, 501).voxels.count).toBe(0);
    const taken = await open(
      () => 500,
      5,
      () => 6,
    );
    expect(fillAboveThreshold(taken.field, 400).voxels.count).toBe(0);
  });

  it("a huge reach is cut to a bounded field", async () => {
    const { field } = await open(() => 5, 1e9);
    expect(field.values.length).toBeLessThanOrEqual(8_000_000);
  });
});
