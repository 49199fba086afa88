import type { InstanceThresholds } from "../../../core/checkpoint/trained-model.ts";
import { fillHoles } from "../../../core/labels/fill-holes.ts";
import { findSeeds, placeSeeds } from "../../../core/labels/find-seeds.ts";
import { findObjects } from "../../../core/labels/object-boxes.ts";
import { seededWatershed, UNCERTAIN } from "../../../core/labels/watershed.ts";
import {
  foregroundMask,
  landscapeOf,
  type ProbabilityMaps,
  smoothDistance,
  smoothingUm,
} from "../../../core/perception/probability-maps.ts";
import { smoothingReach } from "../../../core/volume/smooth.ts";
import { type VoxelSpace, wholeBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import { forEachRow, growMarks, isWhole, type Region, regionOf, withoutRim } from "../bricks/region.ts";

/**
 * Nuclei from probabilities: seeds are separated maxima of the smoothed distance, flooded down the distance within the
 * foreground. Voxels where `forbidden` is not 0 (accepted nuclei) take no part. Labels are 1…n, in order of their seeds.
 */
export const segmentInstances = (
  maps: ProbabilityMaps,
  space: VoxelSpace,
  thresholds: InstanceThresholds,
  forbidden?: Uint8Array,
): Uint32Array<ArrayBuffer> =>
  segmentRegion(maps, regionOf(wholeBox(space.shapeZyx), space), thresholds, forbidden).labels;

export interface RegionInstances {
  /** 0, label, or `UNCERTAIN`: where only the rest of the volume decides which of both it is. */
  readonly labels: Uint32Array<ArrayBuffer>;
  /** Voxels of the seeds that are sure, highest first: the seed of label n is the n-th. */
  readonly seeds: readonly number[];
  /** Of every voxel, as seeds are ordered by it. */
  readonly heights: Float32Array;
}

/**
 * The nuclei of a volume as far as a region of it tells them: all that has a label is, voxel by voxel, a nucleus of
 * `segmentInstances` of the whole volume, and all that is 0 is background there, or enclosed by what is uncertain. Only the
 * order of labels is the region's own.
 */
export function segmentRegion(
  maps: ProbabilityMaps,
  region: Region,
  thresholds: InstanceThresholds,
  forbidden?: Uint8Array,
): RegionInstances {
  const heights = smoothDistance(maps, region);
  const mask = foregroundMask(maps, thresholds.foreground, forbidden);
  if (isWhole(region)) {
    const seeds = findSeeds(heights, mask, region, thresholds.seed, thresholds.minSeparationUm);
    return { labels: floodSeeds(maps, heights, seeds, mask, region, thresholds, forbidden), seeds, heights };
  }
  // Beyond a cut face smoothing and peaks see other voxels than these.
  const reach = smoothingReach(region.voxelSizeZyx, smoothingUm(region));
  const trusted = withoutRim(region, [reach[0] + 1, reach[1] + 1, reach[2] + 1]);
  const { seed: least, minSeparationUm } = thresholds;
  const { seeds, uncertain } = placeSeeds({ ...region, height: heights, mask, least, minSeparationUm }, trusted);
  const seedLabels = new Uint32Array(mask.length).fill(UNCERTAIN);
  forEachRow(trusted, region.shapeZyx, (first, end) => seedLabels.fill(0, first, end));
  for (const voxel of uncertain) seedLabels[voxel] = UNCERTAIN;
  seeds.forEach((voxel, index) => {
    seedLabels[voxel] = index + 1;
  });
  const labels = seededWatershed(landscapeOf(maps, heights, thresholds), seedLabels, mask, region.shapeZyx);
  settle(labels, region, thresholds, forbidden);
  return { labels, seeds, heights };
}

/** Objects that may go on where nothing is certain become uncertain themselves; of the others those of no nucleus' size go. */
function settle(labels: Uint32Array, region: Region, thresholds: InstanceThresholds, forbidden?: Uint8Array): void {
  const unsettled = labelsBeside(labels, region.shapeZyx, [1, 1, 1]);
  unsettled.add(UNCERTAIN);
  const gone = implausibleLabels(labels, region, thresholds, unsettled);
  replaceLabels(labels, gone, 0);
  for (const label of gone) unsettled.delete(label);
  for (const label of fillHoles(labels, region.shapeZyx, forbidden, unsettled)) unsettled.add(label);
  replaceLabels(labels, unsettled, UNCERTAIN);
}

/** Labels within so many voxels of an uncertain one. */
export function labelsBeside(labels: Uint32Array, shapeZyx: Zyx, reachZyx: Zyx): Set<number> {
  const uncertain = Uint8Array.from(labels, (label) => (label === UNCERTAIN ? 1 : 0));
  const near = growMarks(uncertain, shapeZyx, reachZyx);
  const found = new Set<number>();
  for (let i = 0; i < labels.length; i++)
    if (near[i] && labels[i] !== 0 && labels[i] !== UNCERTAIN) found.add(labels[i]);
  return found;
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
  const labels = seededWatershed(landscapeOf(maps, smoothed, thresholds), seedLabels, mask, space.shapeZyx);
  replaceLabels(labels, implausibleLabels(labels, space, thresholds), 0);
  fillHoles(labels, space.shapeZyx, forbidden);
  return labels;
}

/** What is too small or too large for a nucleus. An unsettled object may be larger than what is seen of it. */
function implausibleLabels(
  labels: Uint32Array,
  { shapeZyx, voxelSizeZyx }: VoxelSpace,
  { minVolumeUm3, maxVolumeUm3 }: InstanceThresholds,
  unsettled: ReadonlySet<number> = new Set(),
): Set<number> {
  const voxelUm3 = voxelSizeZyx[0] * voxelSizeZyx[1] * voxelSizeZyx[2];
  const implausible = new Set<number>();
  for (const { label, voxels } of findObjects(labels, shapeZyx)) {
    if (label === UNCERTAIN) continue;
    const um3 = voxels * voxelUm3;
    if ((um3 < minVolumeUm3 && !unsettled.has(label)) || um3 > maxVolumeUm3) implausible.add(label);
  }
  return implausible;
}

function replaceLabels(labels: Uint32Array, which: ReadonlySet<number>, by: number): void {
  if (which.size === 0) return;
  for (let i = 0; i < labels.length; i++) if (which.has(labels[i])) labels[i] = by;
}
