import { BRICK_SIZE, type BrickKey, brickBox } from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";

/** More samples than this take a worker seconds, and show no more on a pane of a thousand pixels. */
const MAX_SAMPLES = 9_000_000;
const MAX_STRIDE = 8;

/** How many voxels apart the samples of surfaces lie: the finest axes are thinned first, until there are few enough. */
export function chooseStride(shapeZyx: Zyx, voxelSizeZyx: Zyx, maxSamples = MAX_SAMPLES): Zyx {
  let stride: Zyx = [1, 1, 1];
  const count = () => shapeZyx.reduce((product, n, axis) => product * Math.ceil(n / stride[axis]), 1);
  while (count() > maxSamples && stride.some((s) => s < MAX_STRIDE)) {
    const spacing = stride.map((s, axis) => (s < MAX_STRIDE ? s * voxelSizeZyx[axis] : Infinity));
    const finest = Math.min(...spacing);
    stride = stride.map((s, axis) => (spacing[axis] <= finest * 1.01 ? s * 2 : s)) as unknown as Zyx;
  }
  return stride;
}

/** Every n-th voxel of a brick, from the middle of each step; null when nothing is labelled. */
export function sampleBrick(voxels: Uint32Array, key: BrickKey, shapeZyx: Zyx, strideZyx: Zyx): Uint32Array | null {
  const { minZyx, maxZyx } = brickBox(key, shapeZyx);
  const [sz, sy, sx] = strideZyx;
  const [nz, ny, nx] = samplesPerBrick(strideZyx);
  const samples = new Uint32Array(nz * ny * nx);
  let isEmpty = true;
  for (let k = 0, z = sz >> 1; k < nz && z < maxZyx[0] - minZyx[0]; k++, z += sz)
    for (let j = 0, y = sy >> 1; j < ny && y < maxZyx[1] - minZyx[1]; j++, y += sy) {
      const from = (z * BRICK_SIZE + y) * BRICK_SIZE;
      const to = (k * ny + j) * nx;
      for (let i = 0, x = sx >> 1; i < nx && x < maxZyx[2] - minZyx[2]; i++, x += sx) {
        const label = voxels[from + x];
        if (label === 0) continue;
        samples[to + i] = label;
        isEmpty = false;
      }
    }
  return isEmpty ? null : samples;
}

export const samplesPerBrick = (strideZyx: Zyx): Zyx => [
  BRICK_SIZE / strideZyx[0],
  BRICK_SIZE / strideZyx[1],
  BRICK_SIZE / strideZyx[2],
];
