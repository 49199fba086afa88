import type { LabelValue } from "../../edit/label-document.ts";

/** Ask for more when this many are left (R53). */
export const REFILL_BELOW = 64;
export const LABELS_PER_LEASE = 256;

/** Label values that the server gave to this page and nobody else. Gaps are never given back. */
export class LabelLeases {
  readonly #ranges: { next: number; end: number }[] = [];

  add(first: LabelValue, count: number): void {
    if (count > 0) this.#ranges.push({ next: first, end: first + count });
  }

  get remaining(): number {
    return this.#ranges.reduce((sum, { next, end }) => sum + end - next, 0);
  }

  take(): LabelValue | null {
    const range = this.#ranges[0];
    if (!range) return null;
    const label = range.next++;
    if (range.next === range.end) this.#ranges.shift();
    return label;
  }
}
