import type { VoxelSpace, Zyx } from "../../../core/volume/voxel-space.ts";

/** A distance between two places, in fractional voxels. */
export interface Measured {
  readonly fromZyx: Zyx;
  /** Null while only one end is set. */
  readonly toZyx: Zyx | null;
}

/** µm, along each axis and in all, however long the voxels are. */
export function measuredUm(
  fromZyx: Zyx,
  toZyx: Zyx,
  { voxelSizeZyx }: Pick<VoxelSpace, "voxelSizeZyx">,
): { readonly lengthUm: number; readonly alongUmZyx: Zyx } {
  const [z, y, x] = toZyx.map((to, axis) => Math.abs(to - fromZyx[axis]) * voxelSizeZyx[axis]);
  return { lengthUm: Math.hypot(z, y, x), alongUmZyx: [z, y, x] };
}

/** The next end, for whoever sets one after the other: the second one of a distance, else the first of a new one. */
export const withEnd = (measured: Measured | null, atZyx: Zyx): Measured =>
  measured && !measured.toZyx ? { ...measured, toZyx: atZyx } : { fromZyx: atZyx, toZyx: null };
