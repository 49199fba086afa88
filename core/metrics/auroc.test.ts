import { expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { auroc } from "./auroc.ts";

it("is the share of pairs that are in order, ties half", () => {
  const random = seededRandom(8);
  for (let round = 0; round < 20; round++) {
    const scores = Array.from({ length: 30 }, () => Math.floor(6 * random()));
    const positive = scores.map((score) => random() < (score + 1) / 9);
    let [sum, pairs] = [0, 0];
    scores.forEach((a, i) => {
      scores.forEach((b, j) => {
        if (!positive[i] || positive[j]) return;
        pairs++;
        sum += a > b ? 1 : a === b ? 0.5 : 0;
      });
    });
    if (pairs > 0) expect(auroc(scores, positive)).toBeCloseTo(sum / pairs, 12);
  }
});

it("says nothing where all are alike", () => {
  expect(auroc([1, 2], [true, true])).toBeNull();
  expect(auroc([], [])).toBeNull();
});
