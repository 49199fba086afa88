import { describe, expect, it } from "vitest";
import { assignRows } from "./assignment.ts";
import {
  aggregatedJaccard,
  averagePrecision,
  countError,
  f1Score,
  matchedObjectDice,
  panopticQuality,
  segScore,
  splitAndMergeRates,
} from "./instance-scores.ts";
import { matchInstances } from "./match-instances.ts";
import { countOverlaps } from "./overlap-table.ts";
import { scoreSegmentation } from "./score-segmentation.ts";
import { foregroundDice, variationOfInformation } from "./voxel-scores.ts";

function createNoise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Few labels with gaps between them, so that objects overlap in every way. */
function randomLabels(seed: number, objects: number): Uint32Array {
  const noise = createNoise(seed);
  const labels = new Uint32Array(120);
  for (let object = 1; object <= objects; object++) {
    const start = Math.floor(noise() * 110);
    labels.fill(object * 30_000, start, start + 3 + Math.floor(noise() * 20));
  }
  return labels;
}

const voxelsOf = (labels: Uint32Array, label: number) => [...labels.keys()].filter((i) => labels[i] === label);
const valuesOf = (labels: Uint32Array) => [...new Set(labels)].filter((label) => label !== 0);

function naiveIou(truth: Uint32Array, found: Uint32Array, g: number, p: number): number {
  const a = voxelsOf(truth, g);
  const b = new Set(voxelsOf(found, p));
  const shared = a.filter((i) => b.has(i)).length;
  return shared / (a.length + b.size - shared);
}

/** Every one-to-one assignment, one after the other: the most pairs, then the largest sum of IoU. */
function bruteForceMatching(truth: Uint32Array, found: Uint32Array, threshold: number): { pairs: number; sum: number } {
  const founds = valuesOf(found);
  let best = { pairs: 0, sum: 0 };
  const visit = (rest: readonly number[], free: readonly number[], pairs: number, sum: number) => {
    if (pairs > best.pairs || (pairs === best.pairs && sum > best.sum)) best = { pairs, sum };
    if (rest.length === 0) return;
    const [g, ...others] = rest;
    visit(others, free, pairs, sum);
    for (const p of free) {
      const iou = naiveIou(truth, found, g, p);
      if (iou >= threshold)
        visit(
          others,
          free.filter((other) => other !== p),
          pairs + 1,
          sum + iou,
        );
    }
  };
  visit(valuesOf(truth), founds, 0, 0);
  return best;
}

describe("matching", () => {
  it.each([0.1, 0.3, 0.5, 0.75])("agrees with brute force at IoU %d", (threshold) => {
    let matched = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const truth = randomLabels(seed, 6);
      const found = randomLabels(seed + 1000, 5);
      const table = countOverlaps(truth, found);
      const matching = matchInstances(table, threshold);
      const judge = bruteForceMatching(truth, found, threshold);
      expect(matching.truePositives).toBe(judge.pairs);
      // Below 0.5 the definition also counts the IoU of assigned pairs that miss the threshold.
      if (threshold >= 0.5) expect(matching.pairs.reduce((sum, { iou }) => sum + iou, 0)).toBeCloseTo(judge.sum, 9);
      expect(matching.falsePositives).toBe(valuesOf(found).length - judge.pairs);
      expect(matching.falseNegatives).toBe(valuesOf(truth).length - judge.pairs);
      matched += judge.pairs;
    }
    if (threshold < 0.5) expect(matched).toBeGreaterThan(20);
  });

  it("counts an object cut into exact halves as one hit and one false positive", () => {
    const truth = Uint32Array.of(0, 4, 4, 4, 4, 0);
    const found = Uint32Array.of(0, 1, 1, 2, 2, 0);
    const matching = matchInstances(countOverlaps(truth, found), 0.5);
    expect([matching.truePositives, matching.falsePositives, matching.falseNegatives]).toEqual([1, 1, 0]);
    expect(averagePrecision(matching)).toBe(0.5);
  });

  it("finds the cheapest assignment", () => {
    const noise = createNoise(5);
    for (const [rows, columns] of [
      [4, 4],
      [3, 5],
      [5, 3],
      [1, 4],
    ]) {
      for (let round = 0; round < 20; round++) {
        const cost = Float64Array.from({ length: rows * columns }, () => noise() * 4 - 2);
        const columnOf = assignRows(cost, rows, columns);
        const total = (assignment: ArrayLike<number>) =>
          Array.from(assignment).reduce((sum, column, row) => sum + (column < 0 ? 0 : cost[row * columns + column]), 0);
        let cheapest = Number.POSITIVE_INFINITY;
        const visit = (row: number, used: readonly number[]) => {
          if (row === rows) {
            if (used.filter((column) => column >= 0).length === Math.min(rows, columns))
              cheapest = Math.min(cheapest, total(used));
            return;
          }
          for (let column = -1; column < columns; column++)
            if (column < 0 || !used.includes(column)) visit(row + 1, [...used, column]);
        };
        visit(0, []);
        expect(total(columnOf)).toBeCloseTo(cheapest, 9);
        expect(new Set(Array.from(columnOf).filter((column) => column >= 0)).size).toBe(Math.min(rows, columns));
      }
    }
  });
});

