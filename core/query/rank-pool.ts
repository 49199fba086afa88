import type { NucleusShape, ScoreFacts } from "../contract/predicted-instance.ts";
import { type Steps, withoutPause } from "../steps.ts";
import { type DoubtParts, doubtOf } from "./doubt.ts";
import { fractionalRanks } from "./fractional-ranks.ts";
import { createOddness, type Oddness } from "./oddness.ts";
import { maxCandidates } from "./question-kind.ts";
import { CANDIDATE_REASON, IMPORT_REASON, type ReasonPart, reasonInWords } from "./reason-in-words.ts";

/** A proposal that may be asked about. */
export interface PoolItem {
  readonly kind: "nucleus" | "candidate";
  /** u1…u4; null for candidates and imported proposals. */
  readonly scores: readonly [number, number, number, number] | null;
  readonly meanEntropy: number;
  /** Of candidates, 0…1; null where an older trainer did not look for it. */
  readonly evidence: number | null;
  readonly shape: NucleusShape | null;
  readonly facts: ScoreFacts | null;
}

export interface RankedItem {
  readonly u5: number | null;
  /** Of nuclei: says the same in every pool. Null for candidates, and where there is nothing to tell it by. */
  readonly doubt: number | null;
  /** Larger is asked earlier, among nuclei and among candidates. Null where there is nothing to rank by. */
  readonly uncertainty: number | null;
  readonly reason: string;
  /** Candidates above their share of the queue are not asked about. */
  readonly queued: boolean;
}

const STEP_ITEMS = 500;

/** Ranks a whole pool: nuclei by their doubt, candidates among themselves by what speaks for them. */
export const rankPool = (pool: readonly PoolItem[], truth: readonly NucleusShape[]): RankedItem[] =>
  withoutPause(rankSteps(pool, truth));

/** The same, for pools of tens of thousands: lets its caller pause on the way. */
export function* rankSteps(pool: readonly PoolItem[], truth: readonly NucleusShape[]): Steps<RankedItem[]> {
  const oddnessOf = createOddness(truth);
  const scored: { readonly i: number; readonly odd: Oddness | null; readonly parts: DoubtParts }[] = [];
  for (const [i, item] of pool.entries()) {
    if (i % STEP_ITEMS === 0) yield;
    if (!item.scores) continue;
    const odd = oddnessOf && item.shape ? oddnessOf(item.shape) : null;
    const [edge, outlines, , splitOrMerged] = item.scores;
    scored.push({ i, odd, parts: { edge, outlines, splitOrMerged, inside: item.meanEntropy, odd: odd?.score ?? 0 } });
  }
  const ranks = new Map<ReasonPart, number[]>();
  for (const part of ["edge", "outlines", "splitOrMerged", "inside", "odd"] as const) {
    yield;
    ranks.set(part, fractionalRanks(scored.map(({ parts }) => parts[part])));
  }
  const ranked = new Array<RankedItem>(pool.length);
  for (const [row, { i, odd, parts }] of scored.entries()) {
    if (row % STEP_ITEMS === 0) yield;
    const doubt = doubtOf(parts);
    const rankOf = (part: ReasonPart) => ranks.get(part)?.[row] ?? 0;
    const reason = reasonInWords({ parts, rankOf, facts: pool[i].facts, oddness: odd });
    ranked[i] = { u5: odd?.score ?? null, doubt, uncertainty: doubt, reason, queued: true };
  }
  yield;
  const candidates = pool.flatMap((item, i) => (item.kind === "candidate" ? [i] : []));
  const evidence = fractionalRanks(candidates.map((i) => evidenceOf(pool[i])));
  const places = new Set(
    [...candidates.keys()]
      .sort((a, b) => evidence[b] - evidence[a] || a - b)
      .slice(0, maxCandidates(pool.length - candidates.length)),
  );
  candidates.forEach((i, row) => {
    const uncertainty = evidence[row];
    ranked[i] = { u5: null, doubt: null, uncertainty, reason: CANDIDATE_REASON, queued: places.has(row) };
  });
  pool.forEach((_, i) => {
    ranked[i] ??= { u5: null, doubt: null, uncertainty: null, reason: IMPORT_REASON, queued: true };
  });
  return ranked;
}

/** Places of older trainers come after those that a blob speaks for. */
const evidenceOf = ({ evidence, meanEntropy }: PoolItem): number => evidence ?? meanEntropy - 1;
