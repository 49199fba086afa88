/** A stream of numbers that depends on its seed alone (sfc32 after Chris Doty-Humphrey's PractRand). */
export interface SeededRandom {
  /** [0, 1) */
  uniform(): number;
  /** Mean 0, standard deviation 1. */
  normal(): number;
  /** Counts of a Poisson process. */
  poisson(mean: number): number;
}

/** Above this the normal approximation differs from Poisson by less than shot noise hides. */
const NORMAL_FROM_MEAN = 40;

export function createSeededRandom(seed: number): SeededRandom {
  let a = seed >>> 0;
  let b = 0x9e3779b9;
  let c = 0x243f6a88;
  let counter = 1;
  const next = (): number => {
    const t = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 16; i++) next();
  const uniform = () => next() / 2 ** 32;
  let spare: number | null = null;
  const normal = (): number => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    // Box and Muller; 1 - uniform keeps zero out of the logarithm.
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  const poisson = (mean: number): number => {
    if (mean <= 0) return 0;
    if (mean > NORMAL_FROM_MEAN) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    // Knuth: multiply until below e^-mean.
    const limit = Math.exp(-mean);
    let product = uniform();
    let count = 0;
    while (product > limit) {
      product *= uniform();
      count++;
    }
    return count;
  };
  return { uniform, normal, poisson };
}
