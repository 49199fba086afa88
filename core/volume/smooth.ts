import { type VoxelSpace, voxelCount, type Zyx } from "./voxel-space.ts";

/** Gaussian smoothing with a physical width; values beyond the border repeat the border's. */
export function smooth(values: Float32Array, space: VoxelSpace, sigmaUm: number): Float32Array {
  const { depth, rows, columns } = sizesOf(space);
  return smoothRuns(values, space, sigmaUm, (_axis, visit) => {
    for (let row = 0; row < depth * rows; row++) visit(row, 0, columns);
  });
}

/** Places along x are looked at in pieces of so many. */
const PIECE = 32;

/**
 * `smooth` where `mask` is not 0 and in the 26 voxels round that, to the last bit; what is elsewhere means nothing. Most of a volume is
 * background that nobody asks about.
 */
export function smoothAround(
  values: Float32Array,
  space: VoxelSpace,
  sigmaUm: number,
  mask: Uint8Array,
): Float32Array<ArrayBuffer> {
  const { depth, rows, columns } = sizesOf(space);
  const reach = smoothingReach(space.voxelSizeZyx, sigmaUm);
  const pieces = Math.ceil(columns / PIECE);
  // What the axes before x have to make for it, and what z has to make for y.
  const forX = growPieces(markPieces(mask, columns, 1 + reach[2]), [depth, rows, pieces], 1, 1);
  const forY = growPieces(forX, [depth, rows, pieces], 0, reach[1]);
  return smoothRuns(values, space, sigmaUm, (axis, visit) => {
    const marks = axis === 0 ? forY : forX;
    for (let row = 0; row < depth * rows; row++)
      for (let piece = row * pieces; piece < (row + 1) * pieces; piece++) {
        if (marks[piece] === 0) continue;
        const first = piece;
        while (piece + 1 < (row + 1) * pieces && marks[piece + 1] !== 0) piece++;
        visit(row, (first - row * pieces) * PIECE, Math.min(columns, (piece + 1 - row * pieces) * PIECE));
      }
  });
}

/** Voxels to each side that decide about a smoothed one. */
export const smoothingReach = (voxelSizeZyx: Zyx, sigmaUm: number): Zyx => {
  const along = (axis: 0 | 1 | 2) => kernelRadius(sigmaUm / voxelSizeZyx[axis]);
  return [along(0), along(1), along(2)];
};

const kernelRadius = (sigma: number): number => (sigma < 0.2 ? 0 : Math.ceil(3 * sigma));

const sizesOf = ({ shapeZyx: [depth, rows, columns] }: VoxelSpace) => ({ depth, rows, columns });

/** Half of a symmetric kernel, middle first; a single 1 when the width is far below a voxel. */
function gaussianKernel(sigma: number): Float64Array {
  const radius = kernelRadius(sigma);
  const half = Float64Array.from({ length: radius + 1 }, (_, i) => Math.exp((-i * i) / (2 * sigma * sigma)));
  const sum = half.reduce((total, value, i) => total + (i === 0 ? value : 2 * value), 0);
  return half.map((value) => value / sum);
}

/** Visits runs of voxels along x: the row in all rows of the volume, and where in it. */
type Runs = (axis: 0 | 1 | 2, visit: (row: number, first: number, end: number) => void) => void;

function smoothRuns(
  values: Float32Array,
  { shapeZyx, voxelSizeZyx }: VoxelSpace,
  sigmaUm: number,
  runs: Runs,
): Float32Array<ArrayBuffer> {
  const [, rows, columns] = shapeZyx;
  let current = values;
  for (const axis of [0, 1, 2] as const) {
    const kernel = gaussianKernel(sigmaUm / voxelSizeZyx[axis]);
    const radius = kernel.length - 1;
    if (radius === 0) continue;
    const source = current;
    const result = new Float32Array(voxelCount(shapeZyx));
    const [before, after] = [new Int32Array(radius + 1), new Int32Array(radius + 1)];
    const sums = new Float64Array(columns);
    if (axis === 2) {
      // A row with its ends repeated is its own neighbour before and behind.
      const line = new Float32Array(columns + 2 * radius);
      runs(axis, (row, first, end) => {
        const [from, to] = [Math.max(0, first - radius), Math.min(columns, end + radius)];
        line.set(source.subarray(row * columns + from, row * columns + to), from + radius);
        if (first < radius) line.fill(source[row * columns], 0, radius);
        if (end + radius > columns) line.fill(source[(row + 1) * columns - 1], columns + radius);
        for (let k = 0; k <= radius; k++) {
          before[k] = first + radius - k;
          after[k] = first + radius + k;
        }
        weighRows(line, kernel, before, after, sums, result, row * columns + first, end - first);
      });
    } else {
      const size = shapeZyx[axis];
      const stride = axis === 0 ? rows : 1;
      runs(axis, (row, first, end) => {
        const place = axis === 0 ? Math.floor(row / rows) : row % rows;
        for (let k = 0; k <= radius; k++) {
          before[k] = (row - Math.min(k, place) * stride) * columns + first;
          after[k] = (row + Math.min(k, size - 1 - place) * stride) * columns + first;
        }
        weighRows(source, kernel, before, after, sums, result, row * columns + first, end - first);
      });
    }
    current = result;
  }
  return current === values ? values.slice() : (current as Float32Array<ArrayBuffer>);
}

