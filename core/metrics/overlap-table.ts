/** How many voxels each true object shares with each predicted one. */
export interface OverlapTable {
  readonly truthLabels: readonly number[];
  readonly foundLabels: readonly number[];
  readonly truthVoxels: readonly number[];
  readonly foundVoxels: readonly number[];
  /** Row-major, truth × found, voxels. */
  readonly shared: Float64Array;
}

export interface OverlapOptions {
  /** Objects with fewer voxels are ignored on both sides. */
  readonly minVoxels?: number;
}

export function countOverlaps(truth: Uint32Array, found: Uint32Array, options: OverlapOptions = {}): OverlapTable {
  if (truth.length !== found.length)
    throw new RangeError(`label images differ: ${truth.length}, ${found.length} voxels`);
  const minVoxels = options.minVoxels ?? 1;
  const truthSizes = countVoxels(truth, minVoxels);
  const foundSizes = countVoxels(found, minVoxels);
  const rowOf = indexOf(truthSizes);
  const columnOf = indexOf(foundSizes);
  const shared = new Float64Array(truthSizes.size * foundSizes.size);
  for (let i = 0; i < truth.length; i++) {
    if (truth[i] === 0 || found[i] === 0) continue;
    const row = rowOf.get(truth[i]);
    const column = columnOf.get(found[i]);
    if (row !== undefined && column !== undefined) shared[row * foundSizes.size + column]++;
  }
  return {
    truthLabels: [...truthSizes.keys()],
    foundLabels: [...foundSizes.keys()],
    truthVoxels: [...truthSizes.values()],
    foundVoxels: [...foundSizes.values()],
    shared,
  };
}

function countVoxels(labels: Uint32Array, minVoxels: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (const label of labels) if (label !== 0) counts.set(label, (counts.get(label) ?? 0) + 1);
  return new Map([...counts].filter(([, voxels]) => voxels >= minVoxels).sort((a, b) => a[0] - b[0]));
}

const indexOf = (sizes: ReadonlyMap<number, number>): Map<number, number> =>
  new Map([...sizes.keys()].map((label, index) => [label, index]));

/** IoU of every pair, row-major truth × found. */
export function intersectionOverUnion(table: OverlapTable): Float64Array {
  const columns = table.foundVoxels.length;
  return table.shared.map((shared, i) => {
    const union = table.truthVoxels[Math.floor(i / columns)] + table.foundVoxels[i % columns] - shared;
    return shared / union;
  });
}
