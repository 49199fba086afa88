import { distanceToNearest } from "../labels/distance-transform.ts";
import type { VoxelSpace, Zyx } from "../volume/voxel-space.ts";

export interface SurfaceDistance {
  /** Mean over both directions, µm. */
  readonly averageUm: number;
  /** The larger of the two directed 95th percentiles, µm. */
  readonly hausdorff95Um: number;
}

/**
 * Distance between the surfaces of two objects on one grid (masks, not 0 = inside), by exact anisotropic distances. The
 * grid should frame both; beyond it is outside. Null where one of them is empty.
 */
export function surfaceDistance(a: Uint8Array, b: Uint8Array, space: VoxelSpace): SurfaceDistance | null {
  const [surfaceA, surfaceB] = [a, b].map((mask) => surfaceOf(mask, space.shapeZyx));
  if (!surfaceA.includes(1) || !surfaceB.includes(1)) return null;
  const fromTo = (from: Uint8Array, to: Uint8Array) => {
    const distance = distanceToNearest(to, space.shapeZyx, space.voxelSizeZyx);
    return distance.filter((_, i) => from[i] === 1).sort();
  };
  const [there, back] = [fromTo(surfaceA, surfaceB), fromTo(surfaceB, surfaceA)];
  const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);
  const percentile95 = (sorted: Float32Array) => sorted[Math.ceil(0.95 * sorted.length) - 1];
  return {
    averageUm: (sum(there) + sum(back)) / (there.length + back.length),
    hausdorff95Um: Math.max(percentile95(there), percentile95(back)),
  };
}

/** Object voxels with a face neighbour outside. */
export function surfaceOf(mask: Uint8Array, [depth, rows, columns]: Zyx): Uint8Array {
  const plane = rows * columns;
  return mask.map((inside, i) => {
    if (!inside) return 0;
    const z = Math.floor(i / plane);
    const y = Math.floor(i / columns) % rows;
    const x = i % columns;
    const open =
      z === 0 ||
      y === 0 ||
      x === 0 ||
      z === depth - 1 ||
      y === rows - 1 ||
      x === columns - 1 ||
      !mask[i - plane] ||
      !mask[i + plane] ||
      !mask[i - columns] ||
      !mask[i + columns] ||
      !mask[i - 1] ||
      !mask[i + 1];
    return open ? 1 : 0;
  });
}
