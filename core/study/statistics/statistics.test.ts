import { describe, expect, it } from "vitest";
import { randomStream } from "../random-stream.ts";
import { bootstrapInterval, mean, median, quantile } from "./bootstrap.ts";
import { areaUnderBudget, costToReach, effortRatio, scoreAt } from "./budget-curve.ts";
import { holm } from "./holm.ts";
import { signedRankP } from "./signed-rank.ts";

describe("the signed-rank test", () => {
  it.each([
    // scipy 1.17.1: stats.wilcoxon(d, method="exact").pvalue.
    [[1, 2, 3, 4, 5, 6], 0.03125],
    [[1, 2, 3, 4, 5, 6, 7, 8], 0.0078125],
    [[0.3, -0.1, 0.5, 0.7, -0.2, 0.9, 1.1], 0.078125],
    [[1, 2, 3, 4, 5], 0.0625],
    [[-1, 2, -3, 4, -5, 6, 7, 8, -9, 10], 0.375],
  ])("has scipy's p: %j", (differences, p) => {
    expect(signedRankP(differences)).toBeCloseTo(p, 12);
    expect(signedRankP(differences.map((value) => -value))).toBeCloseTo(p, 12);
  });

  it("goes through all signs, ties and zeros included, as a naive count does", () => {
    const random = randomStream(3, "differences");
    for (let round = 0; round < 40; round++) {
      const differences = Array.from({ length: 1 + random.below(9) }, () => random.below(7) - 3);
      const kept = differences.filter((value) => value !== 0);
      const rank = (value: number) =>
        kept.filter((other) => Math.abs(other) < Math.abs(value)).length +
        (1 + kept.filter((other) => Math.abs(other) === Math.abs(value)).length) / 2;
      const ranks = kept.map(rank);
      const middle = ranks.reduce((sum, value) => sum + value, 0) / 2;
      const sumOf = (signs: number) => ranks.reduce((sum, value, i) => sum + ((signs >> i) & 1 ? value : 0), 0);
      const seen = Math.abs(ranks.reduce((sum, value, i) => sum + (kept[i] > 0 ? value : 0), 0) - middle);
      const all = Array.from({ length: 2 ** kept.length }, (_, signs) => Math.abs(sumOf(signs) - middle));
      const naive = kept.length === 0 ? null : all.filter((away) => away >= seen - 1e-9).length / all.length;
      expect(signedRankP(differences)).toEqual(naive === null ? null : expect.closeTo(naive, 12));
    }
  });
});

it("adjusts as Holm's steps do", () => {
  // By numpy from the definition: maximum.accumulate(minimum(1, (5 - arange(5)) * sorted p)).
  const adjusted = holm([0.01, 0.04, 0.03, 0.005, 0.9]);
  [0.04, 0.09, 0.09, 0.025, 0.9].forEach((p, i) => {
    expect(adjusted[i]).toBeCloseTo(p, 12);
  });
  expect(holm([0.5, 0.6])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});

describe("the bootstrap", () => {
  it("covers the mean about as often as it says, and never leaves the values", () => {
    let covered = 0;
    for (let study = 0; study < 200; study++) {
      const random = randomStream(study, "sample");
      const sample = Array.from({ length: 24 }, () => random.uniform() + random.uniform());
      const { low, high } = bootstrapInterval(sample, mean, { random: randomStream(study, "draws"), draws: 400 });
      expect(low).toBeGreaterThanOrEqual(Math.min(...sample));
      expect(high).toBeLessThanOrEqual(Math.max(...sample));
      if (low <= 1 && 1 <= high) covered++;
    }
    // 95 % wanted; percentile intervals of 24 values are a little short (93 % expected; 200 studies, ± 2 %).
    expect(covered / 200).toBeGreaterThan(0.88);
    expect(covered / 200).toBeLessThan(0.99);
  });

  it("is the same for the same seed, exact on constants, and bears infinite values", () => {
    const draw = () => bootstrapInterval([1, 2, 4, 8], median, { random: randomStream(1, "a"), draws: 100 });
    expect(draw()).toEqual(draw());
    const of = (values: number[]) => bootstrapInterval(values, median, { random: randomStream(1), draws: 50 });
    expect(of([3, 3, 3])).toEqual({ low: 3, high: 3 });
    expect(of([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]).high).toBe(Number.POSITIVE_INFINITY);
    // numpy.quantile([1, 2, 4, 8, 16, 32], [.025, .25, .975])
    expect([0.025, 0.25, 0.975].map((share) => quantile([32, 1, 2, 16, 8, 4], share))).toEqual([
      expect.closeTo(1.125, 12),
      2.5,
      expect.closeTo(30, 12),
    ]);
  });
});

describe("a budget curve", () => {
  const curve = [
    { cost: 10, score: 0.2 },
    { cost: 20, score: 0.6 },
    { cost: 40, score: 0.5 },
    { cost: 50, score: 0.9 },
  ];

  it("has the area of its trapezoids, by a fine sum", () => {
    const steps = 60_000;
    for (const [from, to] of [
      [10, 50],
      [12, 31],
      [25, 60],
    ]) {
      let sum = 0;
      for (let i = 0; i < steps; i++) sum += scoreAt(curve, from + ((i + 0.5) / steps) * (to - from));
      expect(areaUnderBudget(curve, { from, to })).toBeCloseTo(sum / steps, 6);
    }
    expect(areaUnderBudget(curve, { from: 15, to: 15 })).toBeCloseTo(0.4, 12);
  });

  it("says what the first crossing costs, and what share of another's that is", () => {
    expect(costToReach(curve, 0.4)).toBeCloseTo(15, 12);
    expect(costToReach(curve, 0.7)).toBeCloseTo(45, 12);
    expect(costToReach(curve, 0.1)).toBe(10);
    expect(costToReach(curve, 0.95)).toBeNull();
    const twice = curve.map(({ cost, score }) => ({ cost: 2 * cost, score }));
    expect(effortRatio(curve, twice, 0.7)).toBeCloseTo(0.5, 12);
    const low = [
      { cost: 10, score: 0.1 },
      { cost: 90, score: 0.3 },
    ];
    expect(effortRatio(low, curve, 0.7)).toBe(Number.POSITIVE_INFINITY);
    expect(effortRatio(curve, low, 0.7)).toBeCloseTo(0.5, 12);
    expect(effortRatio(low, low, 0.7)).toBe(1);
  });
});
