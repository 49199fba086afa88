import { Matrix4, Vector3 } from "three";
import type { VoxelSpace, Zyx } from "../../../core/volume/voxel-space.ts";

/**
 * The one place where volume coordinates become those of the scene: µm around the middle of the volume, x to the right, y up
 * (the image's y runs down), z towards the viewer (the first slice is nearest). A half turn about x: no mirror image.
 */
export function sceneFromUm({ shapeZyx, voxelSizeZyx }: VoxelSpace): Matrix4 {
  const [z, y, x] = shapeZyx.map((n, axis) => (n * voxelSizeZyx[axis]) / 2);
  return new Matrix4().makeScale(1, -1, -1).multiply(new Matrix4().makeTranslation(-x, -y, -z));
}

/** Fractional voxel coordinates to the scene. */
export function toScene(space: VoxelSpace, [z, y, x]: Zyx): Vector3 {
  const [sz, sy, sx] = space.voxelSizeZyx;
  return new Vector3(x * sx, y * sy, z * sz).applyMatrix4(sceneFromUm(space));
}

export function toVoxels(space: VoxelSpace, point: Vector3): Zyx {
  const um = point.clone().applyMatrix4(sceneFromUm(space).invert());
  const [sz, sy, sx] = space.voxelSizeZyx;
  return [um.z / sz, um.y / sy, um.x / sx];
}

/** Half the diagonal of the volume, µm. */
export const radiusUm = ({ shapeZyx, voxelSizeZyx }: VoxelSpace): number =>
  Math.hypot(...shapeZyx.map((n, axis) => n * voxelSizeZyx[axis])) / 2;
