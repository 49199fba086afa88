import { findObjects } from "../../core/labels/object-boxes.ts";
import { meanOfDefined } from "../../core/metrics/score-segmentation.ts";
import { type VoxelSpace, voxelCount } from "../../core/volume/voxel-space.ts";
import { type InstanceThresholds, segmentInstances } from "./instances.ts";
import { scoreWhereKnown } from "./known-scores.ts";
import type { ProbabilityMaps } from "./predict.ts";

/** A predicted volume of the labelled pool with what people said about it. */
export interface TuningVolume extends VoxelSpace {
  readonly maps: ProbabilityMaps;
  readonly labels: Uint32Array;
  /** 0 unknown, 1 background, 2 foreground. */
  readonly known: Uint8Array;
}

/** Half the median radius of the nuclei apart, a tenth of their median volume at least: where tuning begins. */
export function startingThresholds(volumes: readonly (VoxelSpace & { labels: Uint32Array })[]): InstanceThresholds {
  const volumesUm3 = volumes
    .flatMap(({ labels, shapeZyx, voxelSizeZyx: [z, y, x] }) =>
      findObjects(labels, shapeZyx).map(({ voxels }) => voxels * z * y * x),
    )
    .sort((a, b) => a - b);
  const medianUm3 = volumesUm3[Math.floor(volumesUm3.length / 2)] ?? 0;
  const radiusUm = Math.cbrt((3 * medianUm3) / (4 * Math.PI));
  return { foreground: 0.5, seed: 0.5, minSeparationUm: radiusUm / 2, minVolumeUm3: medianUm3 / 10, wall: 0 };
}

/** Shares of the median radius that are tried as the least distance of two seeds. */
const SEPARATIONS = [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1];
const SEED_LEVELS = [0.35, 0.5, 0.6];
const FOREGROUND_LEVELS = [0.4, 0.5, 0.6];

/**
 * The thresholds that segment the labelled pool best, by the mean of AP over IoU 0.5…0.95: first how seeds are found,
 * then where the foreground ends. Between equals the middle of the best run of separations wins: it has the most room on
 * both sides on volumes that were not labelled.
 */
export function tuneThresholds(volumes: readonly TuningVolume[], start: InstanceThresholds): InstanceThresholds {
  const [z, y, x] = volumes[0]?.voxelSizeZyx ?? [1, 1, 1];
  const minVoxels = Math.max(1, Math.round(start.minVolumeUm3 / (z * y * x)));
  const score = (thresholds: InstanceThresholds) =>
    meanOfDefined(
      volumes.map(
        (volume) =>
          scoreWhereKnown(volume.labels, segmentInstances(volume.maps, volume, thresholds), volume.known, minVoxels)
            .apMean,
      ),
    ) ?? 0;
  const radiusUm = start.minSeparationUm * 2;
  let best = start;
  let bestScore = -1;
  for (const seed of SEED_LEVELS) {
    const scores = SEPARATIONS.map((share) => score({ ...start, seed, minSeparationUm: share * radiusUm }));
    const smoothed = scores.map((_, i) => meanOfDefined(scores.slice(Math.max(0, i - 1), i + 2)) ?? 0);
    const at = middleOfBest(smoothed);
    if (smoothed[at] > bestScore + 1e-9) {
      bestScore = smoothed[at];
      best = { ...start, seed, minSeparationUm: SEPARATIONS[at] * radiusUm };
    }
  }
  const foreground = FOREGROUND_LEVELS.map((level) => score({ ...best, foreground: level }));
  return { ...best, foreground: FOREGROUND_LEVELS[middleOfBest(foreground)] };
}

/** Index in the middle of the first longest run of values that equal the largest. */
export function middleOfBest(values: readonly number[]): number {
  const largest = Math.max(...values);
  let bestStart = 0;
  let bestLength = 0;
  let start = -1;
  values.forEach((value, i) => {
    if (value < largest - 1e-9) {
      start = -1;
      return;
    }
    if (start < 0) start = i;
    if (i - start + 1 > bestLength) {
      bestStart = start;
      bestLength = i - start + 1;
    }
  });
  return bestStart + Math.floor((bestLength - 1) / 2);
}

/** As many of the volumes, first ones first, as hold at most this many voxels together; one at least. */
export function limitVoxels<T extends VoxelSpace>(volumes: readonly T[], maxVoxels: number): T[] {
  let sum = 0;
  return volumes.filter(({ shapeZyx }, index) => {
    sum += voxelCount(shapeZyx);
    return index === 0 || sum <= maxVoxels;
  });
}
