import type { Matching } from "./match-instances.ts";
import { intersectionOverUnion, type OverlapTable } from "./overlap-table.ts";

/*
 * Scores over objects. With no object on either side a score is undefined (null, left out of means);
 * with objects on one side only it is 0.
 */

type Counts = Pick<Matching, "truePositives" | "falsePositives" | "falseNegatives">;

/** TP / (TP + FP + FN): the Data Science Bowl's AP, not COCO's; there are no confidences. */
export function averagePrecision({ truePositives, falsePositives, falseNegatives }: Counts): number | null {
  const all = truePositives + falsePositives + falseNegatives;
  return all === 0 ? null : truePositives / all;
}

export function f1Score({ truePositives, falsePositives, falseNegatives }: Counts): number | null {
  const all = 2 * truePositives + falsePositives + falseNegatives;
  return all === 0 ? null : (2 * truePositives) / all;
}

/** Panoptic quality: summed IoU of the matches / (TP + FP/2 + FN/2). */
export function panopticQuality(matching: Matching): number | null {
  const { truePositives, falsePositives, falseNegatives, pairs } = matching;
  const all = truePositives + falsePositives / 2 + falseNegatives / 2;
  return all === 0 ? null : pairs.reduce((sum, pair) => sum + pair.iou, 0) / all;
}

/** Mean Dice of matched objects, null without any. */
export function matchedObjectDice(matching: Matching): number | null {
  if (matching.pairs.length === 0) return null;
  return matching.pairs.reduce((sum, { iou }) => sum + (2 * iou) / (1 + iou), 0) / matching.pairs.length;
}

/** Cell Tracking Challenge's SEG: false positives cost nothing, so never report it alone. */
export function segScore(table: OverlapTable): number | null {
  const rows = table.truthVoxels.length;
  const columns = table.foundVoxels.length;
  if (rows === 0) return columns === 0 ? null : 0;
  const iou = intersectionOverUnion(table);
  let sum = 0;
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      if (table.shared[r * columns + c] > table.truthVoxels[r] / 2) sum += iou[r * columns + c];
  return sum / rows;
}

/** Aggregated Jaccard index; punishes merges very hard. */
export function aggregatedJaccard(table: OverlapTable): number | null {
  const rows = table.truthVoxels.length;
  const columns = table.foundVoxels.length;
  if (rows + columns === 0) return null;
  const iou = intersectionOverUnion(table);
  const chosen = new Set<number>();
  let intersections = 0;
  let unions = 0;
  for (let r = 0; r < rows; r++) {
    let best = -1;
    for (let c = 0; c < columns; c++) if (iou[r * columns + c] > (best < 0 ? 0 : iou[r * columns + best])) best = c;
    if (best < 0) {
      unions += table.truthVoxels[r];
      continue;
    }
    chosen.add(best);
    const shared = table.shared[r * columns + best];
    intersections += shared;
    unions += table.truthVoxels[r] + table.foundVoxels[best] - shared;
  }
  table.foundVoxels.forEach((voxels, c) => {
    if (!chosen.has(c)) unions += voxels;
  });
  return intersections / unions;
}

/** (#P - #G) / #G, signed; null without true objects. */
export function countError(table: OverlapTable): number | null {
  const truth = table.truthVoxels.length;
  return truth === 0 ? null : (table.foundVoxels.length - truth) / truth;
}

/** Share of true objects that two or more predictions lie in, and of predictions that cover two or more true objects. */
export function splitAndMergeRates(table: OverlapTable): { split: number | null; merge: number | null } {
  const rows = table.truthVoxels.length;
  const columns = table.foundVoxels.length;
  const at = (r: number, c: number) => table.shared[r * columns + c];
  let splits = 0;
  for (let r = 0; r < rows; r++) {
    let parts = 0;
    // More than half of p lies in g, and it is at least 5 % of g.
    for (let c = 0; c < columns; c++)
      if (at(r, c) > table.foundVoxels[c] / 2 && at(r, c) >= 0.05 * table.truthVoxels[r]) parts++;
    if (parts >= 2) splits++;
  }
  let merges = 0;
  for (let c = 0; c < columns; c++) {
    let covered = 0;
    for (let r = 0; r < rows; r++) if (at(r, c) > table.truthVoxels[r] / 2) covered++;
    if (covered >= 2) merges++;
  }
  return { split: rows === 0 ? null : splits / rows, merge: columns === 0 ? null : merges / columns };
}
