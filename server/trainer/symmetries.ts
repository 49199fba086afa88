import type { Zyx } from "../../core/volume/voxel-space.ts";

/** A symmetry of the grid in plane: first y and x are swapped or not, then each is reversed or not. */
export interface Symmetry {
  readonly swap: boolean;
  readonly flipY: boolean;
  readonly flipX: boolean;
}

const either = [false, true];

/** All eight, identity first; the four flips only where voxels are not square in plane. z is left alone: optics differ along it. */
export function symmetriesOf(voxelSizeZyx: Zyx): Symmetry[] {
  const square = Math.abs(voxelSizeZyx[1] / voxelSizeZyx[2] - 1) < 0.01;
  return (square ? either : [false]).flatMap((swap) =>
    either.flatMap((flipY) => either.map((flipX) => ({ swap, flipY, flipX }))),
  );
}

export function applySymmetry(
  values: Float32Array,
  [depth, height, width]: Zyx,
  { swap, flipY, flipX }: Symmetry,
): { values: Float32Array; shapeZyx: Zyx } {
  const shapeZyx: Zyx = swap ? [depth, width, height] : [depth, height, width];
  const turned = new Float32Array(values.length);
  forEachPair([depth, height, width], { swap, flipY, flipX }, (original, other) => {
    turned[other] = values[original];
  });
  return { values: turned, shapeZyx };
}

/** Undoes `applySymmetry`; `shapeZyx` is the original's. */
export function invertSymmetry(values: Float32Array, shapeZyx: Zyx, symmetry: Symmetry): Float32Array {
  const original = new Float32Array(values.length);
  forEachPair(shapeZyx, symmetry, (index, other) => {
    original[index] = values[other];
  });
  return original;
}

function forEachPair(
  [depth, height, width]: Zyx,
  { swap, flipY, flipX }: Symmetry,
  visit: (original: number, turned: number) => void,
): void {
  const rows = swap ? width : height;
  const columns = swap ? height : width;
  let index = 0;
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, index++) {
        const row = swap ? x : y;
        const column = swap ? y : x;
        visit(index, (z * rows + (flipY ? rows - 1 - row : row)) * columns + (flipX ? columns - 1 - column : column));
      }
}
