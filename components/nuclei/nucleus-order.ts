import type { LabelStatus } from "../../core/labels/label-status.ts";
import type { ReviewState } from "../../core/review/review-state.ts";
import type { NucleusRow } from "../editor/editor-contract.ts";

export const sortKeys = [
  "number",
  "status",
  "review",
  "className",
  "volumeUm3",
  "uncertainty",
  "by",
  "changedAt",
] as const;

export type SortKey = (typeof sortKeys)[number];

export interface NucleusOrder {
  readonly key: SortKey;
  readonly descending: boolean;
}

export interface NucleusFilter {
  /** Parts of number, class or person; all words must occur. */
  readonly text: string;
  /** Empty = every status. */
  readonly statuses: readonly LabelStatus[];
  /** Empty = however the second look stands. */
  readonly reviews: readonly ReviewState[];
}

/** The rows that pass, in order. Missing values come last whichever way; equal ones stay in the order of their labels. */
export function arrangeNuclei(
  rows: readonly NucleusRow[],
  filter: NucleusFilter,
  order: NucleusOrder,
): readonly NucleusRow[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const statuses = new Set(filter.statuses);
  const reviews = new Set(filter.reviews);
  const kept = rows.filter((row) => {
    if (reviews.size > 0 && !reviews.has(row.review)) return false;
    if (statuses.size > 0 && !statuses.has(row.status)) return false;
    if (words.length === 0) return true;
    const text =
      `${row.number ?? "new"} ${row.className ?? ""} ${row.by} ${row.origin === "import" ? "import" : ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const sign = order.descending ? -1 : 1;
  return kept.sort((a, b) => {
    const p = a[order.key];
    const q = b[order.key];
    if (p === null || q === null) return p === q ? a.label - b.label : p === null ? 1 : -1;
    if (p === q) return a.label - b.label;
    return (p < q ? -1 : 1) * sign;
  });
}
