import { expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { fractionalRanks } from "./fractional-ranks.ts";

/** By definition: share of smaller values plus half of the equal ones, itself counted whole. */
const naiveRank = (values: readonly number[], value: number): number => {
  const smaller = values.filter((other) => other < value).length;
  const equal = values.filter((other) => other === value).length;
  return (smaller + (equal + 1) / 2) / values.length;
};

it("agrees with the definition on values with many ties", () => {
  const random = seededRandom(7);
  for (let round = 0; round < 50; round++) {
    const values = Array.from({ length: 1 + Math.floor(random() * 30) }, () => Math.floor(random() * 6));
    const ranks = fractionalRanks(values);
    values.forEach((value, i) => {
      expect(ranks[i]).toBeCloseTo(naiveRank(values, value), 12);
    });
    expect(Math.max(...ranks)).toBeLessThanOrEqual(1);
    expect(Math.min(...ranks)).toBeGreaterThan(0);
  }
  expect(fractionalRanks([])).toEqual([]);
});
