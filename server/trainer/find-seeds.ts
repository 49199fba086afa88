import type { VoxelSpace } from "../../core/volume/voxel-space.ts";

/**
 * One seed per peak: voxels of the mask that no neighbour exceeds and that reach `least`, from the highest down, each at
 * least `minSeparationUm` from every seed before it. Equal heights go by linear index, so the result is deterministic.
 * Returns the seeds' voxels, highest first.
 */
export function findSeeds(
  height: Float32Array,
  mask: Uint8Array,
  { shapeZyx, voxelSizeZyx }: VoxelSpace,
  least: number,
  minSeparationUm: number,
): number[] {
  const [depth, rows, columns] = shapeZyx;
  const plane = rows * columns;
  const candidates: number[] = [];
  for (let i = 0; i < height.length; i++)
    if (mask[i] && height[i] >= least && isPeak(height, i, depth, rows, columns)) candidates.push(i);
  candidates.sort((a, b) => height[b] - height[a] || a - b);
  const seeds: number[] = [];
  const placed: [number, number, number][] = [];
  for (const candidate of candidates) {
    const z = Math.floor(candidate / plane) * voxelSizeZyx[0];
    const y = (Math.floor(candidate / columns) % rows) * voxelSizeZyx[1];
    const x = (candidate % columns) * voxelSizeZyx[2];
    if (placed.some(([pz, py, px]) => Math.hypot(z - pz, y - py, x - px) < minSeparationUm)) continue;
    placed.push([z, y, x]);
    seeds.push(candidate);
  }
  return seeds;
}

function isPeak(height: Float32Array, at: number, depth: number, rows: number, columns: number): boolean {
  const plane = rows * columns;
  const z = Math.floor(at / plane);
  const y = Math.floor(at / columns) % rows;
  const x = at % columns;
  for (let dz = z > 0 ? -1 : 0; dz <= (z + 1 < depth ? 1 : 0); dz++)
    for (let dy = y > 0 ? -1 : 0; dy <= (y + 1 < rows ? 1 : 0); dy++)
      for (let dx = x > 0 ? -1 : 0; dx <= (x + 1 < columns ? 1 : 0); dx++)
        if (height[at + dz * plane + dy * columns + dx] > height[at]) return false;
  return true;
}
