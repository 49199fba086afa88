/** Sizes, points and boxes of a volume. Arrays are in z, y, x order; boxes are half-open; sizes in micrometres. */

export type Zyx = readonly [z: number, y: number, x: number];

/** A box of voxels, `[min, max)` on every axis, z, y, x order. */
export interface VoxelBox {
  readonly minZyx: Zyx;
  readonly maxZyx: Zyx;
}

/** The grid of a volume and the physical size of its voxels in micrometres. */
export interface VoxelSpace {
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
}

export type PixelType = "uint8" | "int8" | "uint16" | "int16" | "uint32" | "int32" | "float32";

export type PixelArray = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array;

export const bytesPerPixel: Readonly<Record<PixelType, 1 | 2 | 4>> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
};

export function createPixelArray(type: PixelType, length: number): PixelArray {
  switch (type) {
    case "uint8":
      return new Uint8Array(length);
    case "int8":
      return new Int8Array(length);
    case "uint16":
      return new Uint16Array(length);
    case "int16":
      return new Int16Array(length);
    case "uint32":
      return new Uint32Array(length);
    case "int32":
      return new Int32Array(length);
    case "float32":
      return new Float32Array(length);
  }
}

export const voxelCount = (shapeZyx: Zyx): number => shapeZyx[0] * shapeZyx[1] * shapeZyx[2];

export const boxShape = (box: VoxelBox): Zyx => [
  box.maxZyx[0] - box.minZyx[0],
  box.maxZyx[1] - box.minZyx[1],
  box.maxZyx[2] - box.minZyx[2],
];

/** The box as seen from `originZyx`. */
export const boxSeenFrom = ({ minZyx, maxZyx }: VoxelBox, [z, y, x]: Zyx): VoxelBox => ({
  minZyx: [minZyx[0] - z, minZyx[1] - y, minZyx[2] - x],
  maxZyx: [maxZyx[0] - z, maxZyx[1] - y, maxZyx[2] - x],
});

export const isSameBox = (a: VoxelBox, b: VoxelBox): boolean =>
  a.minZyx.every((min, axis) => min === b.minZyx[axis] && a.maxZyx[axis] === b.maxZyx[axis]);

export const isEmptyBox = (box: VoxelBox): boolean => boxShape(box).some((size) => size <= 0);

export function intersectBoxes(a: VoxelBox, b: VoxelBox): VoxelBox | null {
  const box: VoxelBox = {
    minZyx: [
      Math.max(a.minZyx[0], b.minZyx[0]),
      Math.max(a.minZyx[1], b.minZyx[1]),
      Math.max(a.minZyx[2], b.minZyx[2]),
    ],
    maxZyx: [
      Math.min(a.maxZyx[0], b.maxZyx[0]),
      Math.min(a.maxZyx[1], b.maxZyx[1]),
      Math.min(a.maxZyx[2], b.maxZyx[2]),
    ],
  };
  return isEmptyBox(box) ? null : box;
}

/** The smallest box that holds both. */
export const unionOfBoxes = (a: VoxelBox, b: VoxelBox): VoxelBox => ({
  minZyx: [Math.min(a.minZyx[0], b.minZyx[0]), Math.min(a.minZyx[1], b.minZyx[1]), Math.min(a.minZyx[2], b.minZyx[2])],
  maxZyx: [Math.max(a.maxZyx[0], b.maxZyx[0]), Math.max(a.maxZyx[1], b.maxZyx[1]), Math.max(a.maxZyx[2], b.maxZyx[2])],
});

export const wholeBox = (shapeZyx: Zyx): VoxelBox => ({ minZyx: [0, 0, 0], maxZyx: shapeZyx });

export function containsPoint(box: VoxelBox, z: number, y: number, x: number): boolean {
  return (
    z >= box.minZyx[0] &&
    z < box.maxZyx[0] &&
    y >= box.minZyx[1] &&
    y < box.maxZyx[1] &&
    x >= box.minZyx[2] &&
    x < box.maxZyx[2]
  );
}

/** z extent of a voxel over its larger in-plane extent: 1 = isotropic, above 1 = thick slices. */
export const anisotropyOf = (voxelSizeZyx: Zyx): number => voxelSizeZyx[0] / Math.max(voxelSizeZyx[1], voxelSizeZyx[2]);
