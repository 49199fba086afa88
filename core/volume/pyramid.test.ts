import { expect, it } from "vitest";
import { createSeededRandom } from "../simulator/seeded-random.ts";
import { planPyramid } from "./pyramid.ts";
import { reduceBox } from "./pyramid-reduce.ts";
import type { Zyx } from "./voxel-space.ts";

it("lets thick slices wait until the plane has caught up", () => {
  const levels = planPyramid([48, 256, 250], [1, 0.4, 0.4]);
  expect(levels.map(({ factorZyx }) => factorZyx)).toEqual([
    [1, 1, 1],
    [1, 2, 2],
    [2, 4, 4],
  ]);
  expect(levels.map(({ shapeZyx }) => shapeZyx)).toEqual([
    [48, 256, 250],
    [48, 128, 125],
    [24, 64, 63],
  ]);
});

it("ends with a level that fits into one chunk, for any shape, with voxels ever nearer to a cube", () => {
  const random = createSeededRandom(2);
  for (let round = 0; round < 300; round++) {
    const size = () => 1 + Math.floor(random.uniform() ** 3 * 5000);
    const shape: Zyx = [size(), size(), size()];
    const voxel: Zyx = [0.05 + 6 * random.uniform(), 0.05 + random.uniform(), 0.05 + random.uniform()];
    const levels = planPyramid(shape, voxel);
    const last = levels[levels.length - 1];
    expect(Math.max(...last.shapeZyx)).toBeLessThanOrEqual(64);
    levels.forEach((level, i) => {
      expect(level.shapeZyx).toEqual(shape.map((n, axis) => Math.ceil(n / level.factorZyx[axis])));
      if (i > 0) expect(level.stepZyx.some((step) => step === 2)).toBe(true);
    });
  }
});

/** The definition, voxel by voxel. */
function naive(pixels: Uint32Array, [sz, sy, sx]: Zyx, [fz, fy, fx]: Zyx, mode: boolean): number[] {
  const out: number[] = [];
  for (let z = 0; z < sz; z += fz)
    for (let y = 0; y < sy; y += fy)
      for (let x = 0; x < sx; x += fx) {
        const values: number[] = [];
        for (let a = z; a < Math.min(z + fz, sz); a++)
          for (let b = y; b < Math.min(y + fy, sy); b++)
            for (let c = x; c < Math.min(x + fx, sx); c++) values.push(pixels[(a * sy + b) * sx + c]);
        const votes = (v: number) => values.filter((w) => w === v).length;
        const best = [...new Set(values)].sort(
          (v, w) => votes(w) - votes(v) || Number(v === 0) - Number(w === 0) || v - w,
        )[0];
        const mean = values.reduce((v, w) => v + w, 0) / values.length;
        out.push(mode ? best : Math.floor(mean + 0.5));
      }
  return out;
}

it.each(["mean", "mode"] as const)("reduces by %s like the definition, odd edges too", (reduction) => {
  const random = createSeededRandom(9);
  for (const step of [
    [1, 2, 2],
    [2, 2, 2],
    [2, 1, 2],
    [1, 1, 1],
  ] as const) {
    const shape: Zyx = [5, 7, 9];
    const pixels = Uint32Array.from({ length: 315 }, () => Math.floor(random.uniform() * 4) * 70_000);
    const reduced = reduceBox("uint32", pixels, shape, step, reduction);
    expect([...reduced.pixels]).toEqual(naive(pixels, shape, step, reduction === "mode"));
  }
});

it("never makes a label that was not there", () => {
  const labels = Uint32Array.from({ length: 4 * 6 * 8 }, (_, i) => (i % 3 === 0 ? 70_000 : i % 3 === 1 ? 5 : 0));
  const { pixels } = reduceBox("uint32", labels, [4, 6, 8], [2, 2, 2], "mode");
  expect(new Set(pixels).size).toBeGreaterThan(0);
  for (const label of pixels) expect([0, 5, 70_000]).toContain(label);
});
