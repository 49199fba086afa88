import type { PointerSample } from "../viewer-contract.ts";

/** Where the pointer is: the last sample over any pane, null outside. */
export class Hover {
  readonly #listeners = new Set<() => void>();
  #sample: PointerSample | null = null;

  get(): PointerSample | null {
    return this.#sample;
  }

  set(sample: PointerSample | null): void {
    if (sample === null && this.#sample === null) return;
    this.#sample = sample;
    for (const listener of [...this.#listeners]) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
