import { expect, it } from "vitest";
import { maxCandidates, questionKindAfter } from "./question-kind.ts";

it("makes exactly every tenth question an audit and a fifth at most candidates", () => {
  const kinds = Array.from({ length: 1000 }, (_, asked) => questionKindAfter(asked));
  expect(kinds.filter((kind) => kind === "audit")).toHaveLength(100);
  expect(kinds.flatMap((kind, asked) => (kind === "audit" ? [asked % 10] : []))).toEqual(Array(100).fill(9));
  expect(kinds.filter((kind) => kind === "candidate")).toHaveLength(200);
});

it("never lets candidates be more than a fifth of a queue", () => {
  for (let nuclei = 0; nuclei < 500; nuclei++) {
    const candidates = maxCandidates(nuclei);
    expect(candidates / Math.max(1, nuclei + candidates)).toBeLessThanOrEqual(0.2);
    expect((candidates + 1) / (nuclei + candidates + 1)).toBeGreaterThan(0.2);
  }
});
