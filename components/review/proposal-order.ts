import type { ListedProposal } from "../../core/labels/proposal-columns.ts";

export const proposalSortKeys = ["labelValue", "uncertainty", "voxels", "reason", "className"] as const;

export interface ProposalOrder {
  readonly key: (typeof proposalSortKeys)[number];
  readonly descending: boolean;
}

export const proposalKinds = ["all", "nucleus", "candidate", "border"] as const;

export interface ProposalFilter {
  readonly kind: (typeof proposalKinds)[number];
  /** 0…1; those that were never ranked do not pass. Null = however doubtful. */
  readonly maxDoubt: number | null;
}

const isOfKind = ({ isCandidate, touchesBorder }: ListedProposal, kind: ProposalFilter["kind"]): boolean =>
  kind === "all" || (kind === "border" ? touchesBorder : isCandidate === (kind === "candidate"));

/** Those that pass, in order. What was never ranked comes last whichever way; equal ones stay in the order of their labels. */
export function arrangeProposals(
  rows: readonly ListedProposal[],
  { kind, maxDoubt }: ProposalFilter,
  { key, descending }: ProposalOrder,
): readonly ListedProposal[] {
  const sign = descending ? -1 : 1;
  return rows
    .filter(
      (row) => isOfKind(row, kind) && (maxDoubt === null || (row.uncertainty !== null && row.uncertainty <= maxDoubt)),
    )
    .sort((a, b) => {
      const [p, q] = [a[key], b[key]];
      if (p === q) return a.labelValue - b.labelValue;
      if (p === null || q === null) return p === null ? 1 : -1;
      return (p < q ? -1 : 1) * sign;
    });
}

/** What can be accepted in one go: nuclei that nobody looks at, the surest first, so many at most. */
export const acceptable = (rows: readonly ListedProposal[], atMost: number): readonly ListedProposal[] =>
  arrangeProposals(
    rows.filter(({ heldBy }) => heldBy === null),
    { kind: "nucleus", maxDoubt: null },
    { key: "uncertainty", descending: false },
  ).slice(0, atMost);

/**
 * The one that takes the place of a proposal that was shown and is in the list no more; null while it is still there, where nothing
 * is left, and while its person goes on with it: a correction begins when the proposal has become theirs.
 */
export function successorOf(
  gone: { readonly label: number; readonly at: number },
  rows: readonly ListedProposal[],
  isDoneWith: (label: number) => boolean,
): ListedProposal | null {
  if (rows.length === 0 || rows.some(({ labelValue }) => labelValue === gone.label)) return null;
  return isDoneWith(gone.label) ? rows[Math.min(gone.at, rows.length - 1)] : null;
}
