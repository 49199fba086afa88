import type { VoxelSpace } from "../../core/volume/voxel-space.ts";

export function estimateDiameterUm(_image: Float32Array, _space: VoxelSpace): number | null {
  return null;
}
