import { describe, expect, it } from "vitest";
import type { Zyx } from "../volume/voxel-space.ts";
import { seededWatershed, UNCERTAIN } from "./watershed.ts";

/** Judge: again and again the lowest, oldest voxel of a plain list floods its neighbours. */
function naiveWatershed(height: Float32Array, seeds: Uint32Array, mask: Uint8Array, [depth, rows, columns]: Zyx) {
  const labels = new Uint32Array(seeds.length);
  const waiting: { at: number; level: number; age: number }[] = [];
  let age = 0;
  seeds.forEach((seed, at) => {
    if (!seed || !mask[at]) return;
    labels[at] = seed;
    waiting.push({ at, level: seed === UNCERTAIN ? Number.NEGATIVE_INFINITY : height[at], age: age++ });
  });
  while (waiting.length > 0) {
    waiting.sort((a, b) => a.level - b.level || a.age - b.age);
    const { at } = waiting.shift()!;
    const [z, y, x] = [Math.floor(at / (rows * columns)), Math.floor(at / columns) % rows, at % columns];
    for (const [dz, dy, dx] of [
      [-1, 0, 0],
      [0, -1, 0],
      [0, 0, -1],
      [0, 0, 1],
      [0, 1, 0],
      [1, 0, 0],
    ]) {
      const [nz, ny, nx] = [z + dz, y + dy, x + dx];
      if (nz < 0 || ny < 0 || nx < 0 || nz >= depth || ny >= rows || nx >= columns) continue;
      const next = (nz * rows + ny) * columns + nx;
      if (!mask[next] || labels[next]) continue;
      labels[next] = labels[at];
      // What is uncertain comes before all at its height.
      waiting.push({ at: next, level: height[next] - (labels[at] === UNCERTAIN ? 1e-6 : 0), age: age++ });
    }
  }
  return labels;
}

describe("seededWatershed", () => {
  it("agrees with a naive flood on random landscapes", () => {
    let state = 7;
    const noise = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    const shapeZyx: Zyx = [4, 6, 7];
    for (let round = 0; round < 60; round++) {
      // Few levels, so that ties are common.
      const height = Float32Array.from({ length: 168 }, () => Math.floor(noise() * 4) - 2);
      // From one piece to many, some of them with one seed, or none.
      const density = 0.4 + 0.45 * noise();
      const mask = Uint8Array.from({ length: 168 }, () => (noise() < density ? 1 : 0));
      const seedOf = () => (noise() < 0.2 ? UNCERTAIN : 1 + Math.floor(noise() * 70_000));
      const seeds = Uint32Array.from({ length: 168 }, () => (noise() < 0.05 ? seedOf() : 0));
      const labels = seededWatershed(height, seeds, mask, shapeZyx);
      expect(labels).toEqual(naiveWatershed(height, seeds, mask, shapeZyx));
    }
  });

  it("divides a dumbbell at its neck, also where slices are thick and few", () => {
    const shapeZyx: Zyx = [2, 5, 21];
    const height = Float32Array.from({ length: 210 }, (_, i) => -Math.abs((i % 21) - 10));
    const seeds = new Uint32Array(210);
    seeds[2 * 21 + 1] = 70_000;
    seeds[105 + 2 * 21 + 19] = 3;
    const labels = seededWatershed(height, seeds, new Uint8Array(210).fill(1), shapeZyx);
    labels.forEach((label, i) => {
      if (i % 21 !== 10) expect(label).toBe(i % 21 < 10 ? 70_000 : 3);
    });
  });

  it("leaves alone what no seed reaches", () => {
    const mask = Uint8Array.of(1, 1, 0, 1, 1);
    const seeds = Uint32Array.of(4, 0, 9, 0, 0);
    expect([...seededWatershed(new Float32Array(5), seeds, mask, [1, 1, 5])]).toEqual([4, 4, 0, 0, 0]);
  });
});
