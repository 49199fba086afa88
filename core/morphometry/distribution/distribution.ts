/** One measure of the nuclei of several groups, on one axis, so that they can be compared. */
export interface Distribution {
  /** Of the bins, ascending: one more than there are bins. */
  readonly edges: readonly number[];
  readonly groups: readonly GroupDistribution[];
}

export interface GroupDistribution {
  readonly name: string;
  readonly count: number;
  /** Per bin; the last one holds its upper edge, too. */
  readonly counts: readonly number[];
  /** Least, lower quartile, median, upper quartile, largest (linear between neighbours, as R's type 7 and numpy have it). */
  readonly quantiles: readonly [number, number, number, number, number];
}

/** More bins say more than so few nuclei can. */
const MOST_BINS = 40;
const LEAST_BINS = 8;

/** Null where no group has a value. Groups without one are left out. */
export function distributionOf(values: ReadonlyMap<string, readonly number[]>): Distribution | null {
  const groups = [...values]
    .filter(([, of]) => of.length > 0)
    .map(([name, of]) => ({ name, sorted: of.toSorted(ascending) }));
  if (groups.length === 0) return null;
  const least = Math.min(...groups.map(({ sorted }) => sorted[0]));
  const most = Math.max(...groups.map(({ sorted }) => sorted[sorted.length - 1]));
  const total = groups.reduce((sum, { sorted }) => sum + sorted.length, 0);
  const edges = edgesOf(least, most, Math.min(MOST_BINS, Math.max(LEAST_BINS, Math.ceil(2 * Math.cbrt(total)))));
  return {
    edges,
    groups: groups.map(({ name, sorted }) => ({
      name,
      count: sorted.length,
      counts: countsOf(sorted, edges),
      quantiles: [0, 0.25, 0.5, 0.75, 1].map((share) => quantile(sorted, share)) as [
        number,
        number,
        number,
        number,
        number,
      ],
    })),
  };
}

const ascending = (a: number, b: number): number => a - b;

/** Steps of 1, 2 or 5 times a power of ten, from a multiple of the step at or below the least on. */
function edgesOf(least: number, most: number, wanted: number): number[] {
  const range = most - least || Math.abs(most) || 1;
  const step = niceStep(range / wanted);
  const first = Math.floor(least / step);
  const last = Math.max(first + 1, Math.ceil(most / step));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function niceStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  return ([1, 2, 5].find((factor) => factor * power >= atLeast * (1 - 1e-9)) ?? 10) * power;
}

function countsOf(sorted: readonly number[], edges: readonly number[]): number[] {
  const counts = edges.slice(1).map(() => 0);
  let bin = 0;
  for (const value of sorted) {
    while (bin < counts.length - 1 && value >= edges[bin + 1]) bin++;
    counts[bin]++;
  }
  return counts;
}

function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const next = sorted[Math.min(below + 1, sorted.length - 1)];
  return sorted[below] + (at - below) * (next - sorted[below]);
}
