import { describe, expect, it } from "vitest";
import { seededRandom } from "../../core/edit/testing/seeded-random.ts";
import type { ListedProposal } from "../../core/labels/proposal-columns.ts";
import { acceptable, arrangeProposals, proposalKinds, proposalSortKeys, successorOf } from "./proposal-order.ts";

const random = seededRandom(9);
const rows: readonly ListedProposal[] = Array.from({ length: 120 }, (_, i) => ({
  labelValue: 5000 - i,
  isCandidate: random() < 0.2,
  touchesBorder: random() < 0.2,
  centroidZyx: [1, 2, 3],
  minZyx: [0, 0, 0],
  maxZyx: [2, 4, 6],
  voxels: Math.floor(random() * 20),
  uncertainty: random() < 0.1 ? null : Math.floor(random() * 10) / 10,
  reason: random() < 0.5 ? "split" : "faint",
  className: random() < 0.5 ? null : random() < 0.5 ? "late" : "early",
  classProbability: random(),
  heldBy: random() < 0.1 ? "Ben" : null,
}));

describe("the list of proposals", () => {
  it("is sorted by each column either way, unranked ones last, and holds what passes, no more and no less", () => {
    for (const key of proposalSortKeys)
      for (const descending of [false, true])
        for (const kind of proposalKinds)
          for (const maxDoubt of [null, 0, 0.4]) {
            const list = arrangeProposals(rows, { kind, maxDoubt }, { key, descending });
            const passes = rows.filter(
              (row) =>
                (kind !== "nucleus" || !row.isCandidate) &&
                (kind !== "candidate" || row.isCandidate) &&
                (kind !== "border" || row.touchesBorder) &&
                (maxDoubt === null || (row.uncertainty !== null && row.uncertainty <= maxDoubt)),
            );
            expect(new Set(list)).toEqual(new Set(passes));
            for (let i = 1; i < list.length; i++) {
              const [p, q] = [list[i - 1][key], list[i][key]];
              if (p === q) expect(list[i - 1].labelValue).toBeLessThan(list[i].labelValue);
              else if (p !== null && q !== null) expect(p < q).toBe(!descending);
              else expect(q).toBeNull();
            }
          }
  });

  it("offers nuclei that nobody looks at, the surest first, so many at most", () => {
    const free = rows.filter(({ isCandidate, heldBy }) => !isCandidate && heldBy === null);
    expect(new Set(acceptable(rows, 1000))).toEqual(new Set(free));
    const some = acceptable(rows, 30);
    expect(some).toHaveLength(30);
    const worst = Math.max(...some.map(({ uncertainty }) => uncertainty ?? 1));
    const left = free.filter((row) => !some.includes(row));
    expect(Math.min(...left.map(({ uncertainty }) => uncertainty ?? 1))).toBeGreaterThanOrEqual(worst);
  });

  it("goes on with the next when one is answered, from the last to the one before, and stays with one that is being corrected", () => {
    const [first, second, third] = rows;
    const done = () => true;
    expect(successorOf({ label: first.labelValue, at: 0 }, [second, third], done)).toBe(second);
    expect(successorOf({ label: third.labelValue, at: 2 }, [first, second], done)).toBe(second);
    expect(successorOf({ label: third.labelValue, at: 0 }, [], done)).toBeNull();
    expect(successorOf({ label: first.labelValue, at: 0 }, [first, second], done)).toBeNull();
    const corrected = (label: number) => label !== first.labelValue;
    expect(successorOf({ label: first.labelValue, at: 0 }, [second, third], corrected)).toBeNull();
  });
});
