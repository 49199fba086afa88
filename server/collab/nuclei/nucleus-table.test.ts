import { expect, it } from "vitest";
import { seededRandom } from "../../../core/edit/testing/seeded-random.ts";
import { brickKeyOf } from "../../../core/volume/brick.ts";
import { NucleusTable } from "./nucleus-table.ts";

const SIZE = 8;
const keys = [brickKeyOf(0, 0, 0), brickKeyOf(0, 1, 0), brickKeyOf(1, 0, 2)];
const originOf = (index: number) =>
  [
    [0, 0, 0],
    [0, 8, 0],
    [8, 0, 16],
  ][index];

/** Voxels of each label as text: the judge of what has changed, and of sizes and places. */
function voxelsByLabel(voxels: Uint32Array): Map<number, number[]> {
  const found = new Map<number, number[]>();
  voxels.forEach((label, i) => {
    if (label > 0) found.set(label, [...(found.get(label) ?? []), i]);
  });
  return found;
}

it("names the labels of which a brick holds another part, no others, and knows how large all are and where", () => {
  const random = seededRandom(12);
  const upTo = (n: number) => Math.floor(random() * n);
  const table = new NucleusTable(SIZE);
  const bricks = keys.map(() => new Uint32Array(SIZE ** 3));
  let unchanged = 0;
  for (let step = 0; step < 300; step++) {
    const which = upTo(keys.length);
    const before = voxelsByLabel(bricks[which]);
    const label = upTo(6);
    const [z, y, x] = [upTo(SIZE), upTo(SIZE), upTo(SIZE)];
    for (let dx = 0; dx < 1 + upTo(4) && x + dx < SIZE; dx++) bricks[which][x + dx + y * SIZE + z * SIZE ** 2] = label;
    const now = voxelsByLabel(bricks[which]);
    const differs = [1, 2, 3, 4, 5].filter((one) => before.get(one)?.join() !== now.get(one)?.join());
    unchanged += before.size - differs.length;
    expect([...table.update(keys[which], bricks[which])].sort()).toEqual(differs);
  }
  expect(unchanged).toBeGreaterThan(300);
  for (const label of [1, 2, 3, 4, 5]) {
    const places = bricks.flatMap((voxels, b) =>
      (voxelsByLabel(voxels).get(label) ?? []).map((i) => {
        const at = [Math.floor(i / SIZE ** 2), Math.floor(i / SIZE) % SIZE, i % SIZE];
        return at.map((v, axis) => v + originOf(b)[axis]);
      }),
    );
    const extent = table.extentOf([label]);
    expect(extent?.voxels).toBe(places.length);
    for (let axis = 0; axis < 3; axis++) {
      const values = places.map((place) => place[axis]);
      expect(extent?.centroidZyx[axis]).toBeCloseTo(values.reduce((a, b) => a + b) / values.length, 9);
      expect([extent?.box.minZyx[axis], extent?.box.maxZyx[axis]]).toEqual([
        Math.min(...values),
        Math.max(...values) + 1,
      ]);
    }
  }
  expect(table.update(keys[0], null)).toEqual(new Set(voxelsByLabel(bricks[0]).keys()));
});
