import { CLASSES } from "../../../core/forest/grow-forest.ts";
import { distanceToNearest } from "../../../core/labels/distance-transform.ts";
import { KNOWN_BACKGROUND, KNOWN_FOREGROUND } from "../../../core/labels/known-mask.ts";
import type { PreparedVolume } from "../data/prepared-volume.ts";
import type { Random } from "../random.ts";

/** What a known voxel is to a pixel classifier. */
export const VOXEL_CLASS = { far: 0, near: 1, gap: 2, rim: 3, inside: 4 } as const;
const NO_CLASS = 255;
/** Of the voxels that are learned from. */
const SHARES = [0.15, 0.25, 0.15, 0.2, 0.25];
/** Gaps are thin, and decide whether two nuclei are one. */
const GAP_WEIGHT = 3;
/** Farther from all nuclei, in diameters, background is far. */
const NEAR_DIAMETERS = 0.3;
/** Below this part of a nucleus' depth lies its rim. */
const RIM_DISTANCE = 0.5;

export interface DrawnVoxels {
  /** Linear indices of each volume, ascending. */
  readonly indices: readonly Uint32Array[];
  readonly classes: Uint8Array;
  readonly weights: Float32Array;
}

/**
 * At most about `maxVoxels` known voxels of all volumes, more of the rare kinds; their weights undo that, so that foreground and
 * background count as much as they do round a nucleus. What is unknown is never drawn.
 */
export function drawVoxels(
  volumes: readonly PreparedVolume[],
  diameterUm: number,
  maxVoxels: number,
  random: Random,
): DrawnVoxels {
  const classified = volumes.map((volume) => classifyVoxels(volume, diameterUm));
  const counts = new Array<number>(CLASSES).fill(0);
  for (const classes of classified) for (const kind of classes) if (kind !== NO_CLASS) counts[kind]++;
  const chance = counts.map((count, kind) => Math.min(1, (SHARES[kind] * maxVoxels) / Math.max(1, count)));
  const weightOf = weightsOf(counts).map((weight, kind) => weight / chance[kind]);
  const kinds: number[] = [];
  const indices = classified.map((classes) => {
    const drawn: number[] = [];
    for (let i = 0; i < classes.length; i++)
      if (classes[i] !== NO_CLASS && random.uniform() < chance[classes[i]]) {
        drawn.push(i);
        kinds.push(classes[i]);
      }
    return Uint32Array.from(drawn);
  });
  return { indices, classes: Uint8Array.from(kinds), weights: Float32Array.from(kinds, (kind) => weightOf[kind]) };
}

/** The far background of a volume that is labelled everywhere would drown all else. */
function weightsOf(counts: readonly number[]): number[] {
  const foreground = counts[VOXEL_CLASS.rim] + counts[VOXEL_CLASS.inside];
  const weights = [1, 1, GAP_WEIGHT, 1, 1];
  weights[VOXEL_CLASS.far] = Math.min(1, foreground / Math.max(1, counts[VOXEL_CLASS.far]));
  return weights;
}

function classifyVoxels({ volume, known, distance }: PreparedVolume, diameterUm: number): Uint8Array {
  const { labels, shapeZyx, voxelSizeZyx } = volume;
  const nuclei = Uint8Array.from(labels, (label) => (label === 0 ? 0 : 1));
  const toNucleus = distanceToNearest(nuclei, shapeZyx, voxelSizeZyx);
  return known.map((state, i) => {
    if (state !== KNOWN_BACKGROUND && state !== KNOWN_FOREGROUND) return NO_CLASS;
    if (state === KNOWN_FOREGROUND && distance[i] >= RIM_DISTANCE) return VOXEL_CLASS.inside;
    if (isBetweenNuclei(labels, shapeZyx, i)) return VOXEL_CLASS.gap;
    if (state === KNOWN_FOREGROUND) return VOXEL_CLASS.rim;
    return toNucleus[i] <= NEAR_DIAMETERS * diameterUm ? VOXEL_CLASS.near : VOXEL_CLASS.far;
  });
}

/** Two nuclei lie within two voxels in plane, or one across. */
function isBetweenNuclei(labels: Uint32Array, [depth, height, width]: PreparedVolume["volume"]["shapeZyx"], i: number) {
  const x = i % width;
  const y = Math.floor(i / width) % height;
  const z = Math.floor(i / (width * height));
  let seen = 0;
  for (let dz = Math.max(0, z - 1); dz <= Math.min(depth - 1, z + 1); dz++)
    for (let dy = Math.max(0, y - 2); dy <= Math.min(height - 1, y + 2); dy++)
      for (let dx = Math.max(0, x - 2); dx <= Math.min(width - 1, x + 2); dx++) {
        const label = labels[(dz * height + dy) * width + dx];
        if (label === 0 || label === seen) continue;
        if (seen !== 0) return true;
        seen = label;
      }
  return false;
}
