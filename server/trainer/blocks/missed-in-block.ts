import { UNCERTAIN } from "../../../core/labels/watershed.ts";
import { nucleusDiameterUm, type Sight } from "../../../core/perception/canonical-size.ts";
import { type IntensityWindow, normaliseImage } from "../../../core/perception/intensity-window.ts";
import { blobReachZyx, findImageBlobs } from "../../../core/query/image-blobs.ts";
import { placeReachZyx, placesOutside } from "../../../core/query/missed-nuclei.ts";
import { containsPoint, type VoxelBox } from "../../../core/volume/voxel-space.ts";
import type { Region } from "../bricks/region.ts";
import type { PerceivedBlock } from "./perceive-block.ts";

/** Of a nucleus' diameter: blobs a little smaller than nuclei stay apart where nuclei touch. */
const BLOB_SIZE = 0.75;

/** A place where a nucleus may have been missed, painted into the block's labels. */
export interface MissedLabel {
  readonly label: number;
  /** Its blob's middle, a voxel of the region. */
  readonly middle: number;
  /** How bright the blob is. */
  readonly strength: number;
}

export interface LabelsWithMissed {
  /** Nuclei, and places after them. */
  readonly labels: Uint32Array;
  readonly missed: readonly MissedLabel[];
}

/** How large nuclei are; 0 where nobody knows, and no place is looked for. */
export const sizeOfNucleiUm = (sight: Sight): number => nucleusDiameterUm(sight) ?? 0;

/** Whether the region sees everything that decides about places in the core. */
export function seesBlobs(
  { box, shapeZyx, volumeShapeZyx, voxelSizeZyx }: Region,
  core: VoxelBox,
  diameterUm: number,
): boolean {
  if (diameterUm === 0) return true;
  const blob = blobReachZyx(voxelSizeZyx, BLOB_SIZE * diameterUm);
  const place = placeReachZyx(voxelSizeZyx, diameterUm);
  return blob.every((reach, axis) => {
    // Rivals of a place are twice as far from its middle as its voxels.
    const needed = reach + 2 * place[axis] + 1;
    return (
      (box.minZyx[axis] === 0 || core.minZyx[axis] >= needed) &&
      (box.maxZyx[axis] === volumeShapeZyx[axis] || core.maxZyx[axis] + needed <= shapeZyx[axis])
    );
  });
}

/** `labels`: of nuclei, with their outlines as people draw them. Places belong to the core that holds their blob's middle. */
export function paintMissed(
  { region, core, image, labelled, found }: PerceivedBlock,
  labels: Uint32Array,
  window: IntensityWindow,
  diameterUm: number,
): LabelsWithMissed {
  if (diameterUm === 0) return { labels, missed: [] };
  const blobs = findImageBlobs(normaliseImage(image, window), region, BLOB_SIZE * diameterUm);
  const [, rows, columns] = region.shapeZyx;
  const isInCore = (voxel: number) => {
    const row = Math.floor(voxel / columns);
    return containsPoint(core, Math.floor(row / rows), row % rows, voxel % columns);
  };
  const isTaken = (voxel: number) => labels[voxel] !== 0 || labelled[voxel] !== 0 || found.labels[voxel] === UNCERTAIN;
  const painted = labels.slice();
  let last = labels.reduce((most, label) => Math.max(most, label), 0);
  const missed = placesOutside(blobs, region, diameterUm, isInCore, isTaken).map(({ middle, voxels }) => {
    const label = ++last;
    for (const voxel of voxels) painted[voxel] = label;
    return { label, middle, strength: blobs.strength[middle] };
  });
  return { labels: painted, missed };
}
