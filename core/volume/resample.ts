import { boxShape, type VoxelBox, type VoxelSpace, voxelCount, wholeBox, type Zyx } from "./voxel-space.ts";

/**
 * A grid of cubes over the same piece of space: it begins at the same corner and reaches at least as far. Bounded, so
 * that thick slices do not fill the memory: where more than `maxVoxels` would come of it, voxels grow on the axes that are
 * cut finer than the volume's own, and are no cubes any more.
 */
export function cubicSpace({ shapeZyx, voxelSizeZyx }: VoxelSpace, sideUm: number, maxVoxels: number): VoxelSpace {
  const spaceOf = (factor: number): VoxelSpace => {
    const size = voxelSizeZyx.map((own) => (own > sideUm ? Math.min(own, sideUm * factor) : sideUm));
    const shape = shapeZyx.map((count, axis) =>
      Math.max(1, Math.ceil((count * voxelSizeZyx[axis]) / size[axis] - 1e-6)),
    );
    return { shapeZyx: [shape[0], shape[1], shape[2]], voxelSizeZyx: [size[0], size[1], size[2]] };
  };
  const most = Math.max(...voxelSizeZyx) / sideUm;
  let factor = 1;
  let space = spaceOf(factor);
  while (voxelCount(space.shapeZyx) > maxVoxels && factor < most) {
    factor *= 1.1;
    space = spaceOf(factor);
  }
  return space;
}

/**
 * Values on another grid over the same piece of space: linear between the voxels' centres, and the weighted mean of all
 * that a voxel covers where the other grid is coarser. Beyond the outermost centres the border's values go on.
 */
export const resampleLinear = (values: Float32Array, from: VoxelSpace, to: VoxelSpace): Float32Array =>
  resampleBox({ values, box: wholeBox(from.shapeZyx) }, from, to, wholeBox(to.shapeZyx));

/** Values of a box of a volume. */
export interface BoxOfValues {
  readonly values: Float32Array;
  readonly box: VoxelBox;
}

/** A box of what `resampleLinear` makes of the whole volume, to the last bit, from at least `boxToResample` of it. */
export function resampleBox(given: BoxOfValues, from: VoxelSpace, to: VoxelSpace, wanted: VoxelBox): Float32Array {
  let current = given.values;
  const shape: [number, number, number] = [...boxShape(given.box)];
  // The axis that shrinks most goes first: the others then have less to do.
  const growth = (axis: number) => to.shapeZyx[axis] / from.shapeZyx[axis];
  for (const axis of ([0, 1, 2] as const).toSorted((a, b) => growth(a) - growth(b))) {
    const [first, end] = [wanted.minZyx[axis], wanted.maxZyx[axis]];
    if (isSameAxis(from, to, axis) && first === given.box.minZyx[axis] && end === given.box.maxZyx[axis]) continue;
    current = resampleAxis(current, shape, axis, linearTaps(from, to, axis, first, end), given.box.minZyx[axis]);
    shape[axis] = end - first;
  }
  return current === given.values ? current.slice() : current;
}

/** The box of a volume that decides about a box of the volume on another grid. */
export function boxToResample(from: VoxelSpace, to: VoxelSpace, wanted: VoxelBox): VoxelBox {
  const ends = ([0, 1, 2] as const).map((axis) => {
    const { index } = linearTaps(from, to, axis, wanted.minZyx[axis], wanted.maxZyx[axis]);
    return [index.reduce((a, b) => Math.min(a, b)), index.reduce((a, b) => Math.max(a, b)) + 1];
  });
  return { minZyx: [ends[0][0], ends[1][0], ends[2][0]], maxZyx: [ends[0][1], ends[1][1], ends[2][1]] };
}

