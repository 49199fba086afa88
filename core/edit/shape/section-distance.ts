import { distanceToNearest } from "../../labels/distance-transform.ts";

/** A section and the signed distance to its outline: µm, positive inside. */
export interface SectionDistance {
  readonly slice: number;
  /** Centre of its area in rows and columns. */
  readonly centre: readonly [row: number, column: number];
  readonly section: Uint8Array;
  /** At a place between voxels too, and beyond the plane. */
  at(row: number, column: number): number;
}

/** Distances between centres of voxels: from inside to the nearest outside, from outside to the nearest inside. */
export function measureSection(
  section: Uint8Array,
  slice: number,
  [rows, columns]: readonly [number, number],
  [rowUm, columnUm]: readonly [number, number],
): SectionDistance {
  // A margin of one voxel: an outline at the border of the plane has an outside there too.
  const [tall, wide] = [rows + 2, columns + 2];
  const inside = new Uint8Array(tall * wide);
  const outside = new Uint8Array(tall * wide).fill(1);
  let [count, rowSum, columnSum] = [0, 0, 0];
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      if (section[r * columns + c] === 0) continue;
      const at = (r + 1) * wide + c + 1;
      inside[at] = 1;
      outside[at] = 0;
      count++;
      rowSum += r;
      columnSum += c;
    }
  const spacing = [1, rowUm, columnUm] as const;
  const signed = distanceToNearest(outside, [1, tall, wide], spacing);
  const away = distanceToNearest(inside, [1, tall, wide], spacing);
  for (let i = 0; i < signed.length; i++) signed[i] -= away[i];
  return {
    slice,
    centre: [rowSum / count, columnSum / count],
    section,
    at(row, column) {
      const r = Math.min(Math.max(row + 1, 0), tall - 1);
      const c = Math.min(Math.max(column + 1, 0), wide - 1);
      const r0 = Math.min(Math.floor(r), tall - 2);
      const c0 = Math.min(Math.floor(c), wide - 2);
      const [u, v] = [r - r0, c - c0];
      const i = r0 * wide + c0;
      const value =
        (1 - u) * ((1 - v) * signed[i] + v * signed[i + 1]) +
        u * ((1 - v) * signed[i + wide] + v * signed[i + wide + 1]);
      if (r === row + 1 && c === column + 1) return value;
      return value - Math.hypot((row + 1 - r) * rowUm, (column + 1 - c) * columnUm);
    },
  };
}
