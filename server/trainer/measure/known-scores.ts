import { type SegmentationScores, scoreSegmentation } from "../../../core/metrics/score-segmentation.ts";

/**
 * Scores where only part of the truth is known: predicted objects that lie more than half in unknown voxels are left
 * out, as nobody has said whether they are right. Works on a copy.
 */
export function scoreWhereKnown(
  truth: Uint32Array,
  found: Uint32Array,
  known: Uint8Array,
  minVoxels: number,
): SegmentationScores {
  const sizes = new Map<number, { voxels: number; unknown: number }>();
  for (let i = 0; i < found.length; i++) {
    if (found[i] === 0) continue;
    const size = sizes.get(found[i]);
    const unknown = known[i] === 0 ? 1 : 0;
    if (size) {
      size.voxels++;
      size.unknown += unknown;
    } else sizes.set(found[i], { voxels: 1, unknown });
  }
  const judged = found.map((label) => {
    const size = sizes.get(label);
    return size && size.unknown <= size.voxels / 2 ? label : 0;
  });
  // Truth in unknown voxels (validation boxes while tuning) is not this score's business either.
  const asked = truth.map((label, i) => (known[i] === 0 ? 0 : label));
  return scoreSegmentation(asked, judged, { minVoxels });
}