/**
 * A weighted sum of rows: kernel[k] times what begins at before[k] and at after[k], the middle once, added up in the order of k. Narrow
 * kernels, as of a voxel's noise, take one walk along the row; wide ones take one for every four weights.
 */
function weighRows(
  values: Float32Array,
  kernel: Float64Array,
  before: Int32Array,
  after: Int32Array,
  sums: Float64Array,
  result: Float32Array,
  target: number,
  count: number,
): void {
  const radius = kernel.length - 1;
  const middle = before[0];
  const weight = kernel[0];
  if (radius === 2 || radius === 3) {
    const [near, far, last] = [kernel[1], kernel[2], kernel[radius]];
    const [nearBefore, nearAfter, farBefore, farAfter] = [before[1], after[1], before[2], after[2]];
    const [lastBefore, lastAfter] = [before[radius], after[radius]];
    if (radius === 2)
      for (let j = 0; j < count; j++)
        result[target + j] =
          weight * values[middle + j] +
          near * (values[nearBefore + j] + values[nearAfter + j]) +
          far * (values[farBefore + j] + values[farAfter + j]);
    else
      for (let j = 0; j < count; j++)
        result[target + j] =
          weight * values[middle + j] +
          near * (values[nearBefore + j] + values[nearAfter + j]) +
          far * (values[farBefore + j] + values[farAfter + j]) +
          last * (values[lastBefore + j] + values[lastAfter + j]);
    return;
  }
  for (let j = 0; j < count; j++) sums[j] = weight * values[middle + j];
  let k = 1;
  for (; k + 3 <= radius; k += 4) {
    const [w0, w1, w2, w3] = [kernel[k], kernel[k + 1], kernel[k + 2], kernel[k + 3]];
    const [b0, b1, b2, b3] = [before[k], before[k + 1], before[k + 2], before[k + 3]];
    const [a0, a1, a2, a3] = [after[k], after[k + 1], after[k + 2], after[k + 3]];
    for (let j = 0; j < count; j++)
      sums[j] =
        sums[j] +
        w0 * (values[b0 + j] + values[a0 + j]) +
        w1 * (values[b1 + j] + values[a1 + j]) +
        w2 * (values[b2 + j] + values[a2 + j]) +
        w3 * (values[b3 + j] + values[a3 + j]);
  }
  for (; k <= radius; k++) {
    const own = kernel[k];
    const [ownBefore, ownAfter] = [before[k], after[k]];
    for (let j = 0; j < count; j++) sums[j] = sums[j] + own * (values[ownBefore + j] + values[ownAfter + j]);
  }
  for (let j = 0; j < count; j++) result[target + j] = sums[j];
}

/** A mark for each piece of a row that a voxel of the mask lies in, or within so many voxels of. */
function markPieces(mask: Uint8Array, columns: number, reach: number): Uint8Array {
  const pieces = Math.ceil(columns / PIECE);
  const marks = new Uint8Array((mask.length / columns) * pieces);
  for (let row = 0, first = 0; row < mask.length; row += columns, first += pieces)
    for (let x = 0; x < columns; x++) {
      if (mask[row + x] === 0) continue;
      const begin = x;
      while (x + 1 < columns && mask[row + x + 1] !== 0) x++;
      const from = Math.max(0, begin - reach);
      const to = Math.min(columns - 1, x + reach);
      marks.fill(1, first + Math.floor(from / PIECE), first + Math.floor(to / PIECE) + 1);
    }
  return marks;
}

/** Marks of rows are those of the rows round them, too. */
function growPieces(marks: Uint8Array, [depth, rows, pieces]: Zyx, reachZ: number, reachY: number): Uint8Array {
  const grown = new Uint8Array(marks.length);
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < rows; y++)
      for (let piece = 0; piece < pieces; piece++) {
        if (marks[(z * rows + y) * pieces + piece] === 0) continue;
        for (let dz = Math.max(-reachZ, -z); dz <= Math.min(reachZ, depth - 1 - z); dz++)
          for (let dy = Math.max(-reachY, -y); dy <= Math.min(reachY, rows - 1 - y); dy++)
            grown[((z + dz) * rows + y + dy) * pieces + piece] = 1;
      }
  return grown;
}
