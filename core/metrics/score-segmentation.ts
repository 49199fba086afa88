import { averagePrecision, panopticQuality, segScore } from "./instance-scores.ts";
import { matchInstances } from "./match-instances.ts";
import { countOverlaps, type OverlapOptions } from "./overlap-table.ts";
import { foregroundDice } from "./voxel-scores.ts";

export interface SegmentationScores {
  readonly ap50: number | null;
  readonly ap75: number | null;
  /** Mean of AP at IoU 0.50, 0.55 … 0.95. */
  readonly apMean: number | null;
  readonly pq: number | null;
  readonly seg: number | null;
  readonly dice: number | null;
  /** Objects counted on each side. */
  readonly truth: number;
  readonly found: number;
  readonly truePositives50: number;
  readonly truePositives75: number;
}

/** The scores that a report shows for one volume or box. */
export function scoreSegmentation(
  truth: Uint32Array,
  found: Uint32Array,
  options: OverlapOptions = {},
): SegmentationScores {
  const table = countOverlaps(truth, found, options);
  const at50 = matchInstances(table, 0.5);
  const at75 = matchInstances(table, 0.75);
  const steps = Array.from({ length: 10 }, (_, i) => averagePrecision(matchInstances(table, (50 + 5 * i) / 100)));
  return {
    ap50: averagePrecision(at50),
    ap75: averagePrecision(at75),
    apMean: meanOfDefined(steps),
    pq: panopticQuality(at50),
    seg: segScore(table),
    dice: foregroundDice(truth, found),
    truth: table.truthLabels.length,
    found: table.foundLabels.length,
    truePositives50: at50.truePositives,
    truePositives75: at75.truePositives,
  };
}

/** Mean of the values that are defined; null when none is. */
export function meanOfDefined(values: readonly (number | null)[]): number | null {
  const defined = values.filter((value): value is number => value !== null);
  return defined.length === 0 ? null : defined.reduce((sum, value) => sum + value, 0) / defined.length;
}
