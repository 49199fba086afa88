import { createSurfaceBuilder, inMicrometres, type SurfaceMesh } from "../../../core/surface/closed-surface.ts";
import { smoothSurface, withVolume } from "../../../core/surface/smooth-surface.ts";
import type { VoxelBox } from "../../../core/volume/voxel-space.ts";
import type { FrozenNucleus, FrozenVolume } from "../frozen/dataset-description.ts";
import type { StoredImage } from "../frozen/stored-image.ts";

/** A label that reaches across a volume by mistake would be a surface that no program opens, and take all memory here. */
const MOST_FACES = 4_000_000;
const VOXELS_AT_ONCE = 1 << 23;

/** Whether a nucleus is given a surface: it has at most about so many voxel faces as its area says. */
export function hasSurface(surfaceAreaFacesUm2: number, { voxelSizeZyx: [z, y, x] }: FrozenVolume): boolean {
  return surfaceAreaFacesUm2 / Math.min(z * y, z * x, y * x) <= MOST_FACES;
}

/**
 * The surface of one nucleus in µm from the outer corner of the volume's first voxel: closed, triangles counter-clockwise from outside,
 * smoothed within half a voxel, with the volume that its voxels have. A nucleus is read in pieces of its box.
 */
export async function nucleusSurface(
  labels: StoredImage,
  nucleus: Pick<FrozenNucleus, "label" | "shape">,
  { minZyx, maxZyx }: VoxelBox,
  { voxelSizeZyx }: Pick<FrozenVolume, "voxelSizeZyx">,
): Promise<SurfaceMesh> {
  const [height, width] = [maxZyx[1] - minZyx[1], maxZyx[2] - minZyx[2]];
  const builder = createSurfaceBuilder([height, width]);
  const planes = Math.max(1, Math.floor(VOXELS_AT_ONCE / (height * width)));
  for (let zMin = minZyx[0]; zMin < maxZyx[0]; zMin += planes) {
    const zMax = Math.min(maxZyx[0], zMin + planes);
    const part = await labels.readBox({ minZyx: [zMin, minZyx[1], minZyx[2]], maxZyx: [zMax, maxZyx[1], maxZyx[2]] });
    for (let z = 0; z < zMax - zMin; z++) {
      const mask = new Uint8Array(height * width);
      for (let i = 0, at = z * mask.length; i < mask.length; i++, at++) mask[i] = part[at] === nucleus.label ? 1 : 0;
      builder.addPlane(mask);
    }
  }
  const smooth = inMicrometres(smoothSurface(builder.finish()), minZyx, voxelSizeZyx);
  return withVolume(smooth, nucleus.shape.volumeUm3, Math.min(...voxelSizeZyx) / 2);
}
