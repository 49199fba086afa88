import type { LabelValue } from "../../core/edit/label-document.ts";
import type { NucleusRow } from "./editor-contract.ts";

/** By canonical label, of a list that is never changed in place. */
const numbersOf = new WeakMap<readonly NucleusRow[], ReadonlyMap<LabelValue, number | null>>();

/** Null while the server has given it none, or where the list does not hold it. */
export function numberOf(rows: readonly NucleusRow[] | undefined, canonicalLabel: LabelValue): number | null {
  if (!rows) return null;
  let numbers = numbersOf.get(rows);
  if (!numbers) {
    numbers = new Map(rows.map(({ label, number }) => [label, number]));
    numbersOf.set(rows, numbers);
  }
  return numbers.get(canonicalLabel) ?? null;
}
