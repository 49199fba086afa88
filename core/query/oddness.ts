import type { NucleusShape } from "../contract/predicted-instance.ts";

/** With fewer accepted nuclei nobody can say what is odd. */
export const MIN_NUCLEI_FOR_ODDNESS = 20;

const CLIP = 5;
/** Makes the median absolute deviation an estimate of the standard deviation of a normal distribution. */
const MAD_TO_SD = 1.4826;

const features = {
  volume: (shape: NucleusShape) => Math.log(shape.volumeUm3),
  elongation: (shape: NucleusShape) => shape.elongation,
  flatness: (shape: NucleusShape) => shape.flatness,
  sphericity: (shape: NucleusShape) => shape.sphericity,
};

export type OddFeature = keyof typeof features;

export interface Oddness {
  /** 0 usual … 1 five or more deviations away. */
  readonly score: number;
  readonly feature: OddFeature;
  readonly larger: boolean;
}

const median = (sorted: readonly number[]): number => {
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

/**
 * u5: the largest robust z-score (median, MAD) of log volume, elongation, flatness and sphericity against nuclei that
 * people accepted, clipped at 5 and divided by 5. Null below 20 of them.
 */
export function createOddness(truth: readonly NucleusShape[]): ((shape: NucleusShape) => Oddness) | null {
  if (truth.length < MIN_NUCLEI_FOR_ODDNESS) return null;
  const scales = (Object.keys(features) as OddFeature[]).map((feature) => {
    const values = ascending(truth.map(features[feature]));
    const centre = median(values);
    const deviation = MAD_TO_SD * median(ascending(values.map((value) => Math.abs(value - centre))));
    return { feature, centre, deviation };
  });
  return (shape) => {
    let oddest: Oddness = { score: 0, feature: "volume", larger: true };
    for (const { feature, centre, deviation } of scales) {
      const away = features[feature](shape) - centre;
      // All alike: anything else is as odd as it gets.
      const z = away === 0 ? 0 : deviation === 0 ? CLIP : Math.min(CLIP, Math.abs(away) / deviation);
      if (z / CLIP > oddest.score) oddest = { score: z / CLIP, feature, larger: away > 0 };
    }
    return oddest;
  };
}
