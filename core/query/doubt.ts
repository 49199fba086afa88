/** What the model's passes say of one proposed nucleus; each 0…1. */
export interface DoubtParts {
  /** u1: entropy of the foreground probability round its surface. */
  readonly edge: number;
  /** u2: how differently the passes outline it. */
  readonly outlines: number;
  /** u4: passes that split or join it, or no wall to its neighbour. */
  readonly splitOrMerged: number;
  /** Mean entropy of the foreground probability inside of it. */
  readonly inside: number;
  /** u5: how unusual its shape is. */
  readonly odd: number;
}

/**
 * How doubtful a proposed nucleus is, 0…1: the mean of the entropy inside of it and of how differently the passes outline it. The
 * other parts told wrong proposals no better together with these two (docs/results-training.md); they say why, where they stand out.
 */
export const doubtOf = ({ inside, outlines }: Pick<DoubtParts, "inside" | "outlines">): number =>
  (inside + outlines) / 2;
