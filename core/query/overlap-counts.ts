/** Voxels that the objects of two label images of one grid share, and their sizes. Sparse: most pairs never meet. */
export interface OverlapCounts {
  /** By label of the first image: label of the second -> shared voxels, background left out. */
  readonly shared: ReadonlyMap<number, ReadonlyMap<number, number>>;
  readonly firstVoxels: ReadonlyMap<number, number>;
  readonly secondVoxels: ReadonlyMap<number, number>;
}

export function countSharedVoxels(first: Uint32Array, second: Uint32Array): OverlapCounts {
  if (first.length !== second.length)
    throw new RangeError(`label images differ: ${first.length}, ${second.length} voxels`);
  const shared = new Map<number, Map<number, number>>();
  const firstVoxels = new Map<number, number>();
  const secondVoxels = new Map<number, number>();
  const add = <K>(map: Map<K, number>, key: K, count: number) => map.set(key, (map.get(key) ?? 0) + count);
  const addShared = (a: number, b: number, count: number) => {
    let row = shared.get(a);
    if (!row) {
      row = new Map();
      shared.set(a, row);
    }
    add(row, b, count);
  };
  // Runs of equal pairs are long along x: counting per run instead of per voxel is several times faster.
  for (let i = 0; i < first.length; ) {
    const a = first[i];
    const b = second[i];
    let end = i + 1;
    while (end < first.length && first[end] === a && second[end] === b) end++;
    if (a !== 0) add(firstVoxels, a, end - i);
    if (b !== 0) add(secondVoxels, b, end - i);
    if (a !== 0 && b !== 0) addShared(a, b, end - i);
    i = end;
  }
  return { shared, firstVoxels, secondVoxels };
}
