import { fractionalRanks } from "../../query/fractional-ranks.ts";

/** All signs of so many differences are gone through: 2 to the power of it. */
const MOST_PAIRS = 20;

/**
 * Two-sided p of Wilcoxon's signed-rank test on paired differences, exact also where ranks are tied: how often signs thrown by a fair
 * coin give a sum of ranks at least as far from its mean. Differences of 0 are left out; null where none is left. Six
 * pairs cannot go below 1/32.
 */
export function signedRankP(differences: readonly number[]): number | null {
  const kept = differences.filter((value) => value !== 0);
  if (kept.length === 0) return null;
  if (kept.length > MOST_PAIRS)
    throw new RangeError(`${kept.length} pairs: the exact test takes ${MOST_PAIRS} at most`);
  // Doubled ranks are whole numbers, ties included.
  const ranks = fractionalRanks(kept.map(Math.abs)).map((rank) => Math.round(2 * rank * kept.length));
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const away = Math.abs(2 * ranks.reduce((sum, rank, i) => sum + (kept[i] > 0 ? rank : 0), 0) - total);
  // How many of the choices of signs give each sum.
  let counts = new Float64Array(total + 1);
  counts[0] = 1;
  for (const rank of ranks) counts = counts.map((count, sum) => count + (sum >= rank ? counts[sum - rank] : 0));
  const asFar = counts.reduce((sum, count, of) => sum + (Math.abs(2 * of - total) >= away ? count : 0), 0);
  return asFar / 2 ** kept.length;
}
