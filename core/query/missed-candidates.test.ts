import { expect, it } from "vitest";
import type { Zyx } from "../volume/voxel-space.ts";
import { findMissedCandidates } from "./missed-candidates.ts";

const shapeZyx: Zyx = [10, 20, 30];
const voxelSizeZyx: Zyx = [0.6, 0.2, 0.2];
const indexOf = (z: number, y: number, x: number) => (z * shapeZyx[1] + y) * shapeZyx[2] + x;

function scene(): { meanForeground: Float32Array; labels: Uint32Array } {
  return { meanForeground: new Float32Array(6000), labels: new Uint32Array(6000) };
}
function fill(values: Float32Array | Uint32Array, min: Zyx, max: Zyx, value: number): void {
  for (let z = min[0]; z < max[0]; z++)
    for (let y = min[1]; y < max[1]; y++) for (let x = min[2]; x < max[2]; x++) values[indexOf(z, y, x)] = value;
}
const search = (
  { meanForeground, labels }: ReturnType<typeof scene>,
  medianNucleusVoxels: number,
  maxNucleusVoxels = Number.POSITIVE_INFINITY,
) =>
  findMissedCandidates({
    shapeZyx,
    voxelSizeZyx,
    meanForeground,
    medianNucleusVoxels,
    maxNucleusVoxels,
    isLabelled: (voxel) => labels[voxel] !== 0,
  });

it("finds faint regions of at least a quarter of a nucleus, each with an id of its own", () => {
  const given = scene();
  fill(given.meanForeground, [2, 2, 2], [5, 6, 7], 0.3); // 60 voxels
  fill(given.meanForeground, [2, 12, 20], [5, 16, 25], 0.25); // 60 voxels
  fill(given.meanForeground, [7, 2, 20], [8, 5, 23], 0.9); // 9 voxels: a speck
  const found = search(given, 240);
  expect(new Set(found)).toEqual(new Set([0, 1, 2]));
  expect(found[indexOf(3, 3, 3)]).not.toBe(found[indexOf(3, 13, 22)]);
  expect(found[indexOf(7, 3, 21)]).toBe(0);
  expect(search(given, 241).some((id) => id !== 0)).toBe(false);
});

it("does not take the whole doubtful background for one nucleus", () => {
  const given = scene();
  fill(given.meanForeground, [0, 0, 0], [10, 20, 14], 0.5);
  fill(given.meanForeground, [2, 12, 20], [5, 16, 25], 0.5); // 60 voxels
  expect(new Set(search(given, 60))).toEqual(new Set([0, 1, 2]));
  const found = search(given, 60, 600);
  expect(found.filter((id) => id !== 0).length).toBe(60);
  expect(found[indexOf(3, 13, 22)]).toBe(1);
});

it("does not take the fading rim of a labelled nucleus for another one", () => {
  const given = scene();
  fill(given.meanForeground, [2, 4, 4], [8, 16, 16], 0.4);
  fill(given.labels, [3, 6, 6], [7, 14, 14], 5);
  expect(search(given, 40).some((id) => id !== 0)).toBe(false);
});

it("stays outside of every label", () => {
  const given = scene();
  fill(given.meanForeground, [1, 1, 1], [9, 19, 29], 0.45);
  fill(given.labels, [1, 1, 1], [9, 19, 12], 5);
  const found = search(given, 100);
  expect(found.some((id) => id !== 0)).toBe(true);
  found.forEach((id, voxel) => {
    if (id !== 0) expect(given.labels[voxel]).toBe(0);
  });
});
