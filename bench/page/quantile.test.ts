import { expect, test } from "vitest";
import { median, quantile } from "./quantile.ts";

test("quantiles as numpy gives them", () => {
  // numpy.percentile([7, 1, 3, 10], [0, 25, 50, 95, 100])
  const values = [7, 1, 3, 10];
  expect([0, 0.25, 0.5, 0.95, 1].map((share) => quantile(values, share))).toEqual([1, 2.5, 5, 9.55, 10]);
  expect(values).toEqual([7, 1, 3, 10]);
  expect(median([4])).toBe(4);
  expect(median([])).toBeNaN();
});
