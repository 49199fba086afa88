import type { VoxelSpace, Zyx } from "./voxel-space.ts";

/** Gaussian smoothing with a physical width; values beyond the border repeat the border's. */
export function smooth(values: Float32Array, { shapeZyx, voxelSizeZyx }: VoxelSpace, sigmaUm: number): Float32Array {
  const strides = [shapeZyx[1] * shapeZyx[2], shapeZyx[2], 1];
  let current = values;
  for (const axis of [0, 1, 2] as const) {
    const kernel = gaussianKernel(sigmaUm / voxelSizeZyx[axis]);
    if (kernel.length > 1) current = smoothAxis(current, shapeZyx[axis], strides[axis], kernel);
  }
  return current === values ? values.slice() : current;
}

/** Voxels to each side that decide about a smoothed one. */
export const smoothingReach = (voxelSizeZyx: Zyx, sigmaUm: number): Zyx => {
  const along = (axis: 0 | 1 | 2) => kernelRadius(sigmaUm / voxelSizeZyx[axis]);
  return [along(0), along(1), along(2)];
};

const kernelRadius = (sigma: number): number => (sigma < 0.2 ? 0 : Math.ceil(3 * sigma));

/** Half of a symmetric kernel, middle first; a single 1 when the width is far below a voxel. */
function gaussianKernel(sigma: number): Float64Array {
  const radius = kernelRadius(sigma);
  const half = Float64Array.from({ length: radius + 1 }, (_, i) => Math.exp((-i * i) / (2 * sigma * sigma)));
  const sum = half.reduce((total, value, i) => total + (i === 0 ? value : 2 * value), 0);
  return half.map((value) => value / sum);
}

/** Runs of `stride` voxels lie side by side: they are smoothed together, so that memory is read in its order. */
function smoothAxis(values: Float32Array, size: number, stride: number, kernel: Float64Array): Float32Array {
  if (stride === 1) return smoothRows(values, size, kernel);
  const result = new Float32Array(values.length);
  const sums = new Float64Array(stride);
  for (let first = 0; first < values.length; first += size * stride)
    for (let i = 0; i < size; i++) {
      const middle = first + i * stride;
      for (let j = 0; j < stride; j++) sums[j] = kernel[0] * values[middle + j];
      for (let k = 1; k < kernel.length; k++) {
        const weight = kernel[k];
        const before = first + Math.max(0, i - k) * stride;
        const after = first + Math.min(size - 1, i + k) * stride;
        for (let j = 0; j < stride; j++) sums[j] += weight * (values[before + j] + values[after + j]);
      }
      result.set(sums, middle);
    }
  return result;
}

function smoothRows(values: Float32Array, size: number, kernel: Float64Array): Float32Array {
  const result = new Float32Array(values.length);
  const radius = kernel.length - 1;
  const row = new Float64Array(size + 2 * radius);
  for (let first = 0; first < values.length; first += size) {
    row.fill(values[first], 0, radius);
    row.set(values.subarray(first, first + size), radius);
    row.fill(values[first + size - 1], radius + size);
    for (let i = 0; i < size; i++) {
      const at = i + radius;
      let sum = kernel[0] * row[at];
      for (let k = 1; k <= radius; k++) sum += kernel[k] * (row[at - k] + row[at + k]);
      result[first + i] = sum;
    }
  }
  return result;
}
