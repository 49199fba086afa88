/** More kinds than keys and colours tell apart. */
export const MAX_CLASSES = 30;
/** A class with fewer nuclei is not learned. */
export const LEAST_OF_A_CLASS = 5;
/** More add little and take long. */
export const MOST_OF_A_CLASS = 500;

export interface ClassCount {
  readonly name: string;
  readonly nuclei: number;
}

/** The most frequent first. */
export function countClasses(names: Iterable<string>): ClassCount[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, MAX_CLASSES)
    .map(([name, nuclei]) => ({ name, nuclei }));
}

/** The classes that have enough nuclei to be learned; fewer than two are none. */
export function learnable(counts: readonly ClassCount[]): string[] {
  const names = counts.filter(({ nuclei }) => nuclei >= LEAST_OF_A_CLASS).map(({ name }) => name);
  return names.length < 2 ? [] : names;
}

/** Mean over the classes of the share that was told right: chance is 1 / classes. `counts[i][j]`: nuclei of class i called class j. */
export function balancedAccuracy(counts: readonly (readonly number[])[]): number {
  const shares = counts.map((row, k) => row[k] / row.reduce((sum, count) => sum + count, 0));
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
