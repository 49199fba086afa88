import type { RandomStream } from "../random-stream.ts";

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Of numbers without a gap: linear between neighbours, as R's type 7 and numpy have it. Infinite values stay infinite. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  const part = at - Math.floor(at);
  // Infinity less infinity is no number.
  return part === 0 || below === above ? below : below + part * (above - below);
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Percentile interval of a statistic of paired values: pairs are drawn with replacement, whole (Efron 1979). */
export function bootstrapInterval(
  pairs: readonly number[],
  statistic: (sample: readonly number[]) => number,
  { random, draws, confidence = 0.95 }: { random: RandomStream; draws: number; confidence?: number },
): Interval {
  const values = Array.from({ length: draws }, () => statistic(pairs.map(() => pairs[random.below(pairs.length)])));
  const tail = (1 - confidence) / 2;
  return { low: quantile(values, tail), high: quantile(values, 1 - tail) };
}
