import { brickBox, brickKeysOfBox, brickPositionZyx } from "../../../core/volume/brick.ts";
import { boxShape, voxelCount, wholeBox } from "../../../core/volume/voxel-space.ts";
import type { ImageSource } from "../bricks/image-source.ts";

/** Intensities that become 0 and 1; kept with every prediction so that it can be repeated. */
export interface IntensityWindow {
  readonly low: number;
  readonly high: number;
}

const LOW_PERCENTILE = 1;
const HIGH_PERCENTILE = 99.8;
/** Percentiles of more voxels than this are taken from evenly spread ones: sorting all would take longer than learning. */
const MAX_SORTED = 4_000_000;

/** Of a normal distribution, in standard deviations below its mean. */
const SIGMAS_AT_25 = 0.6745;
const SIGMAS_AT_1 = 2.3263;
/** Noise alone has its 99.8th percentile at 2.9 standard deviations; what lies this far up is something else. */
const NOISE_REACHES_SIGMAS = 4.5;
/** Where nothing but noise is seen it fills no more of the window than in a volume with nuclei. */
const ROOM_ABOVE_NOISE_SIGMAS = 8;
/** What is rarer than nuclei are at their rarest: a few dozen voxels, one in 50,000. */
const RARE_SHARE = 2e-5;
const RARE_VOXELS = 50;

const valueAt = (sorted: Float32Array, share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;

/** Evenly spread values; `read` gives the value at an index. */
function sortedSample(image: Float32Array, read: (i: number) => number): Float32Array {
  const every = Math.ceil(image.length / MAX_SORTED) || 1;
  return new Float32Array(Math.ceil(image.length / every)).map((_, k) => read(k * every)).sort();
}

/** The middle one of a voxel and its neighbours along x: single hot pixels are gone, nuclei are not. */
function withoutHotPixels(image: Float32Array): (i: number) => number {
  return (i) => {
    const [a, b, c] = [image[Math.max(0, i - 1)], image[i], image[Math.min(image.length - 1, i + 1)]];
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  };
}

/**
 * 1st and 99.8th percentile of a whole volume. Never of a patch: an empty one would be stretched until its noise looks
 * like signal. The same would befall a volume whose nuclei are rarer than the last 0.2 %: where that percentile lies within
 * the background's noise, the upper end is what the brightest few dozen voxels reach, and well above the noise in any case.
 */
export function measureWindow(image: Float32Array): IntensityWindow {
  const sorted = sortedSample(image, (i) => image[i]);
  const low = valueAt(sorted, LOW_PERCENTILE / 100);
  let high = valueAt(sorted, HIGH_PERCENTILE / 100);
  // From below, where no nuclei are: up to three quarters of a volume may be nuclei.
  const quarter = valueAt(sorted, 0.25);
  const sigma = (quarter - low) / (SIGMAS_AT_1 - SIGMAS_AT_25);
  const background = quarter + SIGMAS_AT_25 * sigma;
  if (high <= background + NOISE_REACHES_SIGMAS * sigma) {
    const smooth = sortedSample(image, withoutHotPixels(image));
    const rare = Math.max(RARE_SHARE, RARE_VOXELS / image.length);
    high = Math.max(background + ROOM_ABOVE_NOISE_SIGMAS * sigma, valueAt(smooth, Math.max(0, 1 - rare)));
  }
  return { low, high: high > low ? high : low + 1 };
}

/** The window of a larger volume is measured in bricks that lie evenly in it, half as many voxels together. */
export const MAX_MEASURED_VOXELS = 64_000_000;

/** `measureWindow` of an image that is read where it is needed. It depends on the volume alone. */
export async function measureSource(source: ImageSource, maxVoxels = MAX_MEASURED_VOXELS): Promise<IntensityWindow> {
  if (voxelCount(source.shapeZyx) <= maxVoxels) return measureWindow(await source.readImage(wholeBox(source.shapeZyx)));
  const boxes = brickKeysOfBox(wholeBox(source.shapeZyx)).map((key) => ({
    at: brickPositionZyx(key),
    box: brickBox(key, source.shapeZyx),
  }));
  const every = Math.ceil((2 * voxelCount(source.shapeZyx)) / maxVoxels);
  // A lattice that is oblique to the axes: no row of bricks is left out.
  const measured = boxes.filter(({ at: [z, y, x] }) => (x + 3 * y + 5 * z) % every === 0);
  const image = new Float32Array(measured.reduce((sum, { box }) => sum + voxelCount(boxShape(box)), 0));
  let at = 0;
  for (const { box } of measured) {
    const values = await source.readImage(box);
    image.set(values, at);
    at += values.length;
  }
  return measureWindow(image);
}

/** The window mapped to [0, 1]; values outside are clipped. */
export function normaliseImage(image: Float32Array, { low, high }: IntensityWindow): Float32Array<ArrayBuffer> {
  const scale = 1 / (high - low);
  const normalised = new Float32Array(image.length);
  for (let i = 0; i < image.length; i++) normalised[i] = Math.min(1, Math.max(0, (image[i] - low) * scale));
  return normalised;
}
