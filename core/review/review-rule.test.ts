import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { drawnPercent, isAskedBy, noReview } from "./review-rule.ts";

const nucleus = {
  volumeId: "0b6f1a3e-54d1-4b0e-9f2e-5f0a7b8c9d10",
  label: 1,
  isCorrected: false,
  origin: null,
  changedAtMs: 5,
  authorJoinedAtMs: 1,
} as const;

it("a share is drawn evenly, in every volume otherwise, and a larger one holds the smaller one", () => {
  for (const volumeId of [randomUUID(), randomUUID()])
    for (const sharePercent of [5, 20, 50, 90]) {
      const drawn = Array.from({ length: 5_000 }, (_, i) => i + 1).filter((label) =>
        isAskedBy({ ...noReview, scope: "share", sharePercent }, { ...nucleus, volumeId, label }),
      );
      // Five standard deviations of a binomial.
      const expected = 50 * sharePercent;
      expect(Math.abs(drawn.length - expected)).toBeLessThan(5 * Math.sqrt(expected * (1 - sharePercent / 100)));
      // No runs: neighbours are drawn as often together as chance has it.
      const pairs = drawn.filter((label, i) => drawn[i + 1] === label + 1).length;
      expect(Math.abs(pairs - (expected * sharePercent) / 100)).toBeLessThan(8 * Math.sqrt(expected));
    }
  const labels = Array.from({ length: 1000 }, (_, i) => i);
  const [a, b] = [randomUUID(), randomUUID()].map((id) => labels.filter((label) => drawnPercent(id, label) < 30));
  expect(a).not.toEqual(b);
  expect(labels.every((label) => drawnPercent(a.join(), label) < 100)).toBe(true);
});

it("what a model or a file brought and nobody changed is not corrected, and the old are not new", () => {
  const asks = (scope: "corrected" | "newcomers" | "all" | "none", of: Partial<Parameters<typeof isAskedBy>[1]>) =>
    isAskedBy({ ...noReview, scope, newcomerDays: 2 }, { ...nucleus, ...of });
  expect(asks("corrected", {})).toBe(true);
  expect(asks("corrected", { origin: "p/1" })).toBe(false);
  expect(asks("corrected", { origin: "p/1", isCorrected: true })).toBe(true);
  expect(asks("corrected", { changedAtMs: 0 })).toBe(false);
  const day = 86_400_000;
  expect(asks("newcomers", { authorJoinedAtMs: 0, changedAtMs: 2 * day - 1 })).toBe(true);
  expect(asks("newcomers", { authorJoinedAtMs: 0, changedAtMs: 2 * day })).toBe(false);
  expect(asks("newcomers", { authorJoinedAtMs: null })).toBe(true);
  expect(asks("newcomers", { authorJoinedAtMs: null, changedAtMs: 0 })).toBe(false);
  expect([asks("all", {}), asks("none", {})]).toEqual([true, false]);
});
