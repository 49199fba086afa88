import type { PredictedInstance } from "../../core/contract/predicted-instance.ts";
import { auroc } from "../../core/metrics/auroc.ts";
import { fractionalRanks } from "../../core/query/fractional-ranks.ts";
import { type PoolItem, rankPool } from "../../core/query/rank-pool.ts";
import type { JudgedNucleus, JudgedPool } from "./judge-pool.ts";

type Score = (nuclei: readonly PredictedInstance[]) => readonly number[];

const each =
  (of: (one: PredictedInstance) => number): Score =>
  (nuclei) =>
    nuclei.map(of);
const u = (name: "u1" | "u2" | "u3" | "u4") => each(({ scores }) => scores?.[name] ?? 0);
const meanRankOf =
  (...scores: Score[]): Score =>
  (nuclei) => {
    const ranks = scores.map((score) => fractionalRanks(score(nuclei)));
    return nuclei.map((_, i) => ranks.reduce((sum, column) => sum + column[i], 0) / ranks.length);
  };
const entropy = each(({ meanEntropy }) => meanEntropy);
const smallness = each(({ voxels }) => -voxels);

export const poolItemOf = ({ kind, scores, meanEntropy, evidence, shape, facts }: PredictedInstance): PoolItem => ({
  kind,
  scores: scores && [scores.u1, scores.u2, scores.u3, scores.u4],
  meanEntropy,
  evidence: evidence ?? null,
  shape,
  facts,
});

/** What is compared: the queue's doubt, its parts, and what it has to beat. */
export const DOUBTS: Readonly<Record<string, Score>> = {
  "the queue's doubt": (nuclei) => rankPool(nuclei.map(poolItemOf), []).map(({ doubt }) => doubt ?? 0),
  "u1, edge": u("u1"),
  "u2, outlines of passes": u("u2"),
  "u3, not found by passes": u("u3"),
  "u4, split or merged": u("u4"),
  "entropy inside": entropy,
  "smallest first": smallness,
  "before: mean rank of u1 … u4": meanRankOf(u("u1"), u("u2"), u("u3"), u("u4")),
};

export interface DoubtScores {
  readonly nuclei: number;
  readonly wrong: number;
  readonly auroc: Readonly<Record<string, number | null>>;
}

/** All pools ranked together, as a project's queue does. */
export function scoreDoubts(
  pools: readonly JudgedPool[],
  doubts: Readonly<Record<string, Score>> = DOUBTS,
): DoubtScores {
  const nuclei = pools.flatMap((pool): readonly JudgedNucleus[] => pool.nuclei);
  const isWrong = nuclei.map((one) => one.isWrong);
  const instances = nuclei.map(({ instance }) => instance);
  return {
    nuclei: nuclei.length,
    wrong: isWrong.filter(Boolean).length,
    auroc: Object.fromEntries(Object.entries(doubts).map(([name, score]) => [name, auroc(score(instances), isWrong)])),
  };
}

export interface MissedScores {
  readonly truths: number;
  readonly missed: number;
  /** Of them, those that lie in proposals by more than half. */
  readonly inside: number;
  /** Missed nuclei that a queued candidate asks about, and candidates of the queue. */
  readonly asked: number;
  readonly askedInside: number;
  readonly queuedCandidates: number;
  readonly candidates: number;
  readonly shareOfQueue: number;
  /** Missed nuclei that a candidate asks about, however far down. */
  readonly found: number;
}

export function scoreCandidates(pools: readonly JudgedPool[]): MissedScores {
  const items = pools.flatMap((pool) => [
    ...pool.nuclei.map(({ instance }) => instance),
    ...pool.candidates.map(({ instance }) => instance),
  ]);
  const queued = new Set(rankPool(items.map(poolItemOf), []).flatMap(({ queued }, i) => (queued ? [items[i]] : [])));
  let [asked, askedInside, found, missed, inside] = [0, 0, 0, 0, 0];
  for (const pool of pools) {
    const isHeld = (label: number, only: boolean) =>
      pool.candidates.some(({ holder, instance }) => holder === label && (!only || queued.has(instance)));
    missed += pool.missed.length;
    inside += pool.missedInside.length;
    asked += pool.missed.filter((label) => isHeld(label, true)).length;
    askedInside += pool.missedInside.filter((label) => isHeld(label, true)).length;
    found += pool.missed.filter((label) => isHeld(label, false)).length;
  }
  const candidates = pools.flatMap((pool) => pool.candidates);
  const queuedCandidates = candidates.filter(({ instance }) => queued.has(instance)).length;
  return {
    truths: pools.reduce((sum, { truths }) => sum + truths, 0),
    ...{ missed, inside, asked, askedInside, found, queuedCandidates },
    candidates: candidates.length,
    shareOfQueue: queuedCandidates / Math.max(1, queued.size),
  };
}
