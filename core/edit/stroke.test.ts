import { describe, expect, it } from "vitest";
import { brickKeysOfBox } from "../volume/brick.ts";
import type { Zyx } from "../volume/voxel-space.ts";
import { planeAxes, type SlicePlane } from "./slice-plane.ts";
import { addStroke, type Brush } from "./stroke.ts";
import { seededRandom } from "./testing/seeded-random.ts";
import { VoxelSet } from "./voxel-set.ts";

const shapeZyx: Zyx = [18, 41, 70];
const voxelSizeZyx: Zyx = [1.7, 0.4, 0.25];

/** Distance in µm of a point to a segment, straight from the definition. */
function distance(p: readonly number[], a: readonly number[], b: readonly number[]): number {
  const d = b.map((v, i) => v - a[i]);
  const length = d.reduce((sum, v) => sum + v * v, 0);
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, d.reduce((sum, v, i) => sum + v * (p[i] - a[i]), 0) / length));
  return Math.hypot(...d.map((v, i) => p[i] - a[i] - t * v));
}

const pierces = (voxel: readonly number[], a: Zyx, b: Zyx, slack: number): boolean => {
  let low = 0;
  let high = 1;
  for (let i = 0; i < 3; i++) {
    const delta = b[i] - a[i];
    const [lo, hi] = [voxel[i] - slack, voxel[i] + 1 + slack];
    if (delta === 0) {
      if (a[i] < lo || a[i] > hi) return false;
      continue;
    }
    low = Math.max(low, Math.min((lo - a[i]) / delta, (hi - a[i]) / delta));
    high = Math.min(high, Math.max((lo - a[i]) / delta, (hi - a[i]) / delta));
  }
  return low <= high;
};

function checkAgainstNaive(path: readonly Zyx[], brush: Brush): number {
  const set = new VoxelSet(shapeZyx);
  addStroke(set, path, brush, voxelSizeZyx);
  const { normal } = planeAxes(brush.plane);
  const pieces = path.map((to, i) => {
    const from = path[Math.max(0, i - 1)];
    const other = Math.floor(from[normal]) !== Math.floor(to[normal]) && brush.shape === "disc";
    const centred = (p: Zyx) => p.map((v, axis) => (axis === normal ? Math.floor(v) + 0.5 : v)) as unknown as Zyx;
    return [centred(other ? to : from), centred(to)] as const;
  });
  let painted = 0;
  for (let z = 0; z < shapeZyx[0]; z++)
    for (let y = 0; y < shapeZyx[1]; y++)
      for (let x = 0; x < shapeZyx[2]; x++) {
        const centre = [z + 0.5, y + 0.5, x + 0.5];
        const um = centre.map((v, i) => v * voxelSizeZyx[i]);
        let surely = false;
        let maybe = false;
        for (const [a, b] of pieces) {
          if (brush.shape === "disc" && centre[normal] !== b[normal]) continue;
          const away = distance(
            um,
            a.map((v, i) => v * voxelSizeZyx[i]),
            b.map((v, i) => v * voxelSizeZyx[i]),
          );
          if (away < brush.radiusUm - 1e-7 || pierces([z, y, x], a, b, -1e-7)) surely = true;
          if (away < brush.radiusUm + 1e-7 || pierces([z, y, x], a, b, 1e-7)) maybe = true;
        }
        const has = set.has(z, y, x);
        if (has) painted++;
        if (has ? !maybe : surely) throw new Error(`voxel ${z},${y},${x} is ${has ? "painted" : "left out"} wrongly`);
      }
  expect(set.count).toBe(painted);
  return painted;
}

describe("brush strokes on unequal voxels, against the distance of every voxel", () => {
  for (const shape of ["disc", "ball"] as const)
    for (const plane of ["xy", "xz", "yz"] as SlicePlane[])
      it(`${shape} in ${plane}`, () => {
        const random = seededRandom(shape.length * 31 + plane.charCodeAt(1));
        let total = 0;
        for (let round = 0; round < 12; round++) {
          const { normal } = planeAxes(plane);
          const slice = random() * shapeZyx[normal];
          const path = Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
            shapeZyx.map((size, axis) => (axis === normal ? slice : random() * (size + 10) - 5)),
          ) as unknown as Zyx[];
          total += checkAgainstNaive(path, { shape, plane, radiusUm: 0.05 + random() * 3 });
        }
        expect(total).toBeGreaterThan(200);
      });

  it("is as wide in micrometres on every axis", () => {
    const set = new VoxelSet([60, 200, 300]);
    addStroke(set, [[30.5, 100.5, 150.5]], { shape: "ball", plane: "xy", radiusUm: 6 }, voxelSizeZyx);
    const box = set.boundingBox()!;
    const widthUm = box.maxZyx.map((v, i) => (v - box.minZyx[i]) * voxelSizeZyx[i]);
    widthUm.forEach((width, i) => {
      expect(Math.abs(width - 12)).toBeLessThan(voxelSizeZyx[i] + 1e-9);
    });
  });

  it("paints the voxel under the pointer with a brush thinner than a voxel, and an unbroken line", () => {
    const set = new VoxelSet(shapeZyx);
    const brush: Brush = { shape: "disc", plane: "xy", radiusUm: 0.001 };
    addStroke(set, [[4.2, 3.1, 5.9]], brush, voxelSizeZyx);
    expect([set.count, set.has(4, 3, 5)]).toEqual([1, true]);
    addStroke(set, [[4.2, 3.1, 5.9] as Zyx, [4.9, 30.2, 60.3]], brush, voxelSizeZyx);
    expect(set.count).toBe(1 + 27 + 55);
  });

  it("a disc does not fill the slices that the wheel passed over", () => {
    const set = new VoxelSet(shapeZyx);
    addStroke(set, [[2.5, 10, 10] as Zyx, [9.5, 10, 30]], { shape: "disc", plane: "xy", radiusUm: 1 }, voxelSizeZyx);
    expect(set.has(2, 10, 10) && set.has(9, 10, 30)).toBe(true);
    expect([set.has(5, 10, 20), set.has(9, 10, 20)]).toEqual([false, false]);
  });

  it("touches only the bricks of its own box", () => {
    const set = new VoxelSet([300, 700, 900]);
    addStroke(set, [[70, 130, 450] as Zyx, [70, 135, 500]], { shape: "ball", plane: "xz", radiusUm: 4 }, voxelSizeZyx);
    expect(set.brickKeys().length).toBeGreaterThan(1);
    const around = brickKeysOfBox(set.boundingBox()!);
    for (const key of set.brickKeys()) expect(around).toContain(key);
  });
});
