import { Problem } from "../problem.ts";
import type { VoxelSpace } from "../volume/voxel-space.ts";

/** What a person can say of the width of a volume's nuclei, µm: from bacteria's nucleoids to the largest germinal vesicles. */
export const MIN_DIAMETER_UM = 0.5;
export const MAX_DIAMETER_UM = 500;
/** Whatever is narrower than this cannot be told from noise. Of the shortest side of a voxel: slices may be thick. */
const MIN_VOXELS = 2;

/** Why nuclei of a volume cannot be so wide; null: they can. */
export function diameterObjection(diameterUm: number, { shapeZyx, voxelSizeZyx }: VoxelSpace): Problem | null {
  const smallestUm = Math.max(MIN_DIAMETER_UM, MIN_VOXELS * Math.min(...voxelSizeZyx));
  const largestUm = Math.min(MAX_DIAMETER_UM, Math.max(...shapeZyx.map((size, axis) => size * voxelSizeZyx[axis])));
  if (diameterUm >= smallestUm && diameterUm <= largestUm) return null;
  const um = (value: number) => `${Number(value.toPrecision(3))} µm`;
  return new Problem({
    tag: "nucleus-diameter",
    what: `Nuclei of this volume cannot be ${um(diameterUm)} wide.`,
    hint: `Measure across one nucleus: ${um(smallestUm)} to ${um(largestUm)} can be.`,
  });
}
