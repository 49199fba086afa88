import type { Zyx } from "../volume/voxel-space.ts";

/**
 * Exact Euclidean distance, in the unit of `spacingZyx`, from every voxel's centre to the nearest voxel centre where
 * `sources` is not 0; Infinity everywhere when there is none. Lower envelope of parabolas, one pass per axis
 * (Felzenszwalb and Huttenlocher 2012), linear in the number of voxels.
 */
export function distanceToNearest(sources: Uint8Array, shapeZyx: Zyx, spacingZyx: Zyx): Float32Array {
  const [depth, height, width] = shapeZyx;
  const squared = new Float64Array(sources.length);
  for (let i = 0; i < sources.length; i++) squared[i] = sources[i] ? 0 : Number.POSITIVE_INFINITY;
  const sweep = createLineSweep(Math.max(depth, height, width));
  const plane = height * width;
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++) sweep(squared, z * plane + y * width, 1, width, spacingZyx[2]);
  for (let z = 0; z < depth; z++)
    for (let x = 0; x < width; x++) sweep(squared, z * plane + x, width, height, spacingZyx[1]);
  for (let i = 0; i < plane; i++) sweep(squared, i, plane, depth, spacingZyx[0]);
  const distance = new Float32Array(squared.length);
  for (let i = 0; i < squared.length; i++) distance[i] = Math.sqrt(squared[i]);
  return distance;
}

type LineSweep = (values: Float64Array, first: number, stride: number, count: number, spacing: number) => void;

function createLineSweep(longest: number): LineSweep {
  const apex = new Int32Array(longest);
  const height = new Float64Array(longest);
  /** `from[k]`: where parabola k begins to be the lowest. */
  const from = new Float64Array(longest + 1);
  return (values, first, stride, count, spacing) => {
    let last = -1;
    for (let i = 0; i < count; i++) {
      const f = values[first + i * stride];
      if (f === Number.POSITIVE_INFINITY) continue;
      const position = i * spacing;
      let begin = Number.NEGATIVE_INFINITY;
      while (last >= 0) {
        const other = apex[last] * spacing;
        begin = (f - height[last] + position * position - other * other) / (2 * (position - other));
        if (begin > from[last]) break;
        last--;
        begin = Number.NEGATIVE_INFINITY;
      }
      last++;
      apex[last] = i;
      height[last] = f;
      from[last] = begin;
    }
    if (last < 0) return;
    let k = 0;
    for (let i = 0; i < count; i++) {
      const position = i * spacing;
      while (k < last && from[k + 1] < position) k++;
      const away = position - apex[k] * spacing;
      values[first + i * stride] = height[k] + away * away;
    }
  };
}
