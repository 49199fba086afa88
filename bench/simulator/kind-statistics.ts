import type { VoxelSpace } from "../../core/volume/voxel-space.ts";
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
  const areas = new Map<number, Uint32Array>();
  for (let z = 0, at = 0; z < depth; z++)
    for (let i = 0; i < height * width; i++, at++) {
      if (!labels[at]) continue;
      const area = areas.get(labels[at]) ?? new Uint32Array(depth);
      areas.set(labels[at], area);
      area[z]++;
    }
  const found: number[] = [];
  const reach = Math.ceil((REACH_DIAMETERS * diameterUm) / voxelSizeZyx[2]);
  for (const [label, area] of areas) {
    const z = area.indexOf(Math.max(...area));
    const sums = new Map<number, { sum: number; count: number }>();
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const at = (z * height + y) * width + x;
        if (labels[at] !== label && labels[at] !== 0) continue;
        const distance = nearestOther(labels, label, z, y, x, reach, height, width);
        if (distance === null) continue;
        const bin = Math.round((distance * voxelSizeZyx[2]) / diameterUm / STEP_DIAMETERS / 2);
        const entry = sums.get(bin) ?? { sum: 0, count: 0 };
        sums.set(bin, { sum: entry.sum + seen[at], count: entry.count + 1 });
      }
    const profile = [...sums].sort((a, b) => a[0] - b[0]).map(([bin, { sum, count }]) => [bin, sum / count] as const);
    if (profile.length < 5) continue;
    const high = Math.max(...profile.filter(([bin]) => bin < 0).map(([, value]) => value));
    const low = Math.min(...profile.filter(([bin]) => bin >= 0).map(([, value]) => value));
    if (!(high > low)) continue;
    const crossing = [...profile].reverse().find(([, value]) => value >= (high + low) / 2);
    if (crossing) found.push(-crossing[0] * 2 * STEP_DIAMETERS);
  }
  found.sort((a, b) => a - b);
  return found[found.length >> 1] ?? 0;
}

/** Voxels to the outline in the slice, negative inside; null where it is far. */
function nearestOther(
  labels: ArrayLike<number>,
  label: number,
  z: number,
  y: number,
  x: number,
  reach: number,
  height: number,
  width: number,
): number | null {
  const isInside = labels[(z * height + y) * width + x] === label;
  let best = Number.POSITIVE_INFINITY;
  for (let dy = -reach; dy <= reach; dy++)
    for (let dx = -reach; dx <= reach; dx++) {
      const [sy, sx] = [y + dy, x + dx];
      if (sy < 0 || sx < 0 || sy >= height || sx >= width) continue;
      if ((labels[(z * height + sy) * width + sx] === label) === isInside) continue;
      best = Math.min(best, dy * dy + dx * dx);
    }
  if (best > reach * reach) return null;
  return (isInside ? -1 : 1) * (Math.sqrt(best) - 0.5);
}
