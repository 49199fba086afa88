import { distanceToNearest } from "../../core/labels/distance-transform.ts";
import { findObjects, growBox } from "../../core/labels/object-boxes.ts";
import type { VoxelBox, VoxelSpace, Zyx } from "../../core/volume/voxel-space.ts";
import { greyOf, type SeenVolume } from "./slice-pictures.ts";

/** What a kind of image is like in numbers; intensities between 0 and 1 as the trainer sees them. */
export interface KindStatistics {
  /** 10th, 50th, 75th, 90th and 99th percentile. */
  readonly quantiles: readonly number[];
  /** Share of the in-plane variance at waves of 2–4, 4–8, 8–16, 16–32 and more voxels (differences of running means). */
  readonly waves: readonly number[];
  /** Mean inside over mean outside of the labels. */
  readonly contrast: number | null;
  /** How far the outlines lie outside of the nuclei's half maximum, in diameters: median over the nuclei. */
  readonly generosity: number | null;
  readonly insideShare: number | null;
}

const PERCENTILES = [0.1, 0.5, 0.75, 0.9, 0.99];

export function statisticsOf(volume: SeenVolume, diameterUm: number): KindStatistics {
  const grey = greyOf(volume.image);
  const seen = Float32Array.from(volume.image, (value) => grey(value) / 255);
  const sorted = seen.slice().sort();
  const { labels } = volume;
  let [inside, outside, voxels] = [0, 0, 0];
  if (labels)
    for (let i = 0; i < seen.length; i++)
      if (labels[i]) {
        inside += seen[i];
        voxels++;
      } else outside += seen[i];
  return {
    quantiles: PERCENTILES.map((share) => sorted[Math.round(share * (sorted.length - 1))]),
    waves: wavesOf(seen, volume),
    contrast: labels && voxels ? inside / voxels / (outside / Math.max(1, seen.length - voxels)) : null,
    generosity: labels ? generosityOf(seen, volume, labels, diameterUm) : null,
    insideShare: labels ? voxels / seen.length : null,
  };
}

/** Variance that each further halving of the middle slices takes away. */
function wavesOf(seen: Float32Array, { shapeZyx: [depth, height, width] }: VoxelSpace): number[] {
  const from = Math.floor(depth / 2) * height * width;
  let rows = height;
  let columns = width;
  let slice = seen.slice(from, from + height * width);
  const variances = [variance(slice)];
  for (let octave = 0; octave < 4 && Math.min(rows, columns) >= 4; octave++) {
    const [h, w] = [rows >> 1, columns >> 1];
    const half = new Float32Array(h * w);
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++) {
        const at = 2 * y * columns + 2 * x;
        half[y * w + x] = (slice[at] + slice[at + 1] + slice[at + columns] + slice[at + columns + 1]) / 4;
      }
    [slice, rows, columns] = [half, h, w];
    variances.push(variance(slice));
  }
  const lost = variances.slice(1).map((after, i) => (variances[i] - after) / variances[0]);
  return [...lost, variances[variances.length - 1] / variances[0]];
}

function variance(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

const STEP_DIAMETERS = 0.02;
const REACH_DIAMETERS = 0.3;

/**
 * In-plane: the profile of the image over the distance from a nucleus' outline, in the slice where it is largest, is followed to the
 * middle between its inner and its outer level; that is the half maximum. Positive: the outline lies outside of it.
 */
function generosityOf(
  seen: Float32Array,
  { shapeZyx: [depth, height, width], voxelSizeZyx }: VoxelSpace,
  labels: ArrayLike<number>,
  diameterUm: number,
): number {
  const found: number[] = [];
  const reach = Math.ceil((REACH_DIAMETERS * diameterUm) / voxelSizeZyx[2]) + 1;
  for (const { label, box } of findObjects(Uint32Array.from(labels), [depth, height, width])) {
    const crop = growBox(box, [0, reach, reach], [depth, height, width]);
    const z = fullestSlice(labels, label, crop, height, width);
    const shape: Zyx = [1, crop.maxZyx[1] - crop.minZyx[1], crop.maxZyx[2] - crop.minZyx[2]];
    const indices: number[] = [];
    for (let y = crop.minZyx[1]; y < crop.maxZyx[1]; y++)
      for (let x = crop.minZyx[2]; x < crop.maxZyx[2]; x++) indices.push((z * height + y) * width + x);
    const own = Uint8Array.from(indices, (at) => (labels[at] === label ? 1 : 0));
    const outwards = distanceToNearest(own, shape, voxelSizeZyx);
    const inwards = distanceToNearest(
      own.map((is) => 1 - is),
      shape,
      voxelSizeZyx,
    );
    const bins = new Map<number, { sum: number; count: number }>();
    indices.forEach((at, i) => {
      if (labels[at] !== label && labels[at] !== 0) return;
      const away = (own[i] ? 0.5 * voxelSizeZyx[2] - inwards[i] : outwards[i] - 0.5 * voxelSizeZyx[2]) / diameterUm;
      if (Math.abs(away) > REACH_DIAMETERS) return;
      const bin = Math.round(away / STEP_DIAMETERS);
      const { sum, count } = bins.get(bin) ?? { sum: 0, count: 0 };
      bins.set(bin, { sum: sum + seen[at], count: count + 1 });
    });
    const profile = [...bins].sort((a, b) => a[0] - b[0]).map(([bin, { sum, count }]) => [bin, sum / count] as const);
    const half = halfMaximumAt(profile);
    if (half !== null) found.push(-half * STEP_DIAMETERS);
  }
  found.sort((a, b) => a - b);
  return found[found.length >> 1] ?? 0;
}

/** The outermost bin that is at least half as bright, between the darkest outside and the brightest inside. */
function halfMaximumAt(profile: readonly (readonly [bin: number, value: number])[]): number | null {
  const inside = profile.filter(([bin]) => bin < 0).map(([, value]) => value);
  const outside = profile.filter(([bin]) => bin >= 0).map(([, value]) => value);
  if (inside.length < 3 || outside.length < 3) return null;
  const half = (Math.max(...inside) + Math.min(...outside)) / 2;
  return profile.findLast(([, value]) => value >= half)?.[0] ?? null;
}

function fullestSlice(
  labels: ArrayLike<number>,
  label: number,
  { minZyx, maxZyx }: VoxelBox,
  height: number,
  width: number,
): number {
  let best = { z: minZyx[0], voxels: 0 };
  for (let z = minZyx[0]; z < maxZyx[0]; z++) {
    let voxels = 0;
    for (let y = minZyx[1]; y < maxZyx[1]; y++)
      for (let x = minZyx[2]; x < maxZyx[2]; x++) if (labels[(z * height + y) * width + x] === label) voxels++;
    if (voxels > best.voxels) best = { z, voxels };
  }
  return best.z;
}
