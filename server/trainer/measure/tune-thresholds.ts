import type { InstanceThresholds } from "../../../core/checkpoint/trained-model.ts";
import { findSeeds } from "../../../core/labels/find-seeds.ts";
import { findObjects } from "../../../core/labels/object-boxes.ts";
import { meanOfDefined } from "../../../core/metrics/score-segmentation.ts";
import { foregroundMask, type ProbabilityMaps, smoothDistance } from "../../../core/perception/probability-maps.ts";
import type { VoxelSpace } from "../../../core/volume/voxel-space.ts";
import { floodSeeds } from "../instances/instances.ts";
import { scoreWhereKnown } from "./known-scores.ts";

/** A predicted volume of the labelled pool with what people said about it. */
export interface TuningVolume extends VoxelSpace {
  readonly maps: ProbabilityMaps;
  readonly labels: Uint32Array;
  /** 0 unknown, 1 background, 2 foreground. */
  readonly known: Uint8Array;
}

/**
 * What is so many times larger than every labelled nucleus is no nucleus: weights that have learned little take the
 * whole dark background for one. Ten leaves room for an earlier stage, whose nuclei are several times larger.
 */
const MAX_TIMES_LARGEST = 10;

/**
 * Half the median radius of the nuclei apart, a tenth of their median volume at least, ten times the largest at most:
 * where tuning begins.
 */
export function startingThresholds(volumes: readonly (VoxelSpace & { labels: Uint32Array })[]): InstanceThresholds {
  const volumesUm3 = volumes
    .flatMap(({ labels, shapeZyx, voxelSizeZyx: [z, y, x] }) =>
      findObjects(labels, shapeZyx).map(({ voxels }) => voxels * z * y * x),
    )
    .sort((a, b) => a - b);
  const medianUm3 = volumesUm3[Math.floor(volumesUm3.length / 2)] ?? 0;
  const radiusUm = Math.cbrt((3 * medianUm3) / (4 * Math.PI));
  return {
    foreground: 0.5,
    seed: 0.5,
    minSeparationUm: radiusUm / 2,
    minVolumeUm3: medianUm3 / 10,
    maxVolumeUm3: MAX_TIMES_LARGEST * (volumesUm3.at(-1) ?? Number.MAX_VALUE / MAX_TIMES_LARGEST),
    wall: 0,
  };
}

/** Shares of the median radius that are tried as the least distance of two seeds. */
const SEPARATIONS = [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1];
/** The first of each is kept unless another is clearly better. */
const SEED_LEVELS = [0.5, 0.35, 0.6];
const FOREGROUND_LEVELS = [0.5, 0.4, 0.6];
/** In mean AP: less is chance on a pool of a few dozen nuclei, and low levels cost false nuclei on unseen volumes. */
const CLEARLY_BETTER = 0.01;

/**
 * The thresholds that segment the labelled pool best, by the mean of AP over IoU 0.5…0.95: first how seeds are found,
 * then where the foreground ends. Between equals the middle of the best run of separations wins: it has the most room on
 * both sides on volumes that were not labelled.
 */
export function tuneThresholds(volumes: readonly TuningVolume[], start: InstanceThresholds): InstanceThresholds {
  const scorers = volumes.map((volume) => createScorer(volume, start.minVolumeUm3));
  const score = (thresholds: InstanceThresholds) => meanOfDefined(scorers.map((scorer) => scorer(thresholds))) ?? 0;
  const radiusUm = start.minSeparationUm * 2;
  const bySeed = SEED_LEVELS.map((seed) => {
    const scores = SEPARATIONS.map((share) => score({ ...start, seed, minSeparationUm: share * radiusUm }));
    // Neighbours count too: a single lucky separation is no plateau.
    const smoothed = scores.map((_, i) => meanOfDefined(scores.slice(Math.max(0, i - 1), i + 2)) ?? 0);
    const at = middleOfBest(smoothed);
    return { thresholds: { ...start, seed, minSeparationUm: SEPARATIONS[at] * radiusUm }, score: smoothed[at] };
  });
  const { thresholds: seeded } = firstClearlyBest(bySeed);
  const byForeground = FOREGROUND_LEVELS.map((foreground) => {
    const thresholds = { ...seeded, foreground };
    return { thresholds, score: score(thresholds) };
  });
  return firstClearlyBest(byForeground).thresholds;
}

interface Candidate {
  readonly thresholds: InstanceThresholds;
  readonly score: number;
}

const firstClearlyBest = ([first, ...others]: readonly Candidate[]): Candidate =>
  others.reduce((best, other) => (other.score > best.score + CLEARLY_BETTER ? other : best), first);

/** Scores thresholds on one volume; those that lead to the same seeds are flooded once. */
function createScorer(volume: TuningVolume, minVolumeUm3: number): (thresholds: InstanceThresholds) => number | null {
  const { maps, labels, known, voxelSizeZyx } = volume;
  const minVoxels = Math.max(1, Math.round(minVolumeUm3 / (voxelSizeZyx[0] * voxelSizeZyx[1] * voxelSizeZyx[2])));
  const smoothed = smoothDistance(maps, volume);
  const scored = new Map<string, number | null>();
  return (thresholds) => {
    const mask = foregroundMask(maps, thresholds.foreground);
    const seeds = findSeeds(smoothed, mask, volume, thresholds.seed, thresholds.minSeparationUm);
    const key = `${thresholds.foreground} ${seeds.join()}`;
    const before = scored.get(key);
    if (before !== undefined) return before;
    const found = floodSeeds(maps, smoothed, seeds, mask, volume, thresholds);
    const score = scoreWhereKnown(labels, found, known, minVoxels).apMean;
    scored.set(key, score);
    return score;
  };
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
