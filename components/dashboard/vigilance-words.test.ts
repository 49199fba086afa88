import { expect, it } from "vitest";
import { vigilanceWords } from "./vigilance-words.ts";

it("says the rate with its exact interval, and what is missing before there is one", () => {
  const none = { plantEvery: 0, accepted: 0, corrected: 0, rejected: 0 };
  expect(vigilanceWords(none)).toContain("Nothing is planted");
  expect(vigilanceWords({ ...none, plantEvery: 20 })).toContain("one question in 20");
  // Clopper–Pearson of 2 of 20: 0.0123 to 0.3170 (R, binom.test).
  expect(vigilanceWords({ plantEvery: 20, accepted: 1, corrected: 1, rejected: 18 })).toBe(
    "2 of 20 planted proposals were taken for a nucleus: with 95 % confidence 1–32 % of such wrong ones would be.",
  );
  // 0 of 10: to 0.3085.
  expect(vigilanceWords({ ...none, rejected: 10 })).toContain(
    "0–31 % of such wrong ones would be. None is planted now.",
  );
});
