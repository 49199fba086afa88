import type { InstanceThresholds } from "../../../core/checkpoint/trained-model.ts";
import { fillHoles } from "../../../core/labels/fill-holes.ts";
import { findSeeds, placeSeeds, type SeedSearch } from "../../../core/labels/find-seeds.ts";
import { findObjects, type LabelObject } from "../../../core/labels/object-boxes.ts";
import { seededWatershed, UNCERTAIN } from "../../../core/labels/watershed.ts";
import {
  foregroundMask,
  landscapeOf,
  type ProbabilityMaps,
  smoothDistanceAround,
  smoothingUm,
} from "../../../core/perception/probability-maps.ts";
import { smoothingReach } from "../../../core/volume/smooth.ts";
import { type VoxelSpace, wholeBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import { forEachRow, isWhole, type Region, regionOf, withoutRim } from "../bricks/region.ts";

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
  /** Of the seeds: what they are ordered by. */
  readonly heights: readonly number[];
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
  const mask = foregroundMask(maps, thresholds.foreground, forbidden);
  const smoothed = smoothDistanceAround(maps, region, mask);
  const seedLabels = new Uint32Array(mask.length);
  const seeds = isWhole(region)
    ? findSeeds(smoothed, mask, region, thresholds.seed, thresholds.minSeparationUm)
    : seedsOfPart({ ...region, height: smoothed, mask, least: thresholds.seed, ...thresholds }, region, seedLabels);
  const heights = seeds.map((voxel) => smoothed[voxel]);
  plantSeeds(seedLabels, seeds);
  const landscape = landscapeOf(maps, smoothed, thresholds, smoothed);
  const labels = seededWatershed(landscape, seedLabels, mask, region.shapeZyx);
  if (isWhole(region)) keepNuclei(labels, region, thresholds, forbidden);
  else settle(labels, region, thresholds, forbidden);
  return { labels, seeds, heights };
}

/** The sure seeds of a part of a volume; all that is uncertain is written into `seedLabels`. */
function seedsOfPart(search: SeedSearch, region: Region, seedLabels: Uint32Array): readonly number[] {
  // Beyond a cut face smoothing and peaks see other voxels than these.
  const reach = smoothingReach(region.voxelSizeZyx, smoothingUm(region));
  const trusted = withoutRim(region, [reach[0] + 1, reach[1] + 1, reach[2] + 1]);
  const { seeds, uncertain } = placeSeeds(search, trusted);
  seedLabels.fill(UNCERTAIN);
  forEachRow(trusted, region.shapeZyx, (first, end) => seedLabels.fill(0, first, end));
  for (const voxel of uncertain) seedLabels[voxel] = UNCERTAIN;
  return seeds;
}

function plantSeeds(seedLabels: Uint32Array, seeds: readonly number[]): void {
  seeds.forEach((voxel, index) => {
    seedLabels[voxel] = index + 1;
  });
}

/** Objects that may go on where nothing is certain become uncertain themselves; of the others those of no nucleus' size go. */
function settle(labels: Uint32Array, region: Region, thresholds: InstanceThresholds, forbidden?: Uint8Array): void {
  const unsettled = labelsBeside(labels, region.shapeZyx, [1, 1, 1]);
  unsettled.add(UNCERTAIN);
  const { gone, kept } = sortByVolume(labels, region, thresholds, unsettled);
  replaceLabels(labels, gone, 0);
  for (const label of gone) unsettled.delete(label);
  for (const label of fillHoles(labels, region.shapeZyx, forbidden, unsettled, kept)) unsettled.add(label);
  replaceLabels(labels, unsettled, UNCERTAIN);
}

/** Labels in a box of so many voxels to each side of an uncertain one. */
export function labelsBeside(labels: Uint32Array, shapeZyx: Zyx, reachZyx: Zyx): Set<number> {
  const [depth, rows, columns] = shapeZyx;
  const found = new Set<number>();
  let last = 0;
  const look = (first: number, end: number) => {
    for (let i = first; i < end; i++) {
      const label = labels[i];
      if (label === 0 || label === UNCERTAIN || label === last) continue;
      found.add(label);
      last = label;
    }
  };
  forEachRow(wholeBox(shapeZyx), shapeZyx, (row, rowEnd, z, y) => {
    for (let i = row; i < rowEnd; i++) {
      if (labels[i] !== UNCERTAIN) continue;
      const first = Math.max(row, i - reachZyx[2]) - row;
      while (i + 1 < rowEnd && labels[i + 1] === UNCERTAIN) i++;
      const end = Math.min(rowEnd, i + 1 + reachZyx[2]) - row;
      for (let nz = Math.max(0, z - reachZyx[0]); nz <= Math.min(depth - 1, z + reachZyx[0]); nz++)
        for (let ny = Math.max(0, y - reachZyx[1]); ny <= Math.min(rows - 1, y + reachZyx[1]); ny++) {
          const other = (nz * rows + ny) * columns;
          look(other + first, other + end);
        }
    }
  });
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
  plantSeeds(seedLabels, seeds);
  const labels = seededWatershed(landscapeOf(maps, smoothed, thresholds), seedLabels, mask, space.shapeZyx);
  keepNuclei(labels, space, thresholds, forbidden);
  return labels;
}

function keepNuclei(labels: Uint32Array, space: VoxelSpace, thresholds: InstanceThresholds, forbidden?: Uint8Array) {
  const { gone, kept } = sortByVolume(labels, space, thresholds);
  replaceLabels(labels, gone, 0);
  fillHoles(labels, space.shapeZyx, forbidden, undefined, kept);
}

/** Gone is what is too small or too large for a nucleus. An unsettled object may be larger than what is seen of it. */
function sortByVolume(
  labels: Uint32Array,
  { shapeZyx, voxelSizeZyx }: VoxelSpace,
  { minVolumeUm3, maxVolumeUm3 }: InstanceThresholds,
  unsettled: ReadonlySet<number> = new Set(),
): { readonly gone: Set<number>; readonly kept: readonly LabelObject[] } {
  const voxelUm3 = voxelSizeZyx[0] * voxelSizeZyx[1] * voxelSizeZyx[2];
  const gone = new Set<number>();
  const kept: LabelObject[] = [];
  for (const object of findObjects(labels, shapeZyx)) {
    const um3 = object.voxels * voxelUm3;
    const isTooSmall = um3 < minVolumeUm3 && !unsettled.has(object.label);
    if (object.label !== UNCERTAIN && (isTooSmall || um3 > maxVolumeUm3)) gone.add(object.label);
    else kept.push(object);
  }
  return { gone, kept };
}

function replaceLabels(labels: Uint32Array, which: ReadonlySet<number>, by: number): void {
  if (which.size === 0) return;
  let last = 0;
  let isReplaced = false;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (label === 0 || label === by) continue;
    if (label !== last) {
      last = label;
      isReplaced = which.has(label);
    }
    if (isReplaced) labels[i] = by;
  }
}
