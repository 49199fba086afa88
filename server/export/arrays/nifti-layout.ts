import { bytesPerPixel, type PixelType, type VoxelSpace } from "../../../core/volume/voxel-space.ts";
import type { StackLayout } from "../stacks/stack-stream.ts";

const HEADER_BYTES = 348;
/** The header and four bytes that say that no extension follows. */
const VOXELS_AT = 352;
const UM_PER_MM = 1000;
const MILLIMETRES = 2;
const INTENT_LABEL = 1002;
/** Sizes are signed integers of 16 bits. */
export const NIFTI_MAX_SIZE = 0x7fff;

const TYPES: Readonly<Record<PixelType, number>> = {
  uint8: 2,
  int16: 4,
  int32: 8,
  float32: 16,
  int8: 256,
  uint16: 512,
  uint32: 768,
};

export interface NiftiStack extends VoxelSpace {
  readonly pixelType: PixelType;
  /** At most 79 bytes. */
  readonly description: string;
  readonly isLabels: boolean;
}

/**
 * NIfTI-1 in one file (https://nifti.nimh.nih.gov/nifti-1). x is fastest, as in our C order z, y, x; sizes in millimetres, because most
 * programs take them for such whatever the header says. Both transforms are the voxel size alone: no direction is claimed, and the
 * middle of the first voxel lies at 0.
 */
export function layoutNifti({ shapeZyx, voxelSizeZyx, pixelType, description, isLabels }: NiftiStack): StackLayout {
  const head = new Uint8Array(VOXELS_AT);
  const view = new DataView(head.buffer);
  const [depth, height, width] = shapeZyx;
  const spacingXyz = [voxelSizeZyx[2], voxelSizeZyx[1], voxelSizeZyx[0]].map((um) => um / UM_PER_MM);
  const text = (at: number, value: string) => head.set(new TextEncoder().encode(value).subarray(0, 79), at);
  view.setInt32(0, HEADER_BYTES, true);
  [3, width, height, depth, 1, 1, 1, 1].forEach((size, i) => void view.setInt16(40 + 2 * i, size, true));
  view.setInt16(68, isLabels ? INTENT_LABEL : 0, true);
  view.setInt16(70, TYPES[pixelType], true);
  view.setInt16(72, 8 * bytesPerPixel[pixelType], true);
  [1, ...spacingXyz, 0, 0, 0, 0].forEach((size, i) => void view.setFloat32(76 + 4 * i, size, true));
  view.setFloat32(108, VOXELS_AT, true);
  view.setFloat32(112, 1, true); // slope; the intercept behind it is 0
  view.setUint8(123, MILLIMETRES);
  text(148, description);
  view.setInt16(252, 1, true); // the quaternion behind it is 0: no rotation
  view.setInt16(254, 1, true);
  spacingXyz.forEach((size, row) => void view.setFloat32(280 + 16 * row + 4 * row, size, true));
  text(344, "n+1");
  const planeBytes = height * width * bytesPerPixel[pixelType];
  return { head, planeBytes, tail: new Uint8Array(), totalBytes: VOXELS_AT + depth * planeBytes };
}
