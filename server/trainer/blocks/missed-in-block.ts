import { findObjects } from "../../../core/labels/object-boxes.ts";
import { UNCERTAIN } from "../../../core/labels/watershed.ts";
import { nucleusDiameterUm, type Sight } from "../../../core/perception/canonical-size.ts";
import { type IntensityWindow, normaliseImage } from "../../../core/perception/intensity-window.ts";
import { blobReachZyx, findImageBlobs } from "../../../core/query/image-blobs.ts";
import { type MissedPlace, partsInside, placeReachZyx, placesOutside } from "../../../core/query/missed-nuclei.ts";
import { containsPoint, type VoxelBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import { forEachRow, type Region } from "../bricks/region.ts";
import type { PerceivedBlock } from "./perceive-block.ts";

/** Of a nucleus' diameter: what blobs are looked for outside of proposals, and inside of doubtful ones, where nuclei touch. */
const OUTSIDE = 0.75;
const INSIDE = 0.5;
/** A proposal that is so doubtful may be several nuclei: of embryos' proposals above it three in four were wrong. */
const DOUBTFUL = 1 / 3;

/** A place where a nucleus may have been missed, painted into the block's labels. */
export interface MissedLabel {
  readonly label: number;
  /** Its blob's middle, a voxel of the region. */
  readonly middle: number;
  /** 0…1: of a part of a proposal its doubt, else how bright the blob is, which is less. */
  readonly evidence: number;
}

export interface LabelsWithMissed {
  /** Nuclei, and places after them. */
  readonly labels: Uint32Array;
  readonly missed: readonly MissedLabel[];
}

/** How large nuclei are; 0 where nobody knows, and no place is looked for. */
export const blobDiameterUm = (sight: Sight): number => nucleusDiameterUm(sight) ?? 0;

/** Whether the region sees everything that decides about places in the core, and in nuclei in these boxes. */
export function seesBlobs(region: Region, core: VoxelBox, nuclei: readonly VoxelBox[], diameterUm: number): boolean {
  if (diameterUm === 0) return true;
  const outside = blobReachZyx(region.voxelSizeZyx, OUTSIDE * diameterUm);
  const place = placeReachZyx(region.voxelSizeZyx, diameterUm);
  // Rivals of a place are twice as far from its middle as its voxels.
  const along = (axis: 0 | 1 | 2) => outside[axis] + 2 * place[axis] + 1;
  const inside = blobReachZyx(region.voxelSizeZyx, INSIDE * diameterUm);
  return sees(region, core, [along(0), along(1), along(2)]) && nuclei.every((box) => sees(region, box, inside));
}

const sees = ({ box, shapeZyx, volumeShapeZyx }: Region, { minZyx, maxZyx }: VoxelBox, reachZyx: Zyx): boolean =>
  reachZyx.every(
    (reach, axis) =>
      (box.minZyx[axis] === 0 || minZyx[axis] >= reach) &&
      (box.maxZyx[axis] === volumeShapeZyx[axis] || maxZyx[axis] + reach <= shapeZyx[axis]),
  );

/**
 * `labels`: of nuclei, with their outlines as people draw them; `doubts`: of those that the core owns. Outside of them a place belongs to
 * the core that holds its blob's middle, in one of them to the core that owns it.
 */
export function paintMissed(
  { region, core, image, labelled, found }: PerceivedBlock,
  labels: Uint32Array,
  doubts: ReadonlyMap<number, number>,
  window: IntensityWindow,
  diameterUm: number,
): LabelsWithMissed {
  if (diameterUm === 0) return { labels, missed: [] };
  const seen = normaliseImage(image, window);
  const [, rows, columns] = region.shapeZyx;
  const isInCore = (voxel: number) => {
    const row = Math.floor(voxel / columns);
    return containsPoint(core, Math.floor(row / rows), row % rows, voxel % columns);
  };
  const isTaken = (voxel: number) => labels[voxel] !== 0 || labelled[voxel] !== 0 || found.labels[voxel] === UNCERTAIN;
  const blobs = findImageBlobs(seen, region, OUTSIDE * diameterUm);
  const outside = placesOutside(blobs, region, diameterUm, isInCore, isTaken);
  const painted = labels.slice();
  let last = labels.reduce((most, label) => Math.max(most, label), 0);
  const paint = ({ middle, voxels }: MissedPlace, evidence: number): MissedLabel => {
    const label = ++last;
    for (const voxel of voxels) painted[voxel] = label;
    return { label, middle, evidence };
  };
  const missed = outside.map((place) => paint(place, Math.min(DOUBTFUL, blobs.strength[place.middle])));
  const doubtful = new Map([...doubts].filter(([, doubt]) => doubt >= DOUBTFUL));
  if (doubtful.size === 0) return { labels: painted, missed };
  const { middles } = findImageBlobs(seen, region, INSIDE * diameterUm);
  for (const { label, box } of findObjects(labels, region.shapeZyx)) {
    const doubt = doubtful.get(label);
    const inIt = doubt === undefined ? [] : middles.filter((middle) => labels[middle] === label);
    if (doubt === undefined || inIt.length < 2) continue;
    const parts = partsInside(voxelsOf(labels, label, box, region.shapeZyx), inIt, region, diameterUm);
    missed.push(...parts.map((part) => paint(part, doubt)));
  }
  return { labels: painted, missed };
}

function voxelsOf(labels: Uint32Array, label: number, box: VoxelBox, shapeZyx: Zyx): number[] {
  const voxels: number[] = [];
  forEachRow(box, shapeZyx, (first, end) => {
    for (let i = first; i < end; i++) if (labels[i] === label) voxels.push(i);
  });
  return voxels;
}
