import type { Zyx } from "../../volume/voxel-space.ts";

/** Voxels of all objects, and those of them that lie beside another label or none, in plane or across slices. */
export function placesOf(labels: Uint32Array, [, rows, columns]: Zyx): { inside: number[]; border: number[] } {
  const inside: number[] = [];
  const border: number[] = [];
  labels.forEach((label, voxel) => {
    if (label === 0) return;
    inside.push(voxel);
    const [x, y] = [voxel % columns, Math.floor(voxel / columns) % rows];
    const beside = [
      ...(x > 0 ? [voxel - 1] : []),
      ...(x + 1 < columns ? [voxel + 1] : []),
      ...(y > 0 ? [voxel - columns] : []),
      ...(y + 1 < rows ? [voxel + columns] : []),
      ...(voxel >= rows * columns ? [voxel - rows * columns] : []),
      ...(voxel + rows * columns < labels.length ? [voxel + rows * columns] : []),
    ];
    if (beside.some((other) => labels[other] !== label)) border.push(voxel);
  });
  return { inside, border };
}
