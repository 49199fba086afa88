import { expect, test } from "vitest";
import { median, quantile } from "./quantile.ts";

test("quantiles as numpy gives them", () => {
  // numpy.percentile([7, 1, 3, 10], [0, 25, 50, 95, 100])
  const values = [7, 1, 3, 10];
  const expected = [1, 2.5, 5, 9.55, 10];
  [0, 0.25, 0.5, 0.95, 1].forEach((share, i) => {
    expect(quantile(values, share)).toBeCloseTo(expected[i], 12);
  });
  expect(values).toEqual([7, 1, 3, 10]);
  expect(median([4])).toBe(4);
  expect(median([])).toBeNaN();
});
