import { expect, it } from "vitest";
import { formatLengthUm, scaleBarLength } from "./scale-bar-length.ts";

it("a scale bar is the longest round length that fits", () => {
  for (const zoom of [0.003, 0.07, 0.9, 1, 1.1, 17, 333]) {
    const { lengthUm, widthPx } = scaleBarLength(zoom, 120);
    expect(widthPx).toBeCloseTo(lengthUm * zoom);
    expect(widthPx).toBeLessThanOrEqual(120.0001);
    expect(widthPx).toBeGreaterThan(47); // the next step is at most 2.5 times as long
    expect(String(lengthUm.toExponential(6))).toMatch(/^[125]\.0+e/);
  }
});

it("lengths are written with the unit that people use", () => {
  expect([0.05, 0.5, 2, 50, 2000].map(formatLengthUm)).toEqual(["50 nm", "500 nm", "2 µm", "50 µm", "2 mm"]);
});
