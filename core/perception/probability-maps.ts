import type { Head } from "../checkpoint/network-config.ts";
import type { InstanceThresholds } from "../checkpoint/trained-model.ts";
import { smooth, smoothAround } from "../volume/smooth.ts";
import type { VoxelSpace, Zyx } from "../volume/voxel-space.ts";

/** Probabilities of every voxel of a volume, or of a part of one. */
export interface ProbabilityMaps {
  readonly shapeZyx: Zyx;
  readonly foreground: Float32Array;
  readonly distance: Float32Array;
  readonly boundary: Float32Array;
}

/** `maps[i]` is of `heads[i]`. Without a head of its own the rim is where there is foreground but hardly any distance. */
export function mapsOfHeads(heads: readonly Head[], maps: readonly Float32Array[]): Omit<ProbabilityMaps, "shapeZyx"> {
  const foreground = maps[heads.indexOf("foreground")];
  const distance = maps[heads.indexOf("distance")];
  const boundaryHead = heads.indexOf("boundary");
  return { foreground, distance, boundary: boundaryHead >= 0 ? maps[boundaryHead] : rimOf(foreground, distance) };
}

function rimOf(foreground: Float32Array, distance: Float32Array): Float32Array {
  const rim = new Float32Array(foreground.length);
  for (let i = 0; i < rim.length; i++) rim[i] = foreground[i] * Math.max(0, 1 - 2 * distance[i]);
  return rim;
}

/** The predicted distance without its voxel noise: what seeds are the maxima of. */
export const smoothDistance = (maps: Pick<ProbabilityMaps, "distance">, space: VoxelSpace): Float32Array =>
  smooth(maps.distance, space, smoothingUm(space));

/** The same at the voxels of a mask and round them. */
export const smoothDistanceAround = (
  maps: Pick<ProbabilityMaps, "distance">,
  space: VoxelSpace,
  mask: Uint8Array,
): Float32Array => smoothAround(maps.distance, space, smoothingUm(space), mask);

export const smoothingUm = ({ voxelSizeZyx }: VoxelSpace): number => Math.min(voxelSizeZyx[1], voxelSizeZyx[2]);

export function foregroundMask(
  { foreground }: Pick<ProbabilityMaps, "foreground">,
  least: number,
  forbidden?: Uint8Array,
): Uint8Array {
  const mask = new Uint8Array(foreground.length);
  for (let i = 0; i < mask.length; i++) if (foreground[i] > least) mask[i] = 1;
  if (forbidden) for (let i = 0; i < mask.length; i++) if (forbidden[i] !== 0) mask[i] = 0;
  return mask;
}

/** What seeds flood from low to high. `landscape`: where it is written, the heights themselves if need be. */
export function landscapeOf(
  { boundary }: Pick<ProbabilityMaps, "boundary">,
  heights: Float32Array,
  { wall }: Pick<InstanceThresholds, "wall">,
  landscape: Float32Array = new Float32Array(heights.length),
): Float32Array {
  for (let i = 0; i < landscape.length; i++) landscape[i] = wall * boundary[i] - heights[i];
  return landscape;
}
