import { expect, it } from "vitest";
import type { Zyx } from "../volume/voxel-space.ts";
import { deepestVoxel } from "./deepest-voxel.ts";
import { seededRandom } from "./testing/seeded-random.ts";
import { VoxelSet } from "./voxel-set.ts";

const shapeZyx: Zyx = [7, 14, 20];
const voxelSizeZyx: Zyx = [1, 0.5, 0.4];

it("is as deep as any voxel of the nucleus, measured to every voxel outside, in µm", () => {
  const random = seededRandom(3);
  for (let round = 0; round < 4; round++) {
    const voxels = new VoxelSet(shapeZyx);
    const inside = new Set<string>();
    for (let ball = 0; ball < 3; ball++) {
      const centre = [2 + random() * 3, 4 + random() * 6, 5 + random() * 10];
      for (let z = 0; z < shapeZyx[0]; z++)
        for (let y = 0; y < shapeZyx[1]; y++)
          for (let x = 0; x < shapeZyx[2]; x++) {
            const away = [z, y, x].map((v, axis) => (v - centre[axis]) * voxelSizeZyx[axis]);
            if (Math.hypot(...away) > 1.8) continue;
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
      for (const [z, y, x] of outside)
        nearest = Math.min(nearest, (z - at[0]) ** 2 + ((y - at[1]) * 0.5) ** 2 + ((x - at[2]) * 0.4) ** 2);
      return Math.sqrt(nearest);
    };
    const found = deepestVoxel(voxels, voxelSizeZyx);
    expect(inside.has(String(found))).toBe(true);
    const most = Math.max(...[...inside].map((at) => depthOf(at.split(",").map(Number))));
    expect(depthOf(found ?? [])).toBeCloseTo(most, 5);
  }
  expect(deepestVoxel(new VoxelSet(shapeZyx), voxelSizeZyx)).toBeNull();
});
