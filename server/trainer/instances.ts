import type { InstanceThresholds } from "../../core/checkpoint/trained-model.ts";
import { findObjects } from "../../core/labels/object-boxes.ts";
import { seededWatershed } from "../../core/labels/watershed.ts";
import type { VoxelSpace } from "../../core/volume/voxel-space.ts";
import { fillHoles } from "./fill-holes.ts";
import { findSeeds } from "./find-seeds.ts";
import type { ProbabilityMaps } from "./predict.ts";
import { smooth } from "./smooth.ts";

/**
 * Nuclei from probabilities: seeds are separated maxima of the smoothed distance, flooded down the distance within the
 * foreground. Voxels where `forbidden` is not 0 (accepted nuclei) take no part. Labels are 1…n, in order of their seeds.
 */
export function segmentInstances(
  maps: ProbabilityMaps,
  space: VoxelSpace,
  thresholds: InstanceThresholds,
  forbidden?: Uint8Array,
): Uint32Array<ArrayBuffer> {
  const smoothed = smoothDistance(maps, space);
  const mask = foregroundMask(maps, thresholds.foreground, forbidden);
  const seeds = findSeeds(smoothed, mask, space, thresholds.seed, thresholds.minSeparationUm);
  return floodSeeds(maps, smoothed, seeds, mask, space, thresholds, forbidden);
}

/** The predicted distance without its voxel noise. */
export const smoothDistance = (maps: ProbabilityMaps, space: VoxelSpace): Float32Array =>
  smooth(maps.distance, space, Math.min(space.voxelSizeZyx[1], space.voxelSizeZyx[2]));

export function foregroundMask(maps: ProbabilityMaps, least: number, forbidden?: Uint8Array): Uint8Array {
  const mask = new Uint8Array(maps.foreground.length);
  for (let i = 0; i < mask.length; i++) mask[i] = maps.foreground[i] > least && !forbidden?.[i] ? 1 : 0;
  return mask;
}

/** Nuclei from their seeds; the last part of `segmentInstances`. */
export function floodSeeds(
  maps: ProbabilityMaps,
  smoothed: Float32Array,
  seeds: readonly number[],
  mask: Uint8Array,
  space: VoxelSpace,
  thresholds: InstanceThresholds,
  forbidden?: Uint8Array,
): Uint32Array<ArrayBuffer> {
  const seedLabels = new Uint32Array(mask.length);
  seeds.forEach((voxel, index) => {
    seedLabels[voxel] = index + 1;
  });
  const landscape = smoothed.map((value, i) => thresholds.wall * maps.boundary[i] - value);
  const labels = seededWatershed(landscape, seedLabels, mask, space.shapeZyx);
  removeImplausible(labels, space, thresholds);
  fillHoles(labels, space.shapeZyx, forbidden);
  return labels;
}

/** What is too small or too large for a nucleus is background. */
function removeImplausible(
  labels: Uint32Array,
  { shapeZyx, voxelSizeZyx }: VoxelSpace,
  { minVolumeUm3, maxVolumeUm3 }: InstanceThresholds,
): void {
  const voxelUm3 = voxelSizeZyx[0] * voxelSizeZyx[1] * voxelSizeZyx[2];
  const implausible = new Set<number>();
  for (const { label, voxels } of findObjects(labels, shapeZyx)) {
    const um3 = voxels * voxelUm3;
    if (um3 < minVolumeUm3 || um3 > maxVolumeUm3) implausible.add(label);
  }
  if (implausible.size === 0) return;
  for (let i = 0; i < labels.length; i++) if (implausible.has(labels[i])) labels[i] = 0;
}
