import { expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { runsOfLabels } from "../labels/label-runs.ts";
import { findObjects, type LabelObject } from "../labels/object-boxes.ts";
import type { Zyx } from "../volume/voxel-space.ts";
import { boundaryDoubt, normalisedEntropy } from "./boundary-doubt.ts";
import { comparePasses } from "./pass-agreement.ts";
import { scoreNuclei } from "./score-nuclei.ts";
import { wallDoubts } from "./wall-doubt.ts";

const shapeZyx: Zyx = [9, 17, 26];
const voxelSizeZyx: Zyx = [0.6, 0.2, 0.2];
const size = shapeZyx[0] * shapeZyx[1] * shapeZyx[2];
const indexOf = (z: number, y: number, x: number) => (z * shapeZyx[1] + y) * shapeZyx[2] + x;

/** Sets a half-open box. */
function fill<T extends Uint32Array | Float32Array>(values: T, min: Zyx, max: Zyx, value: number): T {
  for (let z = min[0]; z < max[0]; z++)
    for (let y = min[1]; y < max[1]; y++) for (let x = min[2]; x < max[2]; x++) values[indexOf(z, y, x)] = value;
  return values;
}
const boxes = (...given: [Zyx, Zyx][]) =>
  given.reduce((labels, [min, max], i) => fill(labels, min, max, i + 1), new Uint32Array(size));

const runsOf = (labels: Uint32Array) => runsOfLabels(labels, shapeZyx);
const compare = (reported: Uint32Array, objects: readonly LabelObject[], passes: readonly Uint32Array[]) =>
  comparePasses(runsOf(reported), objects, passes.map(runsOf));

/** The definition, over all pairs of voxels. */
function naiveBoundaryDoubt(labels: Uint32Array, label: number, probability: Float32Array): number {
  const at = (z: number, y: number, x: number) =>
    z < 0 || y < 0 || x < 0 || z >= shapeZyx[0] || y >= shapeZyx[1] || x >= shapeZyx[2]
      ? null
      : labels[indexOf(z, y, x)];
  const faces = [
    [1, 0, 0],
    [-1, 0, 0],
    [0, 1, 0],
    [0, -1, 0],
    [0, 0, 1],
    [0, 0, -1],
  ];
  const surface: number[][] = [];
  const counted = new Set<number>();
  for (let z = 0; z < shapeZyx[0]; z++)
    for (let y = 0; y < shapeZyx[1]; y++)
      for (let x = 0; x < shapeZyx[2]; x++) {
        if (at(z, y, x) !== label) continue;
        for (const [dz, dy, dx] of faces) {
          const there = at(z + dz, y + dy, x + dx);
          if (there === null || there === label) continue;
          surface.push([z, y, x]);
          counted.add(indexOf(z, y, x)).add(indexOf(z + dz, y + dy, x + dx));
        }
      }
  for (let z = 0; z < shapeZyx[0]; z++)
    for (let y = 0; y < shapeZyx[1]; y++)
      for (let x = 0; x < shapeZyx[2]; x++)
        for (const [sz, sy, sx] of surface)
          if (
            Math.hypot((z - sz) * voxelSizeZyx[0], (y - sy) * voxelSizeZyx[1], (x - sx) * voxelSizeZyx[2]) <=
            1.5 * voxelSizeZyx[2] + 1e-6
          )
            counted.add(indexOf(z, y, x));
  const entropies = [...counted].map((i) => {
    const p = probability[i];
    return p <= 0 || p >= 1 ? 0 : -(p * Math.log(p) + (1 - p) * Math.log(1 - p)) / Math.LN2;
  });
  return entropies.reduce((sum, value) => sum + value, 0) / entropies.length;
}

it("u1 agrees with the definition, over thick slices and beside a neighbour", () => {
  const random = seededRandom(11);
  const labels = boxes(
    [
      [2, 3, 4],
      [6, 9, 12],
    ],
    [
      [3, 4, 12],
      [7, 11, 19],
    ],
  );
  const probability = Float32Array.from({ length: size }, () => random());
  for (const object of findObjects(labels, shapeZyx))
    expect(boundaryDoubt(labels, object, { shapeZyx, voxelSizeZyx, probability })).toBeCloseTo(
      naiveBoundaryDoubt(labels, object.label, probability),
      6,
    );
});

it("u1 is high where the edge is fuzzy and does not grow with size", () => {
  expect(normalisedEntropy(0.5)).toBe(1);
  expect(normalisedEntropy(0)).toBe(0);
  const small = boxes([
    [3, 4, 4],
    [6, 8, 8],
  ]);
  const large = boxes([
    [2, 2, 2],
    [7, 14, 20],
  ]);
  const fuzzy = new Float32Array(size).fill(0.5);
  const doubtOf = (labels: Uint32Array, probability: Float32Array) =>
    boundaryDoubt(labels, findObjects(labels, shapeZyx)[0], { shapeZyx, voxelSizeZyx, probability });
  expect(doubtOf(small, fuzzy)).toBe(1);
  expect(doubtOf(large, fuzzy)).toBe(1);
  expect(doubtOf(small, new Float32Array(size))).toBe(0);
});

it("u2 and u3 count the passes that find a nucleus again and how they outline it", () => {
  const nucleus: [Zyx, Zyx] = [
    [2, 4, 4],
    [6, 10, 12],
  ]; // 4 x 6 x 8 = 192 voxels
  const shifted: [Zyx, Zyx] = [
    [2, 4, 5],
    [6, 10, 13],
  ]; // shares 7 of 8 columns
  const reported = boxes(nucleus);
  const passes = [
    boxes(nucleus),
    boxes(shifted),
    boxes(),
    boxes([
      [2, 4, 10],
      [6, 10, 18],
    ]),
  ];
  const seen = compare(reported, findObjects(reported, shapeZyx), passes).get(1);
  expect(seen?.facts).toEqual({ passes: 4, matched: 2, split: 0, merged: 0 });
  expect(seen?.existenceDoubt).toBe(0.5);
  expect(seen?.shapeDisagreement).toBeCloseTo(1 - 7 / 9, 12);
});

it("u2 is the mean over all pairs, and 1 where fewer than two passes agree", () => {
  const reported = boxes([
    [2, 4, 4],
    [6, 10, 12],
  ]);
  const shifts = [0, 1, 2];
  const passes = shifts.map((by) =>
    boxes([
      [2, 4, 4 + by],
      [6, 10, 12 + by],
    ]),
  );
  const objects = findObjects(reported, shapeZyx);
  const iou = (by: number) => (8 - by) / (8 + by);
  expect(compare(reported, objects, passes).get(1)?.shapeDisagreement).toBeCloseTo(
    1 - (iou(1) + iou(2) + iou(1)) / 3,
    12,
  );
  expect(compare(reported, objects, [passes[0], boxes()]).get(1)?.shapeDisagreement).toBe(1);
});

it("u2 of random blobs is that of all their voxels, pair by pair", () => {
  const random = seededRandom(3);
  // A pass moves, trims and joins what is reported at random.
  const pass = (reported: Uint32Array) => {
    const [shift, joined] = [random() < 0.5 ? 1 : 0, random() < 0.3 ? 2 : 0];
    return reported.map((_, i) => {
      const label = random() < 0.05 ? 0 : (reported[i + shift] ?? 0);
      return label === joined && label !== 0 ? 1 : label && 10 + label;
    });
  };
  for (let round = 0; round < 20; round++) {
    const corner = (): Zyx => [Math.floor(random() * 4), Math.floor(random() * 8), Math.floor(random() * 14)];
    const reported = boxes(
      ...Array.from({ length: 4 }, (): [Zyx, Zyx] => {
        const [z, y, x] = corner();
        return [
          [z, y, x],
          [z + 4, y + 6, x + 9],
        ];
      }),
    );
    const passes = Array.from({ length: 5 }, () => pass(reported));
    const objects = findObjects(reported, shapeZyx);
    const seen = compare(reported, objects, passes);
    for (const { label, box } of objects) {
      // What lies farther than half a box away is no outline of this nucleus.
      const isNear = (i: number) =>
        [Math.floor(i / 442), Math.floor(i / 26) % 17, i % 26].every((at, axis) => {
          const half = Math.ceil((box.maxZyx[axis] - box.minZyx[axis]) / 2);
          return at >= box.minZyx[axis] - half && at < box.maxZyx[axis] + half;
        });
      const near = (labels: Uint32Array) => labels.map((value, i) => (isNear(i) ? value : 0));
      const masks = passes.flatMap((labels) => {
        const found = new Set(labels.filter((_, i) => reported[i] === label));
        const matching = [...found].filter((other) => other && iouOf(labels, other, reported, label) > 0.5);
        return matching.map((other) => ({ labels, label: other }));
      });
      const pairs = masks.flatMap((a, i) =>
        masks.slice(i + 1).map((b) => iouOf(near(a.labels), a.label, near(b.labels), b.label)),
      );
      const mean = pairs.reduce((sum, iou) => sum + 1 - iou, 0) / pairs.length;
      expect(seen.get(label)?.facts.matched).toBe(masks.length);
      expect(seen.get(label)?.shapeDisagreement).toBeCloseTo(masks.length < 2 ? 1 : mean, 12);
    }
  }
});

function iouOf(a: Uint32Array, inA: number, b: Uint32Array, inB: number): number {
  let [both, either] = [0, 0];
  a.forEach((label, i) => {
    if (label === inA && b[i] === inB) both++;
    if (label === inA || b[i] === inB) either++;
  });
  return both / either;
}

it("u4 sees passes that split a nucleus and passes that join two", () => {
  const reported = boxes(
    [
      [2, 3, 3],
      [7, 13, 11],
    ],
    [
      [2, 3, 11],
      [7, 13, 19],
    ],
  );
  const joined = boxes([
    [2, 3, 3],
    [7, 13, 19],
  ]);
  const cut = boxes(
    [
      [2, 3, 3],
      [7, 13, 7],
    ],
    [
      [2, 3, 7],
      [7, 13, 11],
    ],
    [
      [2, 3, 11],
      [7, 13, 19],
    ],
  );
  const boundary = new Float32Array(size).fill(1);
  const scored = scoreNuclei(
    {
      shapeZyx,
      voxelSizeZyx,
      meanForeground: new Float32Array(size),
      meanBoundary: boundary,
      reported,
      passLabels: [reported, joined, cut, cut].map(runsOf),
    },
    findObjects(reported, shapeZyx),
  );
  expect(scored.get(1)?.facts).toEqual({ passes: 4, matched: 1, split: 2, merged: 1 });
  expect(scored.get(1)?.scores.u4).toBe(0.75);
  expect(scored.get(2)?.facts).toMatchObject({ split: 0, merged: 1 });
  expect(scored.get(2)?.scores.u4).toBe(0.25);
});

it("u4 takes the touching neighbour with the weakest wall, from both sides", () => {
  // 1 touches 2 across a firm wall and 3 across hardly any; 4 touches nobody.
  const labels = boxes(
    [
      [2, 3, 8],
      [7, 10, 14],
    ],
    [
      [2, 3, 14],
      [7, 10, 19],
    ],
    [
      [2, 10, 8],
      [7, 15, 14],
    ],
    [
      [2, 3, 2],
      [7, 8, 6],
    ],
  );
  const boundary = new Float32Array(size);
  fill(boundary, [2, 3, 13], [7, 10, 15], 0.9);
  fill(boundary, [2, 9, 8], [7, 11, 14], 0.25);
  const doubts = wallDoubts(labels, boundary, shapeZyx);
  expect(doubts.get(1)).toBeCloseTo(0.75, 6);
  expect(doubts.get(3)).toBeCloseTo(0.75, 6);
  expect(doubts.get(2)).toBeCloseTo(0.1, 6);
  expect(doubts.get(4)).toBeUndefined();
});

it("refuses images of different grids", () => {
  const other = runsOfLabels(new Uint32Array(12), [2, 2, 3]);
  expect(() => comparePasses(runsOfLabels(new Uint32Array(8), [2, 2, 2]), [], [other])).toThrow(RangeError);
});
