/**
 * One-cycle learning rate by the share of the budget that is used: rises on a cosine for the first 30 %, then falls on a
 * cosine to almost nothing. By share, not by step, so that a budget in minutes ends with small steps too.
 */
export function oneCycleRate(progress: number, peak: number): number {
  const at = Math.min(1, Math.max(0, progress));
  const rise = 0.3;
  const start = peak / 25;
  const end = peak / 10_000;
  const cosine = (from: number, to: number, share: number) => to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
  return at < rise ? cosine(start, peak, at / rise) : cosine(peak, end, (at - rise) / (1 - rise));
}
