import { expect, it } from "vitest";
import { typicalDiameterUm } from "./typical-diameter.ts";

const row = (status: "accepted" | "corrected" | "unfinished" | "proposed", diameterUm: number) => ({
  status,
  volumeUm3: (Math.PI / 6) * diameterUm ** 3,
});

it("is the median of finished nuclei, and unknown while there are fewer than three", () => {
  expect(
    typicalDiameterUm([row("accepted", 9), row("corrected", 10), row("unfinished", 2), row("proposed", 3)]),
  ).toBeNull();
  expect(
    typicalDiameterUm([row("accepted", 9), row("unfinished", 1), row("corrected", 10), row("accepted", 40)]),
  ).toBeCloseTo(10, 6);
});
