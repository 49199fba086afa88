import type { FileImage } from "./file-contents.ts";

/** µm. What lies outside comes from a wrong unit or a header that nobody filled in, not from a light microscope. */
export const PLAUSIBLE_UM = [0.001, 200] as const;

export const isPlausibleSize = (um: number): boolean => um >= PLAUSIBLE_UM[0] && um <= PLAUSIBLE_UM[1];

/** A voxel size that cannot be right is not taken but told, so that a person is asked for it. */
export function withoutDoubtfulSize<T extends Pick<FileImage, "voxelSizeZyx" | "voxelSizeNote">>(image: T): T {
  const { voxelSizeZyx: size, voxelSizeNote: source } = image;
  if (!size || size.every(isPlausibleSize)) return image;
  const said = `${source} says voxels of ${size.join(" × ")} µm (z, y, x), which cannot be right.`;
  return { ...image, voxelSizeZyx: null, voxelSizeNote: said };
}
