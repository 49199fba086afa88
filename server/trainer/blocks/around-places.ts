import { nucleusDiameterUm, type Sight } from "../../../core/perception/canonical-size.ts";
import { blobReachZyx } from "../../../core/query/image-blobs.ts";
import { placeReachZyx } from "../../../core/query/missed-nuclei.ts";
import type { VoxelBox, Zyx } from "../../../core/volume/voxel-space.ts";
import type { Region } from "../bricks/region.ts";

/** Of a nucleus' diameter: blobs a little smaller than nuclei stay apart where nuclei touch. */
export const BLOB_SIZE = 0.75;

/** How large nuclei are; 0 where nobody knows, and no place is looked for. */
export const sizeOfNucleiUm = (sight: Sight): number => nucleusDiameterUm(sight) ?? 0;

/** Voxels to each side of a core in which the image decides about places there. */
export function surroundingsZyx(voxelSizeZyx: Zyx, diameterUm: number): Zyx {
  if (diameterUm === 0) return [0, 0, 0];
  const blob = blobReachZyx(voxelSizeZyx, BLOB_SIZE * diameterUm);
  const place = placeReachZyx(voxelSizeZyx, diameterUm);
  // Rivals of a place are twice as far from its middle as its voxels.
  const along = (axis: 0 | 1 | 2) => blob[axis] + 2 * place[axis] + 1;
  return [along(0), along(1), along(2)];
}

/** Whether the region holds all voxels of the places whose middle is in the core. */
export function holdsPlaces(region: Region, core: VoxelBox, diameterUm: number): boolean {
  if (diameterUm === 0) return true;
  const { box, shapeZyx, volumeShapeZyx, voxelSizeZyx } = region;
  return placeReachZyx(voxelSizeZyx, diameterUm).every(
    (reach, axis) =>
      (box.minZyx[axis] === 0 || core.minZyx[axis] >= reach) &&
      (box.maxZyx[axis] === volumeShapeZyx[axis] || core.maxZyx[axis] + reach <= shapeZyx[axis]),
  );
}
