/**
 * Rank of each value in (0, 1]: the share of values at or below it, ties averaged. Larger value, larger rank.
 * `[5, 1, 5]` gives `[5/6, 1/3, 5/6]`.
 */
export function fractionalRanks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  const ranks = new Array<number>(values.length);
  for (let first = 0; first < order.length; ) {
    let end = first + 1;
    while (end < order.length && values[order[end]] === values[order[first]]) end++;
    // Positions first+1 … end share their mean.
    const rank = (first + 1 + end) / 2 / values.length;
    for (let i = first; i < end; i++) ranks[order[i]] = rank;
    first = end;
  }
  return ranks;
}
