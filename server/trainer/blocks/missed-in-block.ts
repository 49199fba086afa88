import { UNCERTAIN } from "../../../core/labels/watershed.ts";
import { nucleusDiameterUm, type Sight } from "../../../core/perception/canonical-size.ts";
import { type IntensityWindow, normaliseImage } from "../../../core/perception/intensity-window.ts";
import { blobReachZyx, findImageBlobs, placeOf } from "../../../core/query/image-blobs.ts";
import { placeReachZyx, placesOutside } from "../../../core/query/missed-nuclei.ts";
import { boxShape, containsPoint, type VoxelBox, wholeBox, type Zyx } from "../../../core/volume/voxel-space.ts";
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

/** Voxels to each side of a core in which the image decides about places there. */
export function surroundingsZyx(voxelSizeZyx: Zyx, diameterUm: number): Zyx {
  if (diameterUm === 0) return [0, 0, 0];
  const blob = blobReachZyx(voxelSizeZyx, BLOB_SIZE * diameterUm);
  const place = placeReachZyx(voxelSizeZyx, diameterUm);
  // Rivals of a place are twice as far from its middle as its voxels.
  const along = (axis: 0 | 1 | 2) => blob[axis] + 2 * place[axis] + 1;
  return [along(0), along(1), along(2)];
}

/** Whether the region holds all voxels of the places whose middle is in the core. */
export function holdsPlaces(region: Region, core: VoxelBox, diameterUm: number): boolean {
  if (diameterUm === 0) return true;
  const { box, shapeZyx, volumeShapeZyx, voxelSizeZyx } = region;
  return placeReachZyx(voxelSizeZyx, diameterUm).every(
    (reach, axis) =>
      (box.minZyx[axis] === 0 || core.minZyx[axis] >= reach) &&
      (box.maxZyx[axis] === volumeShapeZyx[axis] || core.maxZyx[axis] + reach <= shapeZyx[axis]),
  );
}

/** `labels`: of nuclei, with their outlines as people draw them. Places belong to the core that holds their blob's middle. */
export function paintMissed(
  { region, core, surroundings, labelled, found }: PerceivedBlock,
  labels: Uint32Array,
  window: IntensityWindow,
  diameterUm: number,
): LabelsWithMissed {
  if (diameterUm === 0) return { labels, missed: [] };
  const space = { shapeZyx: boxShape(surroundings.box), voxelSizeZyx: region.voxelSizeZyx };
  const blobs = findImageBlobs(normaliseImage(surroundings.image, window), space, BLOB_SIZE * diameterUm);
  const seen = wholeBox(region.shapeZyx);
  const placeInRegion = (voxel: number): Zyx => {
    const at = placeOf(voxel, space.shapeZyx);
    const along = (axis: 0 | 1 | 2) => at[axis] + surroundings.box.minZyx[axis] - region.box.minZyx[axis];
    return [along(0), along(1), along(2)];
  };
  const indexOf = ([z, y, x]: Zyx) => (z * region.shapeZyx[1] + y) * region.shapeZyx[2] + x;
  const isTaken = (voxel: number) => {
    const place = placeInRegion(voxel);
    if (!containsPoint(seen, ...place)) return true;
    const i = indexOf(place);
    return labels[i] !== 0 || labelled[i] !== 0 || found.labels[i] === UNCERTAIN;
  };
  const painted = labels.slice();
  let last = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] > last) last = labels[i];
  const isInCore = (middle: number) => containsPoint(core, ...placeInRegion(middle));
  const missed = placesOutside(blobs, space, diameterUm, isInCore, isTaken).map(({ middle, voxels }) => {
    const label = ++last;
    for (const voxel of voxels) painted[indexOf(placeInRegion(voxel))] = label;
    return { label, middle: indexOf(placeInRegion(middle)), strength: blobs.strength[middle] };
  });
  return { labels: painted, missed };
}
