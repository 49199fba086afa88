import type { VoxelSpace } from "../../../core/volume/voxel-space.ts";

/** From half a voxel in the slice to half of the volume's shorter side in the slice. */
export function brushRadiusRange({ shapeZyx, voxelSizeZyx }: VoxelSpace): readonly [lowUm: number, highUm: number] {
  const voxelUm = Math.min(voxelSizeZyx[1], voxelSizeZyx[2]);
  const sideUm = Math.min(shapeZyx[1] * voxelSizeZyx[1], shapeZyx[2] * voxelSizeZyx[2]);
  return [voxelUm / 2, Math.max(voxelUm, Math.min(sideUm / 2, voxelUm * 100))];
}

/** The next radius by a key: a quarter more or less, at least half a voxel. */
export function brushRadius(radiusUm: number, isLarger: boolean, space: VoxelSpace): number {
  const [low, high] = brushRadiusRange(space);
  const voxelUm = Math.min(space.voxelSizeZyx[1], space.voxelSizeZyx[2]);
  const step = Math.max(voxelUm / 2, radiusUm * 0.2);
  const next = Math.min(high, Math.max(low, isLarger ? radiusUm + step : radiusUm - step));
  return Number(next.toPrecision(3));
}
