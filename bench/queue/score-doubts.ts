import type { PredictedInstance } from "../../core/contract/predicted-instance.ts";
import { auroc } from "../../core/metrics/auroc.ts";
import { fractionalRanks } from "../../core/query/fractional-ranks.ts";
import { questionKindAfter } from "../../core/query/question-kind.ts";
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
  /** Missed nuclei that the first 30 % of all questions show, by a candidate or by a proposal that holds them. */
  readonly shownEarly: number;
  readonly shareOfQueue: number;
  /** Missed nuclei that a candidate asks about, however far down. */
  readonly found: number;
}

/** Of the queue. */
const EARLY = 0.3;

export function scoreCandidates(pools: readonly JudgedPool[]): MissedScores {
  const asked = pools.flatMap((pool) => [
    ...pool.nuclei.map(({ instance, shows }) => ({ pool, instance, shows })),
    ...pool.candidates.map(({ instance, holder }) => ({ pool, instance, shows: [holder] })),
  ]);
  const ranked = rankPool(
    asked.map(({ instance }) => poolItemOf(instance)),
    [],
  );
  const queue = asked
    .map((item, i) => ({ ...item, ...ranked[i] }))
    .filter(({ queued }) => queued)
    .sort((a, b) => (b.uncertainty ?? 0) - (a.uncertainty ?? 0));
  const candidates = queue.filter(({ instance }) => instance.kind === "candidate");
  const early = inTurn(
    queue.filter(({ instance }) => instance.kind === "nucleus"),
    candidates,
  ).slice(0, Math.floor(EARLY * queue.length));
  const count = (of: "missed" | "missedInside", items: readonly Pick<(typeof asked)[number], "pool" | "shows">[]) =>
    pools.reduce(
      (sum, pool) =>
        sum + pool[of].filter((label) => items.some((item) => item.pool === pool && item.shows.includes(label))).length,
      0,
    );
  const all = asked.filter(({ instance }) => instance.kind === "candidate");
  return {
    truths: pools.reduce((sum, { truths }) => sum + truths, 0),
    missed: pools.reduce((sum, { missed }) => sum + missed.length, 0),
    inside: pools.reduce((sum, { missedInside }) => sum + missedInside.length, 0),
    asked: count("missed", candidates),
    askedInside: count("missedInside", candidates),
    found: count("missed", all),
    queuedCandidates: candidates.length,
    candidates: all.length,
    shownEarly: count("missed", early),
    shareOfQueue: candidates.length / Math.max(1, queue.length),
  };
}

/** As the queue mixes them; what it draws at random is left out. */
function inTurn<T>(nuclei: readonly T[], candidates: readonly T[]): T[] {
  const [first, second] = [[...nuclei], [...candidates]];
  const mixed: T[] = [];
  for (let asked = 0; first.length + second.length > 0; asked++) {
    const wanted = questionKindAfter(asked) === "candidate" ? second : first;
    const next = wanted.shift() ?? first.shift() ?? second.shift();
    if (next) mixed.push(next);
  }
  return mixed;
}
