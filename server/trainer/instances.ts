import { findObjects } from "../../core/labels/object-boxes.ts";
import { seededWatershed } from "../../core/labels/watershed.ts";
import type { VoxelSpace } from "../../core/volume/voxel-space.ts";
import { fillHoles } from "./fill-holes.ts";
import { findSeeds } from "./find-seeds.ts";
import type { ProbabilityMaps } from "./predict.ts";
import { smooth } from "./smooth.ts";

/** Tuned on the labelled pool only, and stored with the checkpoint. */
export interface InstanceThresholds {
  readonly foreground: number;
  /** Least smoothed distance of a seed. */
  readonly seed: number;
  readonly minSeparationUm: number;
  readonly minVolumeUm3: number;
  /** How much the boundary probability raises the watershed's landscape. */
  readonly wall: number;
}

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
  const { shapeZyx, voxelSizeZyx } = space;
  const mask = new Uint8Array(maps.foreground.length);
  for (let i = 0; i < mask.length; i++) mask[i] = maps.foreground[i] > thresholds.foreground && !forbidden?.[i] ? 1 : 0;
  const inPlaneUm = Math.min(voxelSizeZyx[1], voxelSizeZyx[2]);
  const smoothed = smooth(maps.distance, space, inPlaneUm);
  const seeds = findSeeds(smoothed, mask, space, thresholds.seed, thresholds.minSeparationUm);
  const landscape = smoothed.map((value, i) => thresholds.wall * maps.boundary[i] - value);
  const labels = seededWatershed(landscape, seeds, mask, shapeZyx);
  removeSmall(labels, space, thresholds.minVolumeUm3);
  fillHoles(labels, shapeZyx, forbidden);
  return labels;
}

function removeSmall(labels: Uint32Array, { shapeZyx, voxelSizeZyx }: VoxelSpace, minVolumeUm3: number): void {
  const voxelUm3 = voxelSizeZyx[0] * voxelSizeZyx[1] * voxelSizeZyx[2];
  const small = new Set<number>();
  for (const { label, voxels } of findObjects(labels, shapeZyx)) if (voxels * voxelUm3 < minVolumeUm3) small.add(label);
  if (small.size === 0) return;
  for (let i = 0; i < labels.length; i++) if (small.has(labels[i])) labels[i] = 0;
}
