import { forEachShared, type LabelRuns } from "../labels/label-runs.ts";

/** Voxels that the objects of two label images of one grid share, and their sizes. Sparse: most pairs never meet. */
export interface OverlapCounts {
  /** By label of the first image: label of the second -> shared voxels, background left out. */
  readonly shared: ReadonlyMap<number, ReadonlyMap<number, number>>;
  readonly firstVoxels: ReadonlyMap<number, number>;
  readonly secondVoxels: ReadonlyMap<number, number>;
}

export function countSharedVoxels(first: LabelRuns, second: LabelRuns): OverlapCounts {
  if (first.shapeZyx.some((size, axis) => size !== second.shapeZyx[axis]))
    throw new RangeError(`label images differ: ${first.shapeZyx.join(" × ")}, ${second.shapeZyx.join(" × ")} voxels`);
  const shared = new Map<number, Map<number, number>>();
  let last = 0;
  let row = new Map<number, number>();
  forEachShared(first, second, (a, b, voxels) => {
    if (a !== last) {
      row = shared.get(a) ?? new Map();
      shared.set(a, row);
      last = a;
    }
    row.set(b, (row.get(b) ?? 0) + voxels);
  });
  return { shared, firstVoxels: voxelsByLabel(first), secondVoxels: voxelsByLabel(second) };
}

function voxelsByLabel({ starts, ends, labels }: LabelRuns): Map<number, number> {
  const voxels = new Map<number, number>();
  labels.forEach((label, i) => {
    voxels.set(label, (voxels.get(label) ?? 0) + ends[i] - starts[i]);
  });
  return voxels;
}
