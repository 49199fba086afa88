import type { LabelValue } from "../../core/edit/label-document.ts";
import type { NucleusRow } from "./editor-contract.ts";

/** What the nuclei of the lists that came are called by, also when they are gone: a number is never another's. */
export class NucleusNumbers {
  readonly #numbers = new Map<LabelValue, number>();
  #seen: readonly NucleusRow[] | undefined;

  /** Null while the server has given it none, or where no list held it. */
  of(rows: readonly NucleusRow[] | undefined, canonicalLabel: LabelValue): number | null {
    if (rows !== this.#seen) {
      this.#seen = rows;
      for (const { label, number } of rows ?? []) if (number !== null) this.#numbers.set(label, number);
    }
    return this.#numbers.get(canonicalLabel) ?? null;
  }
}
