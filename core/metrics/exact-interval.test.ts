import { expect, it } from "vitest";
import { exactInterval } from "./exact-interval.ts";

/** Probabilities of 0…n successes, by adding one trial after the other. */
function distribution(n: number, p: number): number[] {
  let of = [1];
  for (let i = 0; i < n; i++)
    of = Array.from({ length: of.length + 1 }, (_, k) => (of[k] ?? 0) * (1 - p) + (of[k - 1] ?? 0) * p);
  return of;
}

it("covers the true share at least as often as it says, for every share, and is not much wider than it must be", () => {
  for (const n of [1, 7, 30]) {
    const intervals = Array.from({ length: n + 1 }, (_, k) => exactInterval(k, n));
    for (let p = 0.02; p < 1; p += 0.07) {
      const covered = distribution(n, p).reduce(
        (sum, chance, k) => (intervals[k].low <= p && p <= intervals[k].high ? sum + chance : sum),
        0,
      );
      expect(covered).toBeGreaterThanOrEqual(0.95);
    }
    for (const [k, { low, high }] of intervals.entries()) {
      // At its ends, what was seen is just as rare as it may be.
      if (k > 0)
        expect(
          distribution(n, low)
            .slice(k)
            .reduce((a, b) => a + b),
        ).toBeCloseTo(0.025, 9);
      if (k < n)
        expect(
          distribution(n, high)
            .slice(0, k + 1)
            .reduce((a, b) => a + b),
        ).toBeCloseTo(0.025, 9);
    }
  }
});

it("has the known ends where all, none or nothing was right", () => {
  expect(exactInterval(0, 0)).toEqual({ low: 0, high: 1 });
  expect(exactInterval(0, 12)).toEqual({ low: 0, high: expect.closeTo(1 - 0.025 ** (1 / 12), 9) });
  expect(exactInterval(12, 12)).toEqual({ low: expect.closeTo(0.025 ** (1 / 12), 9), high: 1 });
  const { low, high } = exactInterval(45, 50);
  expect([low, high].map((share) => Math.round(share * 100))).toEqual([78, 97]);
  expect(exactInterval(4500, 5000).low).toBeGreaterThan(0.89);
});
