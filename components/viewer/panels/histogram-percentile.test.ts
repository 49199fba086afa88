import { expect, it } from "vitest";
import { histogramPercentile } from "./histogram-percentile.ts";

it("a percentile of a histogram agrees with the sorted values to a bin", () => {
  const values = Array.from({ length: 5000 }, (_, i) => 100 + 900 * (i / 5000) ** 3);
  const histogram = new Array<number>(256).fill(0);
  for (const value of values) histogram[Math.min(255, Math.floor(((value - 50) / 1000) * 256))]++;
  for (const percent of [0.1, 1, 25, 50, 99.8])
    expect(
      Math.abs(histogramPercentile(histogram, [50, 1050], percent) - values[Math.floor((percent / 100) * 5000)]),
    ).toBeLessThan(4.1);
  expect(histogramPercentile([0, 0], [3, 9], 50)).toBe(3);
});
