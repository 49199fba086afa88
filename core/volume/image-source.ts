import { boxShape, type VoxelBox, type VoxelSpace, voxelCount, type Zyx } from "./voxel-space.ts";

/** An image that is read where it is needed. */
export interface ImageSource extends VoxelSpace {
  /** Intensities as stored, C order, of a box inside the volume. */
  readImage(box: VoxelBox): Promise<Float32Array>;
}

export const imageInMemory = (image: Float32Array, { shapeZyx, voxelSizeZyx }: VoxelSpace): ImageSource => ({
  shapeZyx,
  voxelSizeZyx,
  readImage: async (box) =>
    voxelCount(boxShape(box)) === image.length ? image : cropBox(image, shapeZyx, box, Float32Array),
});

/** A box of a volume as an array of its own. */
export function cropBox<T extends Float32Array | Uint32Array | Uint8Array>(
  values: T,
  shapeZyx: Zyx,
  box: VoxelBox,
  arrayType: new (length: number) => T,
): T {
  const { minZyx } = box;
  const [depth, height, width] = boxShape(box);
  const cropped = new arrayType(depth * height * width);
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++) {
      const from = ((minZyx[0] + z) * shapeZyx[1] + minZyx[1] + y) * shapeZyx[2] + minZyx[2];
      cropped.set(values.subarray(from, from + width), (z * height + y) * width);
    }
  return cropped;
}
