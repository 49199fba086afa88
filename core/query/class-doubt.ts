/** Less likely classes are in doubt. */
export const DOUBTFUL_CLASS = 2 / 3;
/** Likelier ones are taken over where several proposals are accepted at once, and nobody looks at each. */
export const SURE_CLASS = 0.8;

const RAISED_BY = 1 / 4;

interface Ranked {
  readonly uncertainty: number | null;
  readonly reason: string;
}

/** A nucleus whose class is in doubt is asked about earlier: its doubt goes up by a quarter of what is left to 1. */
export function raisedByClass<R extends Ranked>(ranked: R, classProbability: number | null): R {
  if (ranked.uncertainty === null || classProbability === null || classProbability >= DOUBTFUL_CLASS) return ranked;
  return {
    ...ranked,
    uncertainty: ranked.uncertainty + RAISED_BY * (1 - ranked.uncertainty),
    reason: `${ranked.reason}, and its class is in doubt`,
  };
}
