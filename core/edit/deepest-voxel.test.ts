import { expect, it } from "vitest";
import type { Zyx } from "../volume/voxel-space.ts";
import { deepestVoxel } from "./deepest-voxel.ts";
import { seededRandom } from "./testing/seeded-random.ts";
import { VoxelSet } from "./voxel-set.ts";

const shapeZyx: Zyx = [9, 20, 26];
const voxelSizeZyx: Zyx = [2, 0.5, 0.4];

it("is as deep as any voxel of the nucleus, measured to every voxel outside, in µm", () => {
  const random = seededRandom(3);
  for (let round = 0; round < 5; round++) {
    const voxels = new VoxelSet(shapeZyx);
    const inside = new Set<string>();
    for (let ball = 0; ball < 3; ball++) {
      const centre = [2 + random() * 5, 6 + random() * 8, 7 + random() * 12];
      for (let z = 0; z < shapeZyx[0]; z++)
        for (let y = 0; y < shapeZyx[1]; y++)
          for (let x = 0; x < shapeZyx[2]; x++) {
            const away = [z, y, x].map((v, axis) => (v - centre[axis]) * voxelSizeZyx[axis]);
            if (Math.hypot(...away) > 2.6) continue;
            voxels.add(z, y, x);
            inside.add(`${z},${y},${x}`);
          }
    }
    const outside: Zyx[] = [];
    for (let z = -1; z <= shapeZyx[0]; z++)
      for (let y = -1; y <= shapeZyx[1]; y++)
        for (let x = -1; x <= shapeZyx[2]; x++) if (!inside.has(`${z},${y},${x}`)) outside.push([z, y, x]);
    const depthOf = (at: readonly number[]): number => {
      let nearest = Infinity;
      for (const one of outside)
        nearest = Math.min(nearest, Math.hypot(...one.map((v, axis) => (v - at[axis]) * voxelSizeZyx[axis])));
      return nearest;
    };
    const found = deepestVoxel(voxels, voxelSizeZyx);
    expect(inside.has(String(found))).toBe(true);
    const most = Math.max(...[...inside].map((at) => depthOf(at.split(",").map(Number))));
    expect(depthOf(found ?? [])).toBeCloseTo(most, 5);
  }
  expect(deepestVoxel(new VoxelSet(shapeZyx), voxelSizeZyx)).toBeNull();
});
