import type { NucleusShape } from "../../../core/contract/predicted-instance.ts";
import { createNucleusMeasurement, measureNuclei } from "../../../core/morphometry/measure-nuclei.ts";
import type { NucleusMorphometry } from "../../../core/morphometry/nucleus-morphometry.ts";
import type { VoxelSpace } from "../../../core/volume/voxel-space.ts";

/** Shape of every object that has one: cut by the border or a single line of voxels, it says nothing about nuclei. */
export const shapesOf = (labels: Uint32Array, space: VoxelSpace): Map<number, NucleusShape> =>
  usableShapes(measureNuclei(labels, space));

/** The same for labels that come plane by plane. */
export async function shapesOfPlanes(
  planes: AsyncIterable<Uint32Array>,
  space: VoxelSpace,
): Promise<Map<number, NucleusShape>> {
  const measurement = createNucleusMeasurement(space);
  for await (const labels of planes) measurement.addPlane({ labels, image: null });
  return usableShapes(measurement.finish());
}

function usableShapes(nuclei: readonly NucleusMorphometry[]): Map<number, NucleusShape> {
  const shapes = new Map<number, NucleusShape>();
  for (const { labelValue, volumeUm3, elongation, flatness, sphericity, truncated } of nuclei) {
    if (truncated || elongation === null || flatness === null) continue;
    shapes.set(labelValue, { volumeUm3, elongation, flatness, sphericity });
  }
  return shapes;
}
