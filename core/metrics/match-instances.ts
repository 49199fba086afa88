import { assignRows } from "./assignment.ts";
import { intersectionOverUnion, type OverlapTable } from "./overlap-table.ts";

export interface MatchedPair {
  /** Index into `truthLabels`. */
  readonly truth: number;
  /** Index into `foundLabels`. */
  readonly found: number;
  readonly iou: number;
}

export interface Matching {
  readonly threshold: number;
  readonly pairs: readonly MatchedPair[];
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
}

/**
 * One-to-one matching at an IoU threshold: as many pairs at or above it as possible, ties by summed IoU.
 * cost = -[IoU ≥ t] - IoU / (2 min(#G, #P)), the definition of StarDist's matching.
 */
export function matchInstances(table: OverlapTable, threshold: number): Matching {
  const rows = table.truthLabels.length;
  const columns = table.foundLabels.length;
  const iou = intersectionOverUnion(table);
  const divisor = 2 * Math.max(1, Math.min(rows, columns));
  const cost = iou.map((value) => -(value >= threshold ? 1 : 0) - value / divisor);
  const columnOf = rows > 0 && columns > 0 ? assignRows(cost, rows, columns) : new Int32Array(0);
  const pairs: MatchedPair[] = [];
  columnOf.forEach((column, row) => {
    if (column < 0) return;
    const value = iou[row * columns + column];
    if (value >= threshold) pairs.push({ truth: row, found: column, iou: value });
  });
  return {
    threshold,
    pairs,
    truePositives: pairs.length,
    falsePositives: columns - pairs.length,
    falseNegatives: rows - pairs.length,
  };
}
