import { expect, it } from "vitest";
import type { Zyx } from "../volume/voxel-space.ts";
import { separateDistantParts } from "./distant-parts.ts";
import { buildKnownMask } from "./known-mask.ts";

const shapeZyx: Zyx = [6, 40, 50];

function paint(boxes: readonly (readonly [label: number, min: Zyx, max: Zyx])[]): Uint32Array {
  const labels = new Uint32Array(6 * 40 * 50);
  for (const [label, min, max] of boxes)
    for (let z = min[0]; z < max[0]; z++)
      for (let y = min[1]; y < max[1]; y++) labels.fill(label, (z * 40 + y) * 50 + min[2], (z * 40 + y) * 50 + max[2]);
  return labels;
}

const at = (labels: Uint32Array, z: number, y: number, x: number) => labels[(z * 40 + y) * 50 + x];

it("gives objects far apart values of their own, and leaves fragments that lie close together", () => {
  const labels = paint([
    [5, [0, 1, 1], [3, 6, 6]],
    [5, [3, 34, 44], [5, 38, 49]],
    [9, [1, 10, 10], [3, 15, 15]],
    [9, [1, 10, 16], [3, 15, 20]],
  ]);
  const separated = separateDistantParts(labels, shapeZyx);
  const [here, there] = [at(separated.labels, 1, 2, 2), at(separated.labels, 4, 35, 45)];
  expect(here).not.toBe(there);
  expect([here, there].map(separated.labelOf)).toEqual([5, 5]);
  expect([at(separated.labels, 1, 12, 12), at(separated.labels, 1, 12, 18)]).toEqual([9, 9]);
  expect(
    separated.labels.every((value, i) => (value === 0 ? labels[i] === 0 : separated.labelOf(value) === labels[i])),
  ).toBe(true);
});

it("copies nothing where every label is one object", () => {
  const labels = paint([[5, [0, 1, 1], [3, 6, 6]]]);
  expect(separateDistantParts(labels, shapeZyx).labels).toBe(labels);
});

it("changes nothing of what is known: the mask is that of labels with a value per object", () => {
  const input = (second: number) => ({
    labels: paint([
      [5, [0, 1, 1], [3, 6, 6]],
      [second, [3, 34, 44], [5, 38, 49]],
    ]),
    shapeZyx,
    voxelSizeZyx: [2, 0.5, 0.4] as const,
    truthLabels: new Set([5, second]),
    completeBoxes: [],
  });
  expect(buildKnownMask(input(5))).toEqual(buildKnownMask(input(6)));
});
