import type { Zyx } from "../volume/voxel-space.ts";

/** All open proposals of a volume in columns, by label value: index i of every column is one proposal. */
export interface ProposalColumns {
  readonly labelValue: readonly number[];
  /** A place where a nucleus may have been missed, instead of a nucleus. */
  readonly isCandidate: readonly boolean[];
  readonly touchesBorder: readonly boolean[];
  readonly centroidZyx: readonly Zyx[];
  /** Half-open, voxels. */
  readonly minZyx: readonly Zyx[];
  readonly maxZyx: readonly Zyx[];
  readonly voxels: readonly number[];
  /** 0…1, larger is less sure; null where it was never ranked. */
  readonly uncertainty: readonly (number | null)[];
  readonly reason: readonly string[];
  /** The class proposed with it, and how likely it is; null where its model tells none. */
  readonly className: readonly (string | null)[];
  readonly classProbability: readonly (number | null)[];
  /** The name of who looks at it now. */
  readonly heldBy: readonly (string | null)[];
}

/** One proposal, as in the columns. */
export type ListedProposal = { readonly [Name in keyof ProposalColumns]: ProposalColumns[Name][number] };

export const proposalAt = (columns: ProposalColumns, i: number): ListedProposal => ({
  labelValue: columns.labelValue[i],
  isCandidate: columns.isCandidate[i],
  touchesBorder: columns.touchesBorder[i],
  centroidZyx: columns.centroidZyx[i],
  minZyx: columns.minZyx[i],
  maxZyx: columns.maxZyx[i],
  voxels: columns.voxels[i],
  uncertainty: columns.uncertainty[i],
  reason: columns.reason[i],
  className: columns.className[i],
  classProbability: columns.classProbability[i],
  heldBy: columns.heldBy[i],
});

/** The list without one that was settled; the same list where it is not in it. */
export function withoutProposal(columns: ProposalColumns, labelValue: number): ProposalColumns {
  const at = columns.labelValue.indexOf(labelValue);
  if (at < 0) return columns;
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]: [string, readonly unknown[]]) => [name, column.toSpliced(at, 1)]),
  ) as unknown as ProposalColumns;
}

export const proposalsOf = (columns: ProposalColumns): ListedProposal[] =>
  columns.labelValue.map((_, i) => proposalAt(columns, i));
