import { expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { smooth, smoothAround } from "./smooth.ts";
import { type VoxelSpace, voxelCount, type Zyx } from "./voxel-space.ts";

/** Judge: axis by axis, voxel by voxel, with places beyond the border brought back to it. */
function naiveSmooth(values: Float32Array, { shapeZyx, voxelSizeZyx }: VoxelSpace, sigmaUm: number): Float32Array {
  const strides = [shapeZyx[1] * shapeZyx[2], shapeZyx[2], 1];
  let current = values;
  for (const axis of [0, 1, 2] as const) {
    const sigma = sigmaUm / voxelSizeZyx[axis];
    if (sigma < 0.2) continue;
    const half = Array.from({ length: Math.ceil(3 * sigma) + 1 }, (_, k) => Math.exp((-k * k) / (2 * sigma * sigma)));
    const total = half.reduce((sum, weight, k) => sum + (k === 0 ? weight : 2 * weight));
    const before = current;
    current = before.map((_, i) => {
      const place = Math.floor(i / strides[axis]) % shapeZyx[axis];
      const at = (to: number) => before[i + (Math.min(shapeZyx[axis] - 1, Math.max(0, to)) - place) * strides[axis]];
      return half.reduce(
        (sum, weight, k) =>
          k === 0 ? (weight / total) * at(place) : sum + (weight / total) * (at(place - k) + at(place + k)),
        0,
      );
    });
  }
  return current;
}

const cases: readonly (readonly [VoxelSpace, number])[] = [
  [{ shapeZyx: [5, 17, 43], voxelSizeZyx: [0.5, 0.25, 0.25] }, 0.25],
  [{ shapeZyx: [9, 11, 70], voxelSizeZyx: [3, 0.3, 0.2] }, 0.5],
  // Wider than the volume.
  [{ shapeZyx: [3, 12, 19], voxelSizeZyx: [0.4, 0.2, 0.3] }, 1.1],
];

it.each(cases)("smooths %j by %d µm as loops over all voxels do, to the last bit", (space, sigmaUm) => {
  const random = seededRandom(4);
  const values = Float32Array.from({ length: voxelCount(space.shapeZyx) }, () => random() * 2 - 0.5);
  const kept = values.slice();
  expect(smooth(values, space, sigmaUm)).toEqual(naiveSmooth(values, space, sigmaUm));
  expect(values).toEqual(kept);
});

it.each(cases)("smooths %j by %d µm at a mask and round it as everywhere", (space, sigmaUm) => {
  const random = seededRandom(9);
  const { shapeZyx } = space;
  const values = Float32Array.from({ length: voxelCount(shapeZyx) }, () => random());
  const whole = smooth(values, space, sigmaUm);
  for (const share of [0, 0.003, 0.03, 1]) {
    const mask = Uint8Array.from(values, () => (random() < share ? 1 : 0));
    const around = smoothAround(values, space, sigmaUm, mask);
    let asked = 0;
    const [, rows, columns] = shapeZyx;
    mask.forEach((masked, i) => {
      if (!masked) return;
      const at: Zyx = [Math.floor(i / (rows * columns)), Math.floor(i / columns) % rows, i % columns];
      for (let dz = -1; dz <= 1; dz++)
        for (let dy = -1; dy <= 1; dy++)
          for (let dx = -1; dx <= 1; dx++) {
            const [z, y, x] = [at[0] + dz, at[1] + dy, at[2] + dx];
            if ([z, y, x].some((place, axis) => place < 0 || place >= shapeZyx[axis])) continue;
            const near = (z * rows + y) * columns + x;
            if (around[near] !== whole[near]) throw new Error(`another value at ${z} ${y} ${x}`);
            asked++;
          }
    });
    expect(asked > 0).toBe(share > 0);
  }
});
