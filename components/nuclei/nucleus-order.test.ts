import { describe, expect, it } from "vitest";
import { seededRandom } from "../../core/edit/testing/seeded-random.ts";
import { labelStatuses } from "../../core/labels/label-status.ts";
import { reviewStates } from "../../core/review/review-state.ts";
import type { NucleusRow } from "../editor/editor-contract.ts";
import { arrangeNuclei, sortKeys } from "./nucleus-order.ts";

const people = ["Ada Lovelace", "Rosalind Franklin", "Santiago Ramón y Cajal"];

function randomNuclei(count: number, seed = 1): NucleusRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => ({
    label: i + 69_990,
    // Numbers do not follow the labels: proposals come later.
    number: i % 37 === 0 ? null : ((i * 7) % 400) + 1,
    status: labelStatuses[Math.floor(random() * labelStatuses.length)],
    className: random() < 0.3 ? null : random() < 0.5 ? "mitotic" : "interphase",
    volumeUm3: Math.round(random() * 2000),
    centroidZyx: [random() * 40, random() * 200, random() * 300],
    box: { minZyx: [0, 0, 0], maxZyx: [1, 1, 1] },
    uncertainty: random() < 0.4 ? null : Math.round(random() * 100) / 100,
    by: people[Math.floor(random() * people.length)],
    changedAt: new Date(1.7e12 + Math.floor(random() * 1e9)).toISOString(),
    origin: random() < 0.2 ? "import" : null,
    review: reviewStates[Math.floor(random() * reviewStates.length)],
  }));
}

describe("list of nuclei", () => {
  const rows = randomNuclei(400);

  for (const key of sortKeys)
    for (const descending of [false, true])
      it(`by ${key}, ${descending ? "falling" : "rising"}: each neighbour pair is in order`, () => {
        const sorted = arrangeNuclei(rows, { text: "", statuses: [], reviews: [] }, { key, descending });
        expect(new Set(sorted)).toEqual(new Set(rows));
        for (let i = 1; i < sorted.length; i++) {
          const [p, q] = [sorted[i - 1][key], sorted[i][key]];
          if (q === null) continue;
          expect(p).not.toBeNull();
          if (p === q) expect(sorted[i - 1].label).toBeLessThan(sorted[i].label);
          else expect(p !== null && (descending ? p > q : p < q)).toBe(true);
        }
      });

  it("filters by words and statuses together, and leaves the given rows alone", () => {
    const before = [...rows];
    const kept = arrangeNuclei(
      rows,
      { text: " ADA mitotic", statuses: ["accepted", "unfinished"], reviews: ["waiting", "sent-back"] },
      { key: "number", descending: true },
    );
    const expected = rows.filter(
      (row) =>
        row.by.includes("Ada") &&
        row.className === "mitotic" &&
        ["accepted", "unfinished"].includes(row.status) &&
        (row.review === "waiting" || row.review === "sent-back"),
    );
    expect(expected.length).toBeGreaterThan(5);
    expect(new Set(kept)).toEqual(new Set(expected));
    expect(rows).toEqual(before);
  });

  it("arranges 5,000 rows within a frame", () => {
    const many = randomNuclei(5000);
    const timesMs = [...Array(9).keys()].map((i) => {
      const start = performance.now();
      arrangeNuclei(
        many,
        { text: "a", statuses: [], reviews: [] },
        { key: sortKeys[i % sortKeys.length], descending: i % 2 === 0 },
      );
      return performance.now() - start;
    });
    expect(timesMs.sort((a, b) => a - b)[4]).toBeLessThan(50);
  });
});
