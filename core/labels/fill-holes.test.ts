import { expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { voxelCount, type Zyx } from "../volume/voxel-space.ts";
import { fillHoles } from "./fill-holes.ts";

type Place = readonly number[];

/** Judge: what a walk from the border of the volume through voxels that are not the object's does not reach, in a slice or in 3D. */
function naiveHoles(labels: Uint32Array, label: number, shapeZyx: Zyx): Set<number> {
  const indexOf = ([z, y, x]: Place) => (z * shapeZyx[1] + y) * shapeZyx[2] + x;
  const places = [...labels.keys()].map((i) => [
    Math.floor(i / (shapeZyx[1] * shapeZyx[2])),
    Math.floor(i / shapeZyx[2]) % shapeZyx[1],
    i % shapeZyx[2],
  ]);
  const enclosed = (axes: readonly number[]) => {
    const isBorder = (place: Place) => axes.some((axis) => place[axis] === 0 || place[axis] === shapeZyx[axis] - 1);
    const walked = new Set<number>();
    const open = places.filter((place) => isBorder(place) && labels[indexOf(place)] !== label);
    for (const place of open) walked.add(indexOf(place));
    for (let place = open.pop(); place; place = open.pop())
      for (const axis of axes)
        for (const step of [-1, 1]) {
          const next = place.map((at, other) => at + (other === axis ? step : 0));
          if (next[axis] < 0 || next[axis] >= shapeZyx[axis]) continue;
          const i = indexOf(next);
          if (labels[i] === label || walked.has(i)) continue;
          walked.add(i);
          open.push(next);
        }
    return [...labels.keys()].filter((i) => labels[i] !== label && !walked.has(i));
  };
  return new Set([...enclosed([1, 2]), ...enclosed([0, 1, 2])]);
}

it("fills what one object encloses in its slice or in 3D, as walks from the border say", () => {
  const random = seededRandom(6);
  let filled = 0;
  let doubts = 0;
  for (let round = 0; round < 60; round++) {
    const shapeZyx: Zyx = [1 + Math.floor(random() * 4), 6 + Math.floor(random() * 4), 8 + Math.floor(random() * 5)];
    const density = 0.55 + 0.4 * random();
    const labels = Uint32Array.from({ length: voxelCount(shapeZyx) }, () =>
      random() < density ? 70_000 : random() < 0.2 ? 1 + Math.floor(random() * 2) : 0,
    );
    const forbidden = Uint8Array.from(labels, () => (random() < 0.05 ? 1 : 0));
    const unsettled = new Set([2]);
    const expected = labels.slice();
    const doubtful = new Set<number>();
    for (const label of [1, 70_000])
      for (const hole of naiveHoles(expected, label, shapeZyx)) {
        if (expected[hole] === 0 && !forbidden[hole]) {
          expected[hole] = label;
          filled++;
        } else if (unsettled.has(expected[hole])) doubtful.add(label);
      }
    doubts += doubtful.size;
    expect(fillHoles(labels, shapeZyx, forbidden, unsettled)).toEqual(doubtful);
    expect(labels).toEqual(expected);
  }
  expect(filled).toBeGreaterThan(100);
  expect(doubts).toBeGreaterThan(5);
});