/** For labels: each voxel takes the value of the voxel that its centre lies in. */
export function resampleNearest<T extends Uint32Array | Uint8Array>(
  values: T,
  from: VoxelSpace,
  to: VoxelSpace,
  arrayType: new (length: number) => T,
): T {
  const [zs, ys, xs] = ([0, 1, 2] as const).map((axis) => {
    const scale = to.voxelSizeZyx[axis] / from.voxelSizeZyx[axis];
    return Int32Array.from({ length: to.shapeZyx[axis] }, (_, i) =>
      Math.min(from.shapeZyx[axis] - 1, Math.floor((i + 0.5) * scale)),
    );
  });
  const result = new arrayType(voxelCount(to.shapeZyx));
  let at = 0;
  for (const z of zs)
    for (const y of ys) {
      const row = (z * from.shapeZyx[1] + y) * from.shapeZyx[2];
      for (const x of xs) result[at++] = values[row + x];
    }
  return result;
}

/** For each new place the old places and their weights: `reach` entries each. */
interface Taps {
  readonly count: number;
  readonly reach: number;
  readonly index: Int32Array;
  readonly weight: Float32Array;
}

const isSameAxis = (from: VoxelSpace, to: VoxelSpace, axis: 0 | 1 | 2): boolean =>
  from.shapeZyx[axis] === to.shapeZyx[axis] && Math.abs(to.voxelSizeZyx[axis] / from.voxelSizeZyx[axis] - 1) < 1e-9;

/** For the new places `begin` to `end` along an axis. */
function linearTaps(from: VoxelSpace, to: VoxelSpace, axis: 0 | 1 | 2, begin: number, end: number): Taps {
  const count = end - begin;
  if (isSameAxis(from, to, axis))
    return {
      count,
      reach: 1,
      index: Int32Array.from({ length: count }, (_, i) => begin + i),
      weight: new Float32Array(count).fill(1),
    };
  const size = from.shapeZyx[axis];
  /** A new voxel's size in old voxels. */
  const scale = to.voxelSizeZyx[axis] / from.voxelSizeZyx[axis];
  const halfWidth = Math.max(1, scale);
  const reach = Math.ceil(2 * halfWidth) + 1;
  const index = new Int32Array(count * reach);
  const weight = new Float32Array(count * reach);
  for (let i = 0; i < count; i++) {
    const middle = Math.min(size - 1, Math.max(0, (begin + i + 0.5) * scale - 0.5));
    const first = Math.ceil(middle - halfWidth);
    let sum = 0;
    for (let k = 0; k < reach; k++) {
      const place = first + k;
      const share = Math.max(0, 1 - Math.abs(place - middle) / halfWidth);
      index[i * reach + k] = Math.min(size - 1, Math.max(0, place));
      weight[i * reach + k] = share;
      sum += share;
    }
    for (let k = 0; k < reach; k++) weight[i * reach + k] /= sum;
  }
  return { count, reach, index, weight };
}

/** `first`: place of the values' beginning along the axis. */
function resampleAxis(values: Float32Array, shape: Zyx, axis: 0 | 1 | 2, taps: Taps, first: number): Float32Array {
  const { count, reach, index, weight } = taps;
  const inner = axis === 0 ? shape[1] * shape[2] : axis === 1 ? shape[2] : 1;
  const outer = voxelCount(shape) / (shape[axis] * inner);
  const result = new Float32Array(outer * count * inner);
  if (inner === 1) {
    for (let o = 0, target = 0; o < outer; o++)
      for (let i = 0; i < count; i++, target++) {
        let sum = 0;
        for (let k = i * reach; k < (i + 1) * reach; k++)
          if (weight[k] !== 0) sum = Math.fround(sum + weight[k] * values[o * shape[axis] + index[k] - first]);
        result[target] = sum;
      }
    return result;
  }
  for (let o = 0; o < outer; o++) {
    const source = o * shape[axis] * inner;
    for (let i = 0; i < count; i++) {
      const target = (o * count + i) * inner;
      for (let k = 0; k < reach; k++) {
        const share = weight[i * reach + k];
        if (share === 0) continue;
        const row = source + (index[i * reach + k] - first) * inner;
        for (let j = 0; j < inner; j++) result[target + j] += share * values[row + j];
      }
    }
  }
  return result;
}
