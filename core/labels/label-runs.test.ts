import { expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { voxelCount, type Zyx } from "../volume/voxel-space.ts";
import { forEachShared, runsOfLabels } from "./label-runs.ts";
import { findObjects } from "./object-boxes.ts";

const shapeZyx: Zyx = [4, 7, 23];
const random = seededRandom(2);

/** Runs of all lengths, some over the end of a row. */
function image(): Uint32Array {
  const labels = new Uint32Array(voxelCount(shapeZyx));
  for (let i = 0; i < labels.length; ) {
    const end = i + 1 + Math.floor(random() * 9);
    labels.fill(random() < 0.5 ? 0 : 1 + Math.floor(random() * 4) * 1_000_000_000, i, end);
    i = end;
  }
  return labels;
}

it("holds a label image row by row, without its background", () => {
  const labels = image();
  const { starts, ends, labels: values } = runsOfLabels(labels, shapeZyx);
  const painted = new Uint32Array(labels.length);
  values.forEach((value, i) => {
    painted.fill(value, starts[i], ends[i]);
    expect(Math.floor(starts[i] / 23)).toBe(Math.floor((ends[i] - 1) / 23));
  });
  expect(painted).toEqual(labels);
});

it("counts what two images share as a look at every voxel does", () => {
  for (let round = 0; round < 20; round++) {
    const [first, second] = [image(), image()];
    const naive = new Map<string, number>();
    first.forEach((label, i) => {
      const key = `${label} ${second[i]}`;
      if (label && second[i]) naive.set(key, (naive.get(key) ?? 0) + 1);
    });
    const counted = new Map<string, number>();
    forEachShared(runsOfLabels(first, shapeZyx), runsOfLabels(second, shapeZyx), (a, b, voxels) => {
      counted.set(`${a} ${b}`, (counted.get(`${a} ${b}`) ?? 0) + voxels);
    });
    expect(counted).toEqual(naive);
  }
});

it("finds objects and their boxes as a look at every voxel does", () => {
  const labels = image();
  const naive = new Map<number, number[][]>();
  labels.forEach((label, i) => {
    const place = [Math.floor(i / 161), Math.floor(i / 23) % 7, i % 23];
    if (label) naive.set(label, [...(naive.get(label) ?? []), place]);
  });
  const ends = (places: number[][], pick: (...of: number[]) => number, more: number) =>
    [0, 1, 2].map((axis) => pick(...places.map((place) => place[axis])) + more);
  expect(findObjects(labels, shapeZyx)).toEqual(
    [...naive]
      .sort((a, b) => a[0] - b[0])
      .map(([label, places]) => ({
        label,
        voxels: places.length,
        box: { minZyx: ends(places, Math.min, 0), maxZyx: ends(places, Math.max, 1) },
      })),
  );
});
