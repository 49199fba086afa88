import { layerLetter } from "../../core/agreement/blind-study.ts";
import type { StudyNucleus, StudyResult } from "../../core/agreement/study-result.ts";
import type { FigureTable } from "../../core/dashboard/figure-csv.ts";

/** The tables of a result as files: people are letters in them. */
export const pairTable = ({ pairs }: StudyResult): FigureTable => ({
  columns: [
    ...["first", "second", "matched", "only_first", "only_second", "f1", "mean_iou", "mean_dice"],
    ...["mean_surface_distance_um", "hausdorff_95_um"],
  ],
  rows: pairs.map((one) => [
    ...[layerLetter(one.first), layerLetter(one.second), one.matched, one.onlyFirst, one.onlySecond],
    ...[one.f1, one.meanIou, one.meanDice, one.surfaceUm, one.hausdorff95Um],
  ]),
});

export const nucleusTable = ({ annotators, clusters }: StudyResult): FigureTable => ({
  columns: [
    ...["z", "y", "x", "annotators_with_it", "annotators", "disagreement", "classes"],
    ...Array.from({ length: annotators }, (_, number) => `label_${layerLetter(number)}`),
  ],
  rows: byDisagreement(clusters).map(({ centroidZyx, votes, disagreement, classes, labels }) => [
    ...[...centroidZyx, votes, annotators, disagreement, classes.join("; ")],
    ...labels.map((label) => label || null),
  ]),
});

/** What fewest have first, then where outlines differ most. */
export const byDisagreement = (clusters: readonly StudyNucleus[]): StudyNucleus[] =>
  [...clusters].sort((a, b) => a.votes - b.votes || b.disagreement - a.disagreement);
