import type { VoxelSpace } from "../volume/voxel-space.ts";

/** What a class is told by, in this order. A classifier names the features it was made for: change a meaning, change the name. */
export const featureNames = [
  "log-volume",
  "log-elongation",
  "log-flatness",
  "sphericity",
  "brightness",
  "log-brightness",
  "contrast",
  "skewness",
  "dark-tail",
  "bright-tail",
  "fine-texture",
  "texture",
  "coarse-texture",
  "texture-in-depth",
  "bright-inside",
] as const;

/** In the order of `featureNames`; null where it cannot be measured. */
export type NucleusFeatures = readonly (number | null)[];

/** Steps at which brightness is compared with itself, in diameters of the nucleus. */
const FINE = 1 / 16;
const MIDDLE = 1 / 8;
const COARSE = 1 / 4;
/** Of an evenly filled ellipsoid, half of the voxels lie inside of this share of its radius. */
const INNER_HALF = 0.5 ** (1 / 3);
/** Share of the image's window; what is darker is as dark. */
const DARKEST = 0.01;
/** Share of the window: below it a nucleus has no texture that could be told from rounding. */
const LEAST_CONTRAST = 1e-6;

/** As core/morphometry measures it. */
interface Shape {
  readonly volumeUm3: number;
  readonly elongation: number;
  readonly flatness: number;
  readonly sphericity: number;
}

export interface NucleiToMeasure extends VoxelSpace {
  readonly labels: Uint32Array;
  /** As stored. */
  readonly image: Float32Array;
  /** Intensities that are 0 and 1, of the whole volume: brightness is comparable between volumes. */
  readonly window: { readonly low: number; readonly high: number };
  /** Without one: cut by the border, or too small; its brightness counts alone. */
  readonly shapes: ReadonlyMap<number, Shape>;
}

/**
 * Features of every wanted label. They follow from the nucleus's own voxels alone, in the order z, y, x, so that it does not
 * matter in how large a part of the volume it is looked at.
 */
export function measureFeatures(
  nuclei: NucleiToMeasure,
  isWanted: (label: number) => boolean,
): Map<number, NucleusFeatures> {
  const features = new Map<number, NucleusFeatures>();
  for (const [label, voxels] of voxelsByLabel(nuclei.labels, isWanted))
    features.set(
      label,
      [...shapeFeatures(nuclei.shapes.get(label)), ...brightnessFeatures(nuclei, label, voxels)].map(finiteOrNull),
    );
  return features;
}

/** Images of floating point may hold voxels that are no numbers. */
const finiteOrNull = (value: number | null): number | null => (Number.isFinite(value) ? value : null);

function voxelsByLabel(labels: Uint32Array, isWanted: (label: number) => boolean): Map<number, Uint32Array> {
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) if (labels[i] !== 0) counts.set(labels[i], (counts.get(labels[i]) ?? 0) + 1);
  const voxels = new Map<number, Uint32Array>();
  const filled = new Map<number, number>();
  for (const [label, count] of counts) if (isWanted(label)) voxels.set(label, new Uint32Array(count));
  for (let i = 0; i < labels.length; i++) {
    const its = labels[i] === 0 ? undefined : voxels.get(labels[i]);
    if (!its) continue;
    const at = filled.get(labels[i]) ?? 0;
    its[at] = i;
    filled.set(labels[i], at + 1);
  }
  return voxels;
}

const shapeFeatures = (shape: Shape | undefined): NucleusFeatures =>
  shape
    ? [Math.log(shape.volumeUm3), Math.log(shape.elongation), Math.log(shape.flatness), shape.sphericity]
    : [null, null, null, null];