describe("scores", () => {
  // Truth: 3 objects of 4, 4 and 2 voxels. Found: exact; half in the second and beyond; one alone.
  const truth = Uint32Array.of(1, 1, 1, 1, 0, 2, 2, 2, 2, 0, 3, 3, 0, 0);
  const found = Uint32Array.of(7, 7, 7, 7, 0, 0, 8, 8, 8, 8, 0, 0, 9, 9);
  const table = countOverlaps(truth, found);
  const at50 = matchInstances(table, 0.5);

  it("follow their definitions on a case worked by hand", () => {
    // Object 2: 3 shared of 5; so IoU 1 and 0.6 match, one false positive, one miss.
    expect(averagePrecision(at50)).toBeCloseTo(2 / 4);
    expect(f1Score(at50)).toBeCloseTo(4 / 6);
    expect(panopticQuality(at50)).toBeCloseTo(1.6 / 3);
    expect(matchedObjectDice(at50)).toBeCloseTo((1 + 0.75) / 2);
    expect(segScore(table)).toBeCloseTo(1.6 / 3);
    expect(aggregatedJaccard(table)).toBeCloseTo((4 + 3) / (4 + 5 + 2 + 2));
    expect(countError(table)).toBe(0);
    expect(foregroundDice(truth, found)).toBeCloseTo((2 * 7) / 20);
  });

  it("ignore fragments on both sides where asked", () => {
    expect(scoreSegmentation(truth, found, { minVoxels: 3 })).toMatchObject({
      truth: 2,
      found: 2,
      ap50: 1,
      ap75: 1 / 3,
    });
  });

  it("are undefined without any object and 0 with objects on one side", () => {
    const none = new Uint32Array(14);
    expect(scoreSegmentation(none, none)).toMatchObject({ ap50: null, pq: null, seg: null, dice: null });
    expect(scoreSegmentation(truth, none)).toMatchObject({ ap50: 0, ap75: 0, pq: 0, seg: 0, dice: 0 });
    expect(scoreSegmentation(none, found)).toMatchObject({ ap50: 0, pq: 0, seg: 0, dice: 0 });
  });

  it("tell splits from merges", () => {
    const one = Uint32Array.of(1, 1, 1, 1, 2, 2, 2, 2);
    const split = Uint32Array.of(1, 1, 3, 3, 2, 2, 2, 2);
    const merged = new Uint32Array(8).fill(5);
    expect(splitAndMergeRates(countOverlaps(one, split))).toEqual({ split: 0.5, merge: 0 });
    expect(splitAndMergeRates(countOverlaps(one, merged))).toEqual({ split: 0, merge: 1 });
    expect(variationOfInformation(one, split)).toEqual({ foundGivenTruth: 0.5, truthGivenFound: 0 });
    expect(variationOfInformation(one, merged)).toEqual({ foundGivenTruth: 0, truthGivenFound: 1 });
  });
});
