import { findObjects, type LabelObject } from "../../labels/object-boxes.ts";
import type { VoxelBox, Zyx } from "../../volume/voxel-space.ts";

/** A label image whose objects are asked for one by one. */
export interface LabelIndex {
  readonly labels: Uint32Array;
  readonly objects: readonly LabelObject[];
  /** Ascending; none of a label that there is not. */
  voxelsOf(label: number): readonly number[];
  /** Objects of another image of the same grid, and the voxels that they share with this one. */
  sharedWith(label: number, other: LabelIndex): readonly { readonly other: number; readonly voxels: number }[];
  /** Labels beside it through faces of voxels, ascending. */
  touching(label: number): readonly number[];
  /** Voxels of a box without a label, or with one that passes for none. */
  backgroundIn(box: VoxelBox, isNone: (label: number) => boolean): number[];
}

export function indexLabels(labels: Uint32Array, shapeZyx: Zyx): LabelIndex {
  const [, rows, columns] = shapeZyx;
  const voxels = new Map<number, number[]>();
  labels.forEach((label, voxel) => {
    if (label === 0) return;
    const of = voxels.get(label);
    if (of) of.push(voxel);
    else voxels.set(label, [voxel]);
  });
  const voxelsOf = (label: number): readonly number[] => voxels.get(label) ?? [];
  return {
    labels,
    objects: findObjects(labels, shapeZyx),
    voxelsOf,
    sharedWith(label, other) {
      const shared = new Map<number, number>();
      for (const voxel of voxelsOf(label)) {
        const there = other.labels[voxel];
        if (there !== 0) shared.set(there, (shared.get(there) ?? 0) + 1);
      }
      return [...shared].sort((a, b) => a[0] - b[0]).map(([one, count]) => ({ other: one, voxels: count }));
    },
    touching(label) {
      const found = new Set<number>();
      for (const voxel of voxelsOf(label)) {
        const [x, y] = [voxel % columns, Math.floor(voxel / columns) % rows];
        const beside = [
          x > 0 ? voxel - 1 : voxel,
          x + 1 < columns ? voxel + 1 : voxel,
          y > 0 ? voxel - columns : voxel,
          y + 1 < rows ? voxel + columns : voxel,
          voxel - rows * columns,
          voxel + rows * columns,
        ];
        for (const place of beside) if (labels[place] && labels[place] !== label) found.add(labels[place]);
      }
      return [...found].sort((a, b) => a - b);
    },
    backgroundIn({ minZyx, maxZyx }, isNone) {
      const found: number[] = [];
      for (let z = minZyx[0]; z < maxZyx[0]; z++)
        for (let y = minZyx[1]; y < maxZyx[1]; y++)
          for (let x = minZyx[2]; x < maxZyx[2]; x++) {
            const voxel = (z * rows + y) * columns + x;
            if (labels[voxel] === 0 || isNone(labels[voxel])) found.push(voxel);
          }
      return found;
    },
  };
}
