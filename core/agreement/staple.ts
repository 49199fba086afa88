/** What STAPLE makes of several masks of one object. */
export interface StapleEstimate {
  /** Of each voxel, how likely it is to be of the object, 0…1. */
  readonly probability: Float64Array;
  /** Of each rater: how often they marked a voxel of the object, and how often they left one outside of it unmarked. */
  readonly sensitivity: readonly number[];
  readonly specificity: readonly number[];
  readonly iterations: number;
}

const MOST_ITERATIONS = 200;
const CONVERGED = 1e-7;
const FIRST_GUESS = 0.99;
/** A rater is never taken for infallible: from then on nothing anybody else says would count. */
const SUREST = 1 - 1e-6;

/**
 * Simultaneous truth and performance level estimation (Warfield, Zou and Wells, IEEE TMI 23, 2004), by expectation maximisation, without a
 * spatial prior. `masks`: of one grid, not 0 = marked. The grid is a crop round the object: a large background would make
 * everybody look specific. The prior is the share of voxels that are marked, over all raters. Throws a RangeError without masks.
 */
export function staple(masks: readonly Uint8Array[]): StapleEstimate {
  const voxels = masks[0]?.length ?? 0;
  if (voxels === 0 || masks.some((mask) => mask.length !== voxels))
    throw new RangeError("masks of one grid, at least one");
  const raters = masks.length;
  const patterns = countPatterns(masks);
  const marked = patterns.reduce((sum, { said, count }) => sum + count * said.filter(Boolean).length, 0);
  const prior = marked / (raters * voxels);
  let sensitivity = masks.map(() => FIRST_GUESS);
  let specificity = masks.map(() => FIRST_GUESS);
  let weights = patterns.map(() => prior);
  let iterations = 0;
  for (let change = 1; change > CONVERGED && iterations < MOST_ITERATIONS; iterations++) {
    weights = patterns.map(({ said }) => {
      const inside = prior * product(said.map((mark, j) => (mark ? sensitivity[j] : 1 - sensitivity[j])));
      const outside = (1 - prior) * product(said.map((mark, j) => (mark ? 1 - specificity[j] : specificity[j])));
      return inside + outside === 0 ? prior : inside / (inside + outside);
    });
    const next = masks.map((_, j) => performance(patterns, weights, j));
    change = Math.max(
      ...next.map((one, j) =>
        Math.max(Math.abs(one.sensitivity - sensitivity[j]), Math.abs(one.specificity - specificity[j])),
      ),
    );
    sensitivity = next.map((one) => one.sensitivity);
    specificity = next.map((one) => one.specificity);
  }
  const probability = new Float64Array(voxels);
  const weightOf = new Map(patterns.map(({ key }, i) => [key, weights[i]]));
  for (let i = 0; i < voxels; i++) probability[i] = weightOf.get(keyAt(masks, i)) ?? prior;
  return { probability, sensitivity, specificity, iterations };
}

/** Voxels of which all raters said the same weigh the same: there are few patterns, however many voxels. */
interface Pattern {
  readonly key: string;
  readonly said: readonly boolean[];
  count: number;
}

const keyAt = (masks: readonly Uint8Array[], i: number): string => {
  let key = "";
  for (const mask of masks) key += mask[i] === 0 ? "0" : "1";
  return key;
};

function countPatterns(masks: readonly Uint8Array[]): Pattern[] {
  const patterns = new Map<string, Pattern>();
  for (let i = 0; i < masks[0].length; i++) {
    const key = keyAt(masks, i);
    const pattern = patterns.get(key);
    if (pattern) pattern.count++;
    else patterns.set(key, { key, said: [...key].map((one) => one === "1"), count: 1 });
  }
  return [...patterns.values()];
}

function performance(patterns: readonly Pattern[], weights: readonly number[], rater: number) {
  let [inside, markedInside, outside, unmarkedOutside] = [0, 0, 0, 0];
  patterns.forEach(({ said, count }, i) => {
    inside += count * weights[i];
    outside += count * (1 - weights[i]);
    if (said[rater]) markedInside += count * weights[i];
    else unmarkedOutside += count * (1 - weights[i]);
  });
  return {
    sensitivity: Math.min(SUREST, inside === 0 ? FIRST_GUESS : markedInside / inside),
    specificity: Math.min(SUREST, outside === 0 ? FIRST_GUESS : unmarkedOutside / outside),
  };
}

const product = (values: readonly number[]): number => values.reduce((all, value) => all * value, 1);
