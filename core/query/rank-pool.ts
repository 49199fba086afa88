import type { NucleusShape, ScoreFacts } from "../contract/predicted-instance.ts";
import { type Steps, withoutPause } from "../steps.ts";
import { fractionalRanks } from "./fractional-ranks.ts";
import { createOddness, type Oddness } from "./oddness.ts";
import { maxCandidates } from "./question-kind.ts";
import { CANDIDATE_REASON, IMPORT_REASON, reasonInWords } from "./reason-in-words.ts";

/** A proposal that may be asked about. */
export interface PoolItem {
  readonly kind: "nucleus" | "candidate";
  /** u1…u4; null for candidates and imported proposals. */
  readonly scores: readonly [number, number, number, number] | null;
  readonly meanEntropy: number;
  readonly shape: NucleusShape | null;
  readonly facts: ScoreFacts | null;
}

export interface RankedItem {
  readonly u5: number | null;
  /** Of each score in the pool, in (0, 1]; empty without scores. */
  readonly ranks: readonly number[];
  /** Mean of the ranks: larger = less sure. Null where there is nothing to rank by. */
  readonly uncertainty: number | null;
  readonly reason: string;
  /** Candidates above their share of the queue are not asked about. */
  readonly queued: boolean;
}

const STEP_ITEMS = 500;

/**
 * Ranks of a whole pool: each score becomes its fractional rank among the nuclei, and their mean is the uncertainty;
 * candidates are ranked among themselves by mean entropy.
 */
export const rankPool = (pool: readonly PoolItem[], truth: readonly NucleusShape[]): RankedItem[] =>
  withoutPause(rankSteps(pool, truth));

/** The same, for pools of tens of thousands: lets its caller pause on the way. */
export function* rankSteps(pool: readonly PoolItem[], truth: readonly NucleusShape[]): Steps<RankedItem[]> {
  const oddnessOf = createOddness(truth);
  const odd: (Oddness | null)[] = [];
  for (const item of pool) {
    odd.push(oddnessOf && item.shape && item.scores ? oddnessOf(item.shape) : null);
    if (odd.length % STEP_ITEMS === 0) yield;
  }
  const scored = pool.flatMap((item, i) => (item.scores ? [{ i, scores: withOddness(item.scores, odd[i]) }] : []));
  // u5 counts for all of the pool or for none: a mean of four ranks and one of five do not compare.
  const columns = oddnessOf && scored.every(({ i }) => odd[i] !== null) ? 5 : 4;
  const ranksByScore: number[][] = [];
  for (let column = 0; column < columns; column++) {
    yield;
    ranksByScore.push(fractionalRanks(scored.map(({ scores }) => scores[column])));
  }
  const ranked = new Array<RankedItem>(pool.length);
  for (const [row, { i, scores }] of scored.entries()) {
    if (row % STEP_ITEMS === 0) yield;
    const ranks = ranksByScore.map((column) => column[row]);
    ranked[i] = {
      u5: odd[i]?.score ?? null,
      ranks,
      uncertainty: ranks.reduce((sum, rank) => sum + rank, 0) / ranks.length,
      reason: reasonInWords({ ranks, scores: scores.slice(0, columns), facts: pool[i].facts, oddness: odd[i] }),
      queued: true,
    };
  }
  yield;
  const candidates = pool.flatMap((item, i) => (item.kind === "candidate" ? [i] : []));
  const ranks = fractionalRanks(candidates.map((i) => pool[i].meanEntropy));
  const nuclei = pool.length - candidates.length;
  const places = new Set(
    [...candidates.keys()].sort((a, b) => ranks[b] - ranks[a] || a - b).slice(0, maxCandidates(nuclei)),
  );
  candidates.forEach((i, row) => {
    ranked[i] = {
      u5: null,
      ranks: [ranks[row]],
      uncertainty: ranks[row],
      reason: CANDIDATE_REASON,
      queued: places.has(row),
    };
  });
  pool.forEach((_, i) => {
    ranked[i] ??= { u5: null, ranks: [], uncertainty: null, reason: IMPORT_REASON, queued: true };
  });
  return ranked;
}

const withOddness = (scores: readonly number[], oddness: Oddness | null): number[] =>
  oddness ? [...scores, oddness.score] : [...scores];
