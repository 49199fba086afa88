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

/** How doubtful a proposed nucleus is, 0…1: the mean of its edge's, its outlines' and its inside's doubt. */
export const doubtOf = ({ edge, outlines, inside }: DoubtParts): number => (edge + outlines + inside) / 3;