function brightnessFeatures(nuclei: NucleiToMeasure, label: number, voxels: Uint32Array): NucleusFeatures {
  const { image, window, voxelSizeZyx } = nuclei;
  const scale = 1 / (window.high - window.low);
  const values = Float64Array.from(voxels, (i) => (image[i] - window.low) * scale);
  const mean = meanOf(values);
  const moment = (power: number) => meanOf(values.map((value) => (value - mean) ** power));
  const contrast = Math.sqrt(moment(2));
  const brightness = [mean, Math.log(Math.max(DARKEST, mean)), contrast];
  if (contrast < LEAST_CONTRAST) return [...brightness, null, null, null, null, null, null, null, null];
  const sorted = values.toSorted();
  const percentile = (share: number) => sorted[Math.round(share * (sorted.length - 1))];
  const [vz, vy, vx] = voxelSizeZyx;
  const diameterUm = Math.cbrt((6 / Math.PI) * voxels.length * vz * vy * vx);
  const roughness = (steps: number, axes: readonly (0 | 1 | 2)[]) => {
    const difference = meanSquareDifference(nuclei, label, voxels, steps * diameterUm, axes);
    return difference === null ? null : (difference * scale * scale) / contrast ** 2;
  };
  return [
    ...brightness,
    moment(3) / contrast ** 3,
    (percentile(0.5) - percentile(0.05)) / contrast,
    (percentile(0.95) - percentile(0.5)) / contrast,
    roughness(FINE, [1, 2]),
    roughness(MIDDLE, [1, 2]),
    roughness(COARSE, [1, 2]),
    roughness(COARSE, [0]),
    brightInside(nuclei, voxels, values, contrast),
  ];
}

/** Between voxels of the nucleus that lie so far apart along an axis, at least one voxel; null where there are none. */
function meanSquareDifference(
  { labels, image, shapeZyx, voxelSizeZyx }: NucleiToMeasure,
  label: number,
  voxels: Uint32Array,
  stepUm: number,
  axes: readonly (0 | 1 | 2)[],
): number | null {
  const strides = [shapeZyx[1] * shapeZyx[2], shapeZyx[2], 1];
  let sum = 0;
  let pairs = 0;
  for (const axis of axes) {
    const step = Math.max(1, Math.round(stepUm / voxelSizeZyx[axis]));
    for (const i of voxels) {
      if ((Math.floor(i / strides[axis]) % shapeZyx[axis]) + step >= shapeZyx[axis]) continue;
      const other = i + step * strides[axis];
      if (labels[other] !== label) continue;
      sum += (image[other] - image[i]) ** 2;
      pairs++;
    }
  }
  return pairs === 0 ? null : sum / pairs;
}

/** How much brighter its inner half is than its outer one, in units of its contrast. Inside is told by an ellipsoid along the axes. */
function brightInside(
  { shapeZyx: [, height, width] }: NucleiToMeasure,
  voxels: Uint32Array,
  values: Float64Array,
  contrast: number,
): number | null {
  // From the first voxel, so that the numbers are the same wherever the nucleus lies in what is seen.
  const placeOf = (i: number) => [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
  const origin = placeOf(voxels[0]);
  const places = ([0, 1, 2] as const).map((axis) => Float64Array.from(voxels, (i) => placeOf(i)[axis] - origin[axis]));
  const centres = places.map(meanOf);
  const variances = places.map((along, axis) => meanOf(along.map((place) => (place - centres[axis]) ** 2)));
  let [inner, outer, innerCount, outerCount] = [0, 0, 0, 0];
  for (let k = 0; k < values.length; k++) {
    let square = 0;
    for (const axis of [0, 1, 2] as const)
      if (variances[axis] > 0) square += (places[axis][k] - centres[axis]) ** 2 / variances[axis];
    // An evenly filled ellipsoid has a variance of a fifth of its half axis, squared.
    if (square <= 5 * INNER_HALF ** 2) {
      inner += values[k];
      innerCount++;
    } else {
      outer += values[k];
      outerCount++;
    }
  }
  return innerCount === 0 || outerCount === 0 ? null : (inner / innerCount - outer / outerCount) / contrast;
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
