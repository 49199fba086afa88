import type { NucleusShape } from "../../core/contract/predicted-instance.ts";
import { measureNuclei } from "../../core/morphometry/measure-nuclei.ts";
import type { VoxelSpace } from "../../core/volume/voxel-space.ts";

/** Shape of every object that has one: cut by the border or a single line of voxels, it says nothing about nuclei. */
export function shapesOf(labels: Uint32Array, space: VoxelSpace): Map<number, NucleusShape> {
  const shapes = new Map<number, NucleusShape>();
  for (const nucleus of measureNuclei(labels, space)) {
    const { labelValue, volumeUm3, elongation, flatness, sphericity, truncated } = nucleus;
    if (truncated || elongation === null || flatness === null) continue;
    shapes.set(labelValue, { volumeUm3, elongation, flatness, sphericity });
  }
  return shapes;
}
