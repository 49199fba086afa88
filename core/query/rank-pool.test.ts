import { expect, it } from "vitest";
import { seededRandom } from "../edit/testing/seeded-random.ts";
import { type PoolItem, rankPool } from "./rank-pool.ts";

const facts = { passes: 8, matched: 8, split: 0, merged: 0 };
const nucleus = (scores: [number, number, number, number], change: Partial<PoolItem> = {}): PoolItem => ({
  kind: "nucleus",
  scores,
  meanEntropy: 0,
  shape: null,
  facts,
  ...change,
});
const candidate = (meanEntropy: number): PoolItem => ({
  kind: "candidate",
  scores: null,
  meanEntropy,
  shape: null,
  facts: null,
});

it("orders by the mean of the ranks, so that no score wins by its scale", () => {
  const ranked = rankPool(
    [nucleus([0.9, 0.001, 0, 0.1]), nucleus([0.1, 0.002, 0, 0.2]), nucleus([0.2, 0.003, 0, 0.3])],
    [],
  );
  expect(ranked.map(({ ranks }) => ranks[0])).toEqual([1, 1 / 3, 2 / 3]);
  expect(ranked[0].uncertainty).toBeCloseTo((1 + 1 / 3 + 2 / 3 + 1 / 3) / 4, 12);
  expect(ranked[2].uncertainty).toBeGreaterThan(ranked[1].uncertainty ?? 1);
});

it("does not change when the pool is given in another order", () => {
  const random = seededRandom(5);
  const pool = Array.from({ length: 40 }, () => nucleus([random(), random(), random(), random()]));
  const forward = rankPool(pool, []).map(({ uncertainty }) => uncertainty);
  const backward = rankPool(pool.toReversed(), [])
    .map(({ uncertainty }) => uncertainty)
    .toReversed();
  expect(backward).toEqual(forward);
});

it("keeps candidates to a fifth of the queue, the most doubtful of them", () => {
  const pool = [
    ...Array.from({ length: 8 }, (_, i) => nucleus([i / 10, 0, 0, 0])),
    ...Array.from({ length: 6 }, (_, i) => candidate(i / 10)),
  ];
  const ranked = rankPool(pool, []);
  const queued = ranked.flatMap(({ queued }, i) =>
    queued && pool[i].kind === "candidate" ? [pool[i].meanEntropy] : [],
  );
  expect(queued).toEqual([0.4, 0.5]);
  expect(ranked.slice(0, 8).every(({ queued }) => queued)).toBe(true);
});

it("says why in words, by the score that stands out", () => {
  const quiet = Array.from({ length: 5 }, () => nucleus([0.1, 0.1, 0, 0.1]));
  const reasonOf = (item: PoolItem) => rankPool([...quiet, item], []).at(-1)?.reason;
  expect(reasonOf(nucleus([0.9, 0.05, 0, 0]))).toBe("edge unclear");
  expect(reasonOf(nucleus([0, 0, 0, 0.9], { facts: { ...facts, split: 2 } }))).toBe("two passes split it");
  expect(reasonOf(nucleus([0, 0, 0, 0.9], { facts: { ...facts, merged: 1 } }))).toBe(
    "one pass joined it with a neighbour",
  );
  expect(reasonOf(nucleus([0, 0, 0.4, 0], { facts: { ...facts, matched: 5 } }))).toBe(
    "three passes of eight did not find it",
  );
  expect(reasonOf(nucleus([0, 0, 0, 0]))).toBe("all passes agree on it");
  expect(reasonOf(candidate(0.3))).toBe("a nucleus may have been missed here");
});

it("uses the shape once enough nuclei are accepted", () => {
  const shape = { volumeUm3: 100, elongation: 1.2, flatness: 1.3, sphericity: 0.9 };
  const truth = Array.from({ length: 20 }, (_, i) => ({ ...shape, volumeUm3: 100 + i }));
  const pool = [nucleus([0, 0, 0, 0], { shape }), nucleus([0, 0, 0, 0], { shape: { ...shape, volumeUm3: 5000 } })];
  const [usual, odd] = rankPool(pool, truth);
  expect(odd.u5).toBe(1);
  expect(odd.ranks).toHaveLength(5);
  expect(odd.uncertainty).toBeGreaterThan(usual.uncertainty ?? 1);
  expect(odd.reason).toBe("larger than the accepted nuclei");
  expect(rankPool(pool, truth.slice(1))[1]).toMatchObject({ u5: null, reason: "all passes agree on it" });
});

it("leaves imported proposals without a score in the queue", () => {
  expect(rankPool([{ ...candidate(0), kind: "nucleus" }], [])).toMatchObject([
    { uncertainty: null, queued: true, reason: "imported, not yet judged" },
  ]);
});
