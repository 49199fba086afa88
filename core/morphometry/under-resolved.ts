import type { Zyx } from "../volume/voxel-space.ts";
import type { NucleusMorphometry } from "./nucleus-morphometry.ts";

/** Below, sphericity says more about the voxels than about the nucleus: `bench/under-resolved.ts`. */
export const LEAST_THICKNESS = 6;
/** Of a digital ellipsoid that is thick enough, at most: nothing is rounder than a sphere, and the rest is noise. */
export const MOST_SPHERICITY = 1.1;

type Shape = Pick<NucleusMorphometry, "equivalentRadiusUm" | "flatness" | "elongation" | "sphericity">;

/**
 * The smallest diameter of the ellipsoid with the volume, flatness and elongation of a nucleus, in lengths of the thickest voxel: about
 * how many slices a nucleus is thick. The surface is counted in steps of that length in every direction.
 */
export function thicknessInVoxels({ equivalentRadiusUm, flatness, elongation }: Shape, voxelSizeZyx: Zyx): number {
  if (flatness === null || elongation === null) return 0;
  return (2 * equivalentRadiusUm) / Math.cbrt(elongation * flatness ** 2) / Math.max(...voxelSizeZyx);
}

/** Whether a nucleus is too few slices thick for its surface to be told. */
export const isUnderResolved = (shape: Shape, voxelSizeZyx: Zyx): boolean =>
  thicknessInVoxels(shape, voxelSizeZyx) < LEAST_THICKNESS || shape.sphericity > MOST_SPHERICITY;

/** Null where a nucleus is under-resolved. */
export const toldSphericity = (shape: Shape, voxelSizeZyx: Zyx): number | null =>
  isUnderResolved(shape, voxelSizeZyx) ? null : shape.sphericity;
