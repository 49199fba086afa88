/** Features are compared by bin: a voxel is then a byte per feature, and a split a whole number. */
export const BINS = 64;
export const EDGES = BINS - 1;

/** `EDGES` values, ascending, that part a sample of a feature in about equal shares. `sample` is sorted in place. */
export function quantileEdges(sample: Float32Array): Float32Array {
  sample.sort();
  return Float32Array.from({ length: EDGES }, (_, k) => sample[Math.floor(((k + 1) * sample.length) / BINS)] ?? 0);
}

/** How many of the edges from `first` on lie below the value. */
export function binOf(value: number, edges: Float32Array, first: number): number {
  let low = 0;
  for (let step = BINS >> 1; step > 0; step >>= 1) if (value > edges[first + low + step - 1]) low += step;
  return low;
}
