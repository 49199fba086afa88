import type { VoxelSpace, Zyx } from "./voxel-space.ts";

type Axis = 0 | 1 | 2;
/** Replaces one line of voxels; `padded` has `margin` mirrored voxels before and after it. */
type LineFilter = (padded: Float64Array, margin: number, size: number, line: Float64Array) => void;

/** Gaussian blur, in place, one axis after the other; sigmas in micrometres. Mirrored at the faces. */
export function blur(pixels: Float32Array, space: VoxelSpace, sigmaUmZyx: Zyx): void {
  for (const axis of [0, 1, 2] as const) {
    const kernel = gaussianKernel(sigmaUmZyx[axis] / space.voxelSizeZyx[axis]);
    const margin = kernel.length - 1;
    filterLines(pixels, space.shapeZyx, axis, margin, (padded, from, size, line) => {
      for (let k = 0; k < size; k++) {
        let sum = kernel[0] * padded[from + k];
        for (let o = 1; o <= margin; o++) sum += kernel[o] * (padded[from + k - o] + padded[from + k + o]);
        line[k] = sum;
      }
    });
  }
}

/** Two running means per axis: a wide, soft blur that costs the same at any width. Half widths in micrometres. */
export function blurWidely(pixels: Float32Array, space: VoxelSpace, halfWidthUmZyx: Zyx): void {
  for (const axis of [0, 1, 2] as const) {
    const margin = Math.max(1, Math.round(halfWidthUmZyx[axis] / space.voxelSizeZyx[axis]));
    const runningMean: LineFilter = (padded, from, size, line) => {
      let sum = 0;
      for (let k = from - margin; k <= from + margin; k++) sum += padded[k];
      for (let k = 0; k < size; k++) {
        line[k] = sum / (2 * margin + 1);
        sum += padded[from + k + margin + 1] - padded[from + k - margin];
      }
    };
    filterLines(pixels, space.shapeZyx, axis, margin + 1, runningMean);
    filterLines(pixels, space.shapeZyx, axis, margin + 1, runningMean);
  }
}

/** One half and the middle: weight 0 is the centre's. Three sigmas long, sums to 1. */
function gaussianKernel(sigmaVoxels: number): Float64Array {
  const reach = Math.ceil(3 * sigmaVoxels) + 1;
  const kernel = new Float64Array(reach).map((_, i) => Math.exp(-(i * i) / (2 * sigmaVoxels ** 2)));
  const sum = 2 * kernel.reduce((a, b) => a + b, 0) - kernel[0];
  return kernel.map((weight) => weight / sum);
}

function filterLines(pixels: Float32Array, shape: Zyx, axis: Axis, margin: number, filter: LineFilter): void {
  const strides: Zyx = [shape[1] * shape[2], shape[2], 1];
  const size = shape[axis];
  const stride = strides[axis];
  const padded = new Float64Array(size + 2 * margin);
  const line = new Float64Array(size);
  // Where each padded position is read from: faces mirror, and lines shorter than the margin go to and fro.
  const from = Int32Array.from(padded, (_, i) => {
    const phase = (((i - margin) % (2 * size)) + 2 * size) % (2 * size);
    return (phase < size ? phase : 2 * size - 1 - phase) * stride;
  });
  const [a, b] = ([0, 1, 2] as const).filter((other) => other !== axis);
  for (let i = 0; i < shape[a]; i++)
    for (let j = 0; j < shape[b]; j++) {
      const start = i * strides[a] + j * strides[b];
      for (let k = 0; k < padded.length; k++) padded[k] = pixels[start + from[k]];
      filter(padded, margin, size, line);
      for (let k = 0; k < size; k++) pixels[start + k * stride] = line[k];
    }
}
