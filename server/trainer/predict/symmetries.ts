import type { GridInArray } from "../../../core/perception/tiles.ts";
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

/** Where the turned volume lies in an array of a box of the volume; `shapeZyx` is the volume's. */
export function turnedGrid({ minZyx, maxZyx }: VoxelBox, shapeZyx: Zyx, symmetry: Symmetry): GridInArray {
  const [, rows, columns] = turnedShape(shapeZyx, symmetry);
  const width = maxZyx[2] - minZyx[2];
  const alongY = (y: number) => (y - minZyx[1]) * width;
  const alongX = (x: number) => x - minZyx[2];
  const [down, across] = symmetry.swap ? [alongX, alongY] : [alongY, alongX];
  return {
    plane: (z) => (z - minZyx[0]) * (maxZyx[1] - minZyx[1]) * width,
    row: (y) => down(symmetry.flipY ? rows - 1 - y : y),
    column: (x) => across(symmetry.flipX ? columns - 1 - x : x),
  };
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
