import { describe, expect, it } from "vitest";
import type { Zyx } from "../volume/voxel-space.ts";
import { labelComponents } from "./connected-components.ts";
import { createPieceFinder, findPieces } from "./label-pieces.ts";
import { findObjects } from "./object-boxes.ts";

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const shapeZyx: Zyx = [7, 9, 12];
const voxels = 7 * 9 * 12;

function randomLabels(seed: number): Uint32Array {
  const random = seeded(seed);
  const density = 0.2 + 0.7 * random();
  return Uint32Array.from({ length: voxels }, () =>
    random() < density ? [3, 8, 70_000][Math.floor(random() * 3)] : 0,
  );
}

/** The other implementation: a flood of each label's own mask. */
function naive(labels: Uint32Array): string[] {
  return [3, 8, 70_000].flatMap((label) => {
    const components = labelComponents(
      Uint8Array.from(labels, (value) => (value === label ? 1 : 0)),
      shapeZyx,
    );
    return findObjects(components.labels, shapeZyx).map(({ voxels, box }) => JSON.stringify([label, voxels, box]));
  });
}

describe.each([1, 2, 3, 4, 5, 6, 7, 8])("pieces of random labels, seed %d", (seed) => {
  const labels = randomLabels(seed);

  it("are those of a flood of every label's mask", () => {
    const numbers = new Uint32Array(voxels);
    const pieces = findPieces(labels, shapeZyx, numbers);
    const told = pieces.map(({ label, voxels, minZyx, maxZyx }) => JSON.stringify([label, voxels, { minZyx, maxZyx }]));
    expect(told.sort()).toEqual(naive(labels).sort());
    expect(findObjects(numbers, shapeZyx).map(({ label, voxels }) => [label, voxels])).toEqual(
      pieces.map(({ voxels }, i) => [i + 1, voxels]),
    );
    expect(labels.every((label, i) => (label === 0 ? numbers[i] === 0 : pieces[numbers[i] - 1].label === label))).toBe(
      true,
    );
  });

  it("are the same whatever slabs the rows come in", () => {
    const bySlabs = createPieceFinder(shapeZyx);
    for (const [zMin, zMax] of [
      [0, 3],
      [3, 7],
    ])
      for (const [yMin, yMax] of [
        [0, 4],
        [4, 5],
        [5, 9],
      ])
        for (let z = zMin; z < zMax; z++)
          for (let y = yMin; y < yMax; y++) {
            const start = (z * 9 + y) * 12;
            bySlabs.addRow(z, y, labels.subarray(start, start + 12));
          }
    expect(bySlabs.finish().pieces).toEqual(findPieces(labels, shapeZyx));
  });
});
