/** Intensities that become 0 and 1; kept with every prediction so that it can be repeated. */
export interface IntensityWindow {
  readonly low: number;
  readonly high: number;
}

const LOW_PERCENTILE = 1;
const HIGH_PERCENTILE = 99.8;
/** Percentiles of more voxels than this are taken from evenly spread ones: sorting all would take longer than learning. */
const MAX_SORTED = 4_000_000;

/**
 * 1st and 99.8th percentile of a whole volume. Never of a patch: an empty one would be stretched until its noise looks
 * like signal.
 */
export function measureWindow(image: Float32Array): IntensityWindow {
  const every = Math.ceil(image.length / MAX_SORTED) || 1;
  const sorted = (every === 1 ? image.slice() : image.filter((_, i) => i % every === 0)).sort();
  const at = (percentile: number) => sorted[Math.round((percentile / 100) * (sorted.length - 1))] ?? 0;
  const low = at(LOW_PERCENTILE);
  const high = at(HIGH_PERCENTILE);
  return { low, high: high > low ? high : low + 1 };
}

/** The window mapped to [0, 1]; values outside are clipped. */
export function normaliseImage(image: Float32Array, { low, high }: IntensityWindow): Float32Array<ArrayBuffer> {
  const scale = 1 / (high - low);
  const normalised = new Float32Array(image.length);
  for (let i = 0; i < image.length; i++) normalised[i] = Math.min(1, Math.max(0, (image[i] - low) * scale));
  return normalised;
}
