export interface SaidAndSeen {
  /** What was said beforehand, 0…1. */
  readonly said: number;
  readonly happened: boolean;
}

/** What was said from `from` on, below `to`. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly meanSaid: number;
  readonly count: number;
  readonly happened: number;
}

/** How often things happened of which something was said: bins of equal width, those without any left out (DeGroot and Fienberg 1983). */
export function reliabilityBins(pairs: readonly SaidAndSeen[], bins = 5): ReliabilityBin[] {
  const inBin = Array.from({ length: bins }, () => ({ sum: 0, count: 0, happened: 0 }));
  for (const { said, happened } of pairs) {
    const bin = inBin[Math.min(bins - 1, Math.floor(said * bins))];
    bin.sum += said;
    bin.count++;
    if (happened) bin.happened++;
  }
  return inBin.flatMap(({ sum, count, happened }, i) =>
    count === 0 ? [] : [{ from: i / bins, to: (i + 1) / bins, meanSaid: sum / count, count, happened }],
  );
}
