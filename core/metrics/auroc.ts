import { fractionalRanks } from "../query/fractional-ranks.ts";

/**
 * Area under the receiver operating characteristic: how often one of `scores` that is positive lies above one that is not, ties
 * counted half (the Mann–Whitney U statistic). 0.5 is chance. Null where all are alike.
 */
export function auroc(scores: readonly number[], isPositive: readonly boolean[]): number | null {
  const positives = isPositive.filter(Boolean).length;
  const negatives = scores.length - positives;
  if (positives === 0 || negatives === 0) return null;
  const ranks = fractionalRanks(scores);
  const sum = ranks.reduce((total, rank, i) => total + (isPositive[i] ? rank * scores.length : 0), 0);
  return (sum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
