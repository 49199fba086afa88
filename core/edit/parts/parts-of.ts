import { VoxelSet } from "../voxel-set.ts";

/** What does not hang together with the largest part: empty where there is only one. */
export function smallerParts(voxels: VoxelSet): VoxelSet {
  const smaller = new VoxelSet(voxels.shapeZyx);
  for (const part of partsOf(voxels).slice(1)) smaller.addRuns(part.toRuns());
  return smaller;
}

/** The parts that hang together by faces, edges or corners, largest first. Works run by run: parts may lie anywhere. */
export function partsOf(voxels: VoxelSet): VoxelSet[] {
  const runs = voxels.toRuns();
  const rootOf = joinRuns(runs);
  const parts = new Map<number, VoxelSet>();
  for (let run = 0; 4 * run < runs.length; run++) {
    const root = rootOf(run);
    const part = parts.get(root) ?? new VoxelSet(voxels.shapeZyx);
    parts.set(root, part);
    part.addRun(runs[4 * run], runs[4 * run + 1], runs[4 * run + 2], runs[4 * run + 3]);
  }
  return [...parts.values()].sort((a, b) => b.count - a.count);
}

/** One number for all runs of a part. */
function joinRuns(runs: Int32Array): (run: number) => number {
  const above = Int32Array.from({ length: runs.length / 4 }, (_, i) => i);
  const rootOf = (run: number): number => {
    let root = run;
    while (above[root] !== root) root = above[root];
    for (let at = run; at !== root; ) {
      const next = above[at];
      above[at] = root;
      at = next;
    }
    return root;
  };
  const rows = runsByRow(runs);
  for (const { z, y, list } of rows.values())
    for (const [dz, dy] of LATER_ROWS) {
      const other = rows.get(rowKey(z + dz, y + dy))?.list;
      if (other)
        forTouching(runs, list, other, (a, b) => {
          above[rootOf(a)] = rootOf(b);
        });
    }
  return rootOf;
}

/** A row itself and the half of its eight neighbours that comes after it. */
const LATER_ROWS = [
  [0, 0],
  [0, 1],
  [1, -1],
  [1, 0],
  [1, 1],
] as const;

interface Row {
  readonly z: number;
  readonly y: number;
  /** Numbers of its runs, by x. */
  readonly list: number[];
}

const rowKey = (z: number, y: number): number => z * 2 ** 20 + y + 1;

function runsByRow(runs: Int32Array): Map<number, Row> {
  const rows = new Map<number, Row>();
  for (let run = 0; 4 * run < runs.length; run++) {
    const [z, y] = [runs[4 * run], runs[4 * run + 1]];
    const row = rows.get(rowKey(z, y));
    if (row) row.list.push(run);
    else rows.set(rowKey(z, y), { z, y, list: [run] });
  }
  for (const { list } of rows.values()) list.sort((a, b) => runs[4 * a + 2] - runs[4 * b + 2]);
  return rows;
}

/** Pairs of runs of two neighbouring rows, or of one, that touch: overlap, or lie end to end or corner to corner. */
function forTouching(
  runs: Int32Array,
  one: readonly number[],
  other: readonly number[],
  visit: (a: number, b: number) => void,
): void {
  for (let i = 0, j = 0; i < one.length && j < other.length; ) {
    const [a, b] = [one[i], other[j]];
    if (runs[4 * a + 2] <= runs[4 * b + 3] && runs[4 * b + 2] <= runs[4 * a + 3]) visit(a, b);
    if (runs[4 * a + 3] < runs[4 * b + 3]) i++;
    else j++;
  }
}
