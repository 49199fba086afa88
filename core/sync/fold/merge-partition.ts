import type { LabelValue } from "../../edit/label-document.ts";

/** Groups of merged labels: union-find over the live edges; the canonical label is the smallest member (R54). */
export class MergePartition {
  readonly #parents = new Map<LabelValue, LabelValue>();
  readonly #members = new Map<LabelValue, LabelValue[]>();

  constructor(edges: Iterable<readonly [LabelValue, LabelValue]>) {
    for (const [a, b] of edges) {
      const rootA = this.canonical(a);
      const rootB = this.canonical(b);
      if (!this.#parents.has(a)) this.#parents.set(a, a);
      if (!this.#parents.has(b)) this.#parents.set(b, b);
      // The smaller root wins: order of edges cannot matter.
      if (rootA !== rootB) this.#parents.set(Math.max(rootA, rootB), Math.min(rootA, rootB));
    }
    for (const label of this.#parents.keys()) {
      const root = this.canonical(label);
      const members = this.#members.get(root);
      if (members) members.push(label);
      else this.#members.set(root, [label]);
    }
    for (const members of this.#members.values()) members.sort((a, b) => a - b);
  }

  canonical(label: LabelValue): LabelValue {
    let root = label;
    for (let parent = this.#parents.get(root); parent !== undefined && parent !== root; ) {
      root = parent;
      parent = this.#parents.get(root);
    }
    // Path compression keeps chains of many merges flat.
    for (let at = label; at !== root; ) {
      const next = this.#parents.get(at) ?? root;
      this.#parents.set(at, root);
      at = next;
    }
    return root;
  }

  members(label: LabelValue): readonly LabelValue[] {
    return this.#members.get(this.canonical(label)) ?? [label];
  }

  /** Groups of two and more, by canonical label. */
  groups(): ReadonlyMap<LabelValue, readonly LabelValue[]> {
    return this.#members;
  }
}
