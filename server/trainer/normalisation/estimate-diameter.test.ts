import { expect, it } from "vitest";
import { voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";
import { createRandom } from "../random.ts";
import { estimateDiameterUm } from "./estimate-diameter.ts";

/** Soft balls of about one size at random places that do not meet, in noise. */
function ballsOf(diameterUm: number, shapeZyx: Zyx, voxelSizeZyx: Zyx) {
  const random = createRandom(5);
  const extent = shapeZyx.map((size, axis) => size * voxelSizeZyx[axis]);
  const centres: number[][] = [];
  for (let tries = 0; tries < 400 && centres.length < 12; tries++) {
    const centre = extent.map((size) => random.uniform() * size);
    if (centres.every((other) => Math.hypot(...other.map((at, axis) => at - centre[axis])) > 1.1 * diameterUm))
      centres.push(centre);
  }
  const image = new Float32Array(voxelCount(shapeZyx));
  let i = 0;
  for (let z = 0; z < shapeZyx[0]; z++)
    for (let y = 0; y < shapeZyx[1]; y++)
      for (let x = 0; x < shapeZyx[2]; x++) {
        const at = [z, y, x].map((index, axis) => (index + 0.5) * voxelSizeZyx[axis]);
        const inside = centres.some((c) => Math.hypot(...c.map((value, k) => value - at[k])) < diameterUm / 2);
        image[i++] = 100 + (inside ? 200 : 0) + 30 * random.normal();
      }
  return image;
}

it.each([
  [6, [24, 50, 60], [0.8, 0.6, 0.6]],
  [9, [10, 60, 66], [4, 0.6, 0.6]],
  [3, [34, 44, 40], [0.4, 0.4, 0.4]],
] as [number, Zyx, Zyx][])(
  "sees how large balls of %f µm are in a volume of %j voxels of %j µm",
  (diameterUm, shapeZyx, voxelSizeZyx) => {
    const estimate = estimateDiameterUm(ballsOf(diameterUm, shapeZyx, voxelSizeZyx), { shapeZyx, voxelSizeZyx });
    expect(estimate! / diameterUm).toBeGreaterThan(0.75);
    expect(estimate! / diameterUm).toBeLessThan(1.33);
  },
);

it("says nothing of a volume without anything", () => {
  const space = { shapeZyx: [5, 20, 30] as const, voxelSizeZyx: [1, 1, 1] as const };
  expect(estimateDiameterUm(new Float32Array(3000).fill(7), space)).toBeNull();
});
