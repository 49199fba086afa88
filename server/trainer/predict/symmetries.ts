import type { VoxelBox, Zyx } from "../../../core/volume/voxel-space.ts";

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

export const turnedShape = ([depth, height, width]: Zyx, { swap }: Pick<Symmetry, "swap">): Zyx =>
  swap ? [depth, width, height] : [depth, height, width];

/** The values themselves where nothing is turned. */
export function applySymmetry(
  values: Float32Array,
  [depth, height, width]: Zyx,
  { swap, flipY, flipX }: Symmetry,
): { values: Float32Array; shapeZyx: Zyx } {
  const shapeZyx = turnedShape([depth, height, width], { swap });
  if (!swap && !flipY && !flipX) return { values, shapeZyx };
  const turned = new Float32Array(values.length);
  forEachPair([depth, height, width], { swap, flipY, flipX }, (original, other) => {
    turned[other] = values[original];
  });
  return { values: turned, shapeZyx };
}

/** Undoes `applySymmetry`; `shapeZyx` is the original's. */
export function invertSymmetry(values: Float32Array, shapeZyx: Zyx, symmetry: Symmetry): Float32Array {
  if (!symmetry.swap && !symmetry.flipY && !symmetry.flipX) return values;
  const original = new Float32Array(values.length);
  forEachPair(shapeZyx, symmetry, (index, other) => {
    original[index] = values[other];
  });
  return original;
}

/** Where a box of the volume lies in the turned one, and the other way round with `invertBox`. */
export function turnBox({ minZyx, maxZyx }: VoxelBox, [, height, width]: Zyx, symmetry: Symmetry): VoxelBox {
  const { swap, flipY, flipX } = symmetry;
  const [rows, columns] = swap ? [width, height] : [height, width];
  const [row, column] = swap ? ([2, 1] as const) : ([1, 2] as const);
  const ends = (axis: 1 | 2, flip: boolean, size: number): [number, number] =>
    flip ? [size - maxZyx[axis], size - minZyx[axis]] : [minZyx[axis], maxZyx[axis]];
  const [y, x] = [ends(row, flipY, rows), ends(column, flipX, columns)];
  return { minZyx: [minZyx[0], y[0], x[0]], maxZyx: [maxZyx[0], y[1], x[1]] };
}

/** Undoes `turnBox`; `shapeZyx` is the original's. */
export function invertBox({ minZyx, maxZyx }: VoxelBox, [, height, width]: Zyx, symmetry: Symmetry): VoxelBox {
  const { swap, flipY, flipX } = symmetry;
  const [rows, columns] = swap ? [width, height] : [height, width];
  const ends = (axis: 1 | 2, flip: boolean, size: number): [number, number] =>
    flip ? [size - maxZyx[axis], size - minZyx[axis]] : [minZyx[axis], maxZyx[axis]];
  const [row, column] = [ends(1, flipY, rows), ends(2, flipX, columns)];
  const [y, x] = swap ? [column, row] : [row, column];
  return { minZyx: [minZyx[0], y[0], x[0]], maxZyx: [maxZyx[0], y[1], x[1]] };
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
