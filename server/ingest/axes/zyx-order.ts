import { createPixelArray, type PixelArray, type PixelType, type Zyx } from "../../../core/volume/voxel-space.ts";

/** Strides of z, y and x in a box of an array: `zyx` are their axes, `counts` the box's length along every axis, C order. */
export function stridesOf(zyx: Zyx, counts: readonly number[]): Zyx {
  const strides = counts.map(() => 1);
  for (let axis = counts.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * counts[axis + 1];
  return [strides[zyx[0]], strides[zyx[1]], strides[zyx[2]]];
}

/** Voxels of any strides, x fastest; the same array where they are so already. */
export function inZyxOrder(
  type: PixelType,
  data: PixelArray,
  [planes, rows, sizeX]: Zyx,
  [stepZ, stepY, stepX]: Zyx,
): PixelArray {
  if (stepX === 1 && stepY === sizeX && stepZ === rows * sizeX) return data;
  const ordered = createPixelArray(type, planes * rows * sizeX);
  let at = 0;
  for (let z = 0; z < planes; z++)
    for (let y = 0; y < rows; y++)
      for (let x = 0, from = z * stepZ + y * stepY; x < sizeX; x++, from += stepX) ordered[at++] = data[from];
  return ordered;
}
