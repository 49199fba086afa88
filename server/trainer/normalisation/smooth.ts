import type { VoxelSpace, Zyx } from "../../../core/volume/voxel-space.ts";

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

function smoothAxis(values: Float32Array, size: number, stride: number, kernel: Float64Array): Float32Array {
  const result = new Float32Array(values.length);
  const line = new Float64Array(size);
  for (let first = 0; first < values.length; first++) {
    if (Math.floor(first / stride) % size !== 0) continue;
    for (let i = 0; i < size; i++) line[i] = values[first + i * stride];
    for (let i = 0; i < size; i++) {
      let sum = kernel[0] * line[i];
      for (let k = 1; k < kernel.length; k++)
        sum += kernel[k] * (line[Math.max(0, i - k)] + line[Math.min(size - 1, i + k)]);
      result[first + i * stride] = sum;
    }
  }
  return result;
}
