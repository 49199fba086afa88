/** Quality after an effort. */
export interface CurvePoint {
  readonly cost: number;
  readonly score: number;
}

/** Points by cost, ascending; straight in between. */
export type BudgetCurve = readonly CurvePoint[];

export function scoreAt(curve: BudgetCurve, cost: number): number {
  const next = curve.findIndex((point) => point.cost >= cost);
  if (next < 0) return curve[curve.length - 1].score;
  if (next === 0) return curve[0].score;
  const [before, after] = [curve[next - 1], curve[next]];
  return before.score + ((cost - before.cost) / (after.cost - before.cost)) * (after.score - before.score);
}

/** Mean height of the curve between two costs (AUBC), in units of the score. */
export function areaUnderBudget(curve: BudgetCurve, { from, to }: { from: number; to: number }): number {
  if (to <= from) return scoreAt(curve, from);
  const between = curve.map(({ cost }) => cost).filter((cost) => cost > from && cost < to);
  const costs = [from, ...between, to];
  let area = 0;
  for (let i = 1; i < costs.length; i++)
    area += ((costs[i] - costs[i - 1]) * (scoreAt(curve, costs[i]) + scoreAt(curve, costs[i - 1]))) / 2;
  return area / (to - from);
}

/** What it costs to come to a score for the first time; null where the curve ends before. */
export function costToReach(curve: BudgetCurve, target: number): number | null {
  const at = curve.findIndex(({ score }) => score >= target);
  if (at < 0) return null;
  if (at === 0) return curve[0].cost;
  const [before, after] = [curve[at - 1], curve[at]];
  return before.cost + ((target - before.score) / (after.score - before.score)) * (after.cost - before.cost);
}

/**
 * Effort to a score, as a share of another arm's. Where one never comes there, what is known counts against the first: it alone fails, and
 * the share is infinite; the other alone fails, and its whole budget stands for what it would have needed at least;
 * both fail, and they are taken for equal.
 */
export function effortRatio(curve: BudgetCurve, baseline: BudgetCurve, target: number): number {
  const own = costToReach(curve, target);
  const theirs = costToReach(baseline, target);
  if (own === null) return theirs === null ? 1 : Number.POSITIVE_INFINITY;
  return own / (theirs ?? baseline[baseline.length - 1].cost);
}
