import type { Zyx } from "../volume/voxel-space.ts";
import { VoxelHeap } from "./voxel-heap.ts";

/** A seed of what floods in from beyond the arrays: nobody can say which label its voxels have. */
export const UNCERTAIN = 0xffff_ffff;

/**
 * Seeded watershed: every seed floods `height` from low to high through face neighbours inside `mask`; where two
 * floods meet, the one that arrives first keeps the voxel. No dividing line is left. Voxels of the mask that no seed
 * reaches stay 0. Seeds outside the mask are ignored.
 *
 * For a part of a volume every voxel of the mask at a cut face is a seed `UNCERTAIN`. That floods first and wins against
 * all at its height, so it is never later than what the rest of the volume could send: every voxel with another label has
 * the label that it has in the flood of the whole volume.
 */
export function seededWatershed(
  height: Float32Array,
  seeds: Uint32Array,
  mask: Uint8Array,
  shapeZyx: Zyx,
): Uint32Array<ArrayBuffer> {
  const [depth, rows, columns] = shapeZyx;
  const plane = rows * columns;
  const labels = new Uint32Array(seeds.length);
  const heap = new VoxelHeap();
  for (let i = 0; i < seeds.length; i++) {
    if (!seeds[i] || !mask[i]) continue;
    labels[i] = seeds[i];
    heap.push(i, seeds[i] === UNCERTAIN ? Number.NEGATIVE_INFINITY : height[i]);
  }
  const flood = (next: number, label: number) => {
    if (!mask[next] || labels[next]) return;
    labels[next] = label;
    heap.push(next, label === UNCERTAIN ? justBelow(height[next]) : height[next]);
  };
  while (heap.size > 0) {
    const at = heap.pop();
    const label = labels[at];
    const z = Math.floor(at / plane);
    const y = Math.floor((at - z * plane) / columns);
    const x = at - z * plane - y * columns;
    if (z > 0) flood(at - plane, label);
    if (y > 0) flood(at - columns, label);
    if (x > 0) flood(at - 1, label);
    if (x + 1 < columns) flood(at + 1, label);
    if (y + 1 < rows) flood(at + columns, label);
    if (z + 1 < depth) flood(at + plane, label);
  }
  return labels;
}

/** Less than `value` in 32 bits, and hardly so. */
const justBelow = (value: number): number => value - Math.abs(value) * 2 ** -22 - 1e-38;
