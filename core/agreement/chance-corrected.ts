/**
 * Agreement of several people on categories, beyond what chance gives: 1 where all agree, 0 where they agree as strangers would. Both
 * are null where everybody only ever said one and the same: then chance agrees as well.
 */

/**
 * Fleiss' kappa (Psychological Bulletin 76, 1971). `counts`: for each item how many raters chose each category; all items have
 * the same number of raters, two or more. Throws a RangeError otherwise.
 */
export function fleissKappa(counts: readonly (readonly number[])[]): number | null {
  const raters = sum(counts[0] ?? []);
  if (counts.length === 0) return null;
  if (raters < 2 || counts.some((item) => sum(item) !== raters))
    throw new RangeError("every item has the same raters, two at least");
  const perItem = counts.map((item) => (sum(item.map((n) => n * n)) - raters) / (raters * (raters - 1)));
  const observed = sum(perItem) / counts.length;
  const shares = counts[0].map((_, category) => sum(counts.map((item) => item[category])) / (counts.length * raters));
  const expected = sum(shares.map((share) => share * share));
  return expected === 1 ? null : (observed - expected) / (1 - expected);
}

/**
 * Krippendorff's alpha for categories without an order (Content Analysis, 2004). `items`: what each rater said of each, null where
 * they were not asked or did not say. Items with fewer than two answers say nothing of agreement and are left out.
 */
export function krippendorffAlpha(items: readonly (readonly (string | number | null)[])[]): number | null {
  const totals = new Map<string | number, number>();
  let disagreement = 0;
  for (const item of items) {
    const said = item.filter((value) => value !== null);
    if (said.length < 2) continue;
    const counts = countValues(said);
    const alike = sum([...counts.values()].map((n) => n * n));
    disagreement += (said.length * said.length - alike) / (said.length - 1);
    for (const [value, n] of counts) totals.set(value, (totals.get(value) ?? 0) + n);
  }
  const answers = sum([...totals.values()]);
  const expected = answers * answers - sum([...totals.values()].map((n) => n * n));
  return expected === 0 ? null : 1 - ((answers - 1) * disagreement) / expected;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function countValues<Value>(values: readonly Value[]): Map<Value, number> {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
