import { expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { reliabilityBins } from "./reliability.ts";

it("counts every pair once, in the bin of what was said", () => {
  const random = seededRandom(3);
  const pairs = Array.from({ length: 400 }, (_, i) => ({
    said: i % 50 === 0 ? (i % 100 === 0 ? 1 : 0) : random(),
    happened: random() < 0.4,
  }));
  const bins = reliabilityBins(pairs, 7);
  expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(400);
  for (const { from, to, meanSaid, count, happened } of bins) {
    const inside = pairs.filter(({ said }) => said >= from && (said < to || to === 1));
    expect(inside).toHaveLength(count);
    expect(inside.filter((pair) => pair.happened)).toHaveLength(happened);
    expect(meanSaid).toBeCloseTo(inside.reduce((sum, { said }) => sum + said, 0) / count, 12);
  }
});

it("leaves out bins in which nothing was said", () => {
  expect(reliabilityBins([{ said: 0.5, happened: true }])).toEqual([
    { from: 0.4, to: 0.6, meanSaid: 0.5, count: 1, happened: 1 },
  ]);
});
