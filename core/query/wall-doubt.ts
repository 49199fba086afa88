import type { Zyx } from "../volume/voxel-space.ts";

/** The wall is as strong as its weak part. */
const WALL_PERCENTILE = 0.1;

/**
 * For every object that touches another: 1 - (10th percentile of the boundary probability on the shared interface),
 * for the neighbour with the weakest wall. The interface is the voxels on both sides that share a face.
 */
export function wallDoubts(labels: Uint32Array, boundary: Float32Array, shapeZyx: Zyx): Map<number, number> {
  const interfaces = new Map<number, Map<number, Set<number>>>();
  const [depth, height, width] = shapeZyx;
  const plane = height * width;
  const meet = (i: number, j: number) => {
    const a = Math.min(labels[i], labels[j]);
    const b = Math.max(labels[i], labels[j]);
    let row = interfaces.get(a);
    if (!row) {
      row = new Map();
      interfaces.set(a, row);
    }
    let voxels = row.get(b);
    if (!voxels) {
      voxels = new Set();
      row.set(b, voxels);
    }
    voxels.add(i).add(j);
  };
  let i = 0;
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) {
        const label = labels[i];
        if (label === 0) continue;
        const right = x + 1 < width ? labels[i + 1] : 0;
        const below = y + 1 < height ? labels[i + width] : 0;
        const behind = z + 1 < depth ? labels[i + plane] : 0;
        if (right !== 0 && right !== label) meet(i, i + 1);
        if (below !== 0 && below !== label) meet(i, i + width);
        if (behind !== 0 && behind !== label) meet(i, i + plane);
      }
  const doubts = new Map<number, number>();
  for (const [a, row] of interfaces)
    for (const [b, voxels] of row) {
      const walls = Float32Array.from(voxels, (voxel) => boundary[voxel]).sort();
      const doubt = 1 - walls[Math.floor(WALL_PERCENTILE * (walls.length - 1))];
      for (const label of [a, b]) doubts.set(label, Math.max(doubts.get(label) ?? 0, doubt));
    }
  return doubts;
}
