import { expect, it } from "vitest";
import { DOUBTFUL_CLASS, raisedByClass } from "./class-doubt.ts";

it("asks earlier about a nucleus whose class is in doubt, and says so; all others stay where they are", () => {
  const ranked = { uncertainty: 0.4, reason: "edge unclear" };
  expect(raisedByClass(ranked, 0.55)).toEqual({
    uncertainty: 0.4 + 0.6 / 4,
    reason: "edge unclear, and its class is in doubt",
  });
  expect(raisedByClass(ranked, DOUBTFUL_CLASS)).toBe(ranked);
  expect(raisedByClass(ranked, null)).toBe(ranked);
  const imported = { uncertainty: null, reason: "imported" };
  expect(raisedByClass(imported, 0.5)).toBe(imported);
});
