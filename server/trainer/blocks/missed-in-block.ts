import { UNCERTAIN } from "../../../core/labels/watershed.ts";
import { type IntensityWindow, normaliseImage } from "../../../core/perception/intensity-window.ts";
import { findImageBlobs, placeOf } from "../../../core/query/image-blobs.ts";
import { placesOutside } from "../../../core/query/missed-nuclei.ts";
import { boxShape, containsPoint, wholeBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import { BLOB_SIZE } from "./around-places.ts";
import type { PerceivedBlock } from "./perceive-block.ts";

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
