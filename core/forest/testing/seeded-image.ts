import { voxelCount, type Zyx } from "../../volume/voxel-space.ts";

/** Noise in [0, 1), the same every time (a linear congruential generator). */
export function seededImage(shapeZyx: Zyx): Float32Array<ArrayBuffer> {
  let state = 7;
  return new Float32Array(voxelCount(shapeZyx)).map(() => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
}
