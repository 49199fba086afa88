import { labelComponents } from "../labels/connected-components.ts";
import type { Zyx } from "../volume/voxel-space.ts";
import { normalisedEntropy } from "./boundary-doubt.ts";

const MIN_FOREGROUND = 0.2;
const MIN_ENTROPY = 0.5;
/** Of the median nucleus. */
const MIN_SHARE_OF_VOLUME = 0.25;

/**
 * The fading rim round a labelled nucleus is that nucleus' boundary doubt (u1), not a missed one: regions begin this
 * many in-plane voxels away from every label.
 */
const RIM_VOXELS_XY = 2;

export interface CandidateSearch {
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  readonly meanForeground: Float32Array;
  readonly medianNucleusVoxels: number;
  /** A larger region is no place of one nucleus: weights that have learned little doubt the whole background. */
  readonly maxNucleusVoxels: number;
  /** Inside any label, proposed or people's. */
  isLabelled(voxel: number): boolean;
}

/**
 * Places where a nucleus may have been missed: face-connected regions outside every label, with mean foreground above
 * 0.2 or entropy above 0.5, of at least a quarter of the median nucleus and at most the largest that is plausible. 0
 * elsewhere; ids from 1.
 */
export function findMissedCandidates(search: CandidateSearch): Uint32Array {
  const { labels, voxels, count } = labelComponents(markDoubtful(search), search.shapeZyx);
  const idOf = new Uint32Array(count + 1);
  let next = 0;
  for (let label = 1; label <= count; label++) if (isCandidateSize(voxels[label], search)) idOf[label] = ++next;
  return labels.map((label) => idOf[label]);
}

export const isCandidateSize = (
  voxels: number,
  { medianNucleusVoxels, maxNucleusVoxels }: Pick<CandidateSearch, "medianNucleusVoxels" | "maxNucleusVoxels">,
): boolean => voxels >= MIN_SHARE_OF_VOLUME * medianNucleusVoxels && voxels <= maxNucleusVoxels;

/** 1 in all voxels of such regions, whatever their size. */
export function markDoubtful(search: Omit<CandidateSearch, "medianNucleusVoxels" | "maxNucleusVoxels">): Uint8Array {
  const { meanForeground } = search;
  const near = nearLabels(search);
  const mask = new Uint8Array(meanForeground.length);
  for (let i = 0; i < mask.length; i++) {
    const f = meanForeground[i];
    if (!near[i] && (f > MIN_FOREGROUND || normalisedEntropy(f) > MIN_ENTROPY)) mask[i] = 1;
  }
  return mask;
}

/** How far from a label, in voxels, no place begins. */
export function rimZyx(voxelSizeZyx: Zyx): Zyx {
  const reachUm = RIM_VOXELS_XY * Math.max(voxelSizeZyx[1], voxelSizeZyx[2]);
  const along = (axis: 0 | 1 | 2) => Math.max(1, Math.floor(reachUm / voxelSizeZyx[axis]));
  return [along(0), along(1), along(2)];
}

/** Labels grown by a box, one axis after the other; at least one voxel on every axis. */
function nearLabels({
  shapeZyx,
  voxelSizeZyx,
  meanForeground,
  isLabelled,
}: Parameters<typeof markDoubtful>[0]): Uint8Array {
  let near = Uint8Array.from(meanForeground, (_, i) => (isLabelled(i) ? 1 : 0));
  const rim = rimZyx(voxelSizeZyx);
  const strides = [shapeZyx[1] * shapeZyx[2], shapeZyx[2], 1];
  for (let axis = 0; axis < 3; axis++) {
    const reach = rim[axis];
    const stride = strides[axis];
    const length = shapeZyx[axis];
    const grown = Uint8Array.from(near);
    for (let i = 0; i < near.length; i++) {
      if (!near[i]) continue;
      const at = Math.floor(i / stride) % length;
      const first = Math.max(-reach, -at);
      const last = Math.min(reach, length - 1 - at);
      for (let step = first; step <= last; step++) grown[i + step * stride] = 1;
    }
    near = grown;
  }
  return near;
}
