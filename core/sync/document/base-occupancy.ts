import type * as Y from "yjs";
import type { BrickKey } from "../../volume/brick.ts";
import { metaOf } from "./document-layout.ts";
import { changedBetween } from "./follow-base.ts";

/** Which bricks of a base have labels, as of a rev. */
interface Occupied {
  readonly rev: number;
  readonly keys: Set<BrickKey>;
}

export interface OccupancyPorts {
  doc(): Y.Doc;
  rev(): number;
  /** Bricks of the base as of a rev that are not all background. */
  fetchOccupied(rev: number): Promise<readonly BrickKey[]>;
}

/**
 * Knows which bricks of the base are background, so that nobody asks the server for them: the list is fetched once, and
 * what a fold or a repair touches later may have labels.
 */
export class BaseOccupancy {
  readonly #ports: OccupancyPorts;
  #known: Occupied | null = null;
  /** The value of `meta.base` that `#known` was last compared with: looked at for every brick that is drawn. */
  #seenBase: unknown = null;
  #isCurrent = false;
  #asking: Promise<void> | null = null;

  constructor(ports: OccupancyPorts) {
    this.#ports = ports;
  }

  /** The base of rev 0 is background everywhere. */
  startEmpty(): void {
    this.#known ??= { rev: 0, keys: new Set() };
    this.#seenBase = null;
    this.#isCurrent = false;
  }

  /** True where the base is known to have no label in this brick. */
  isEmpty(key: BrickKey): boolean {
    return this.#follow() && this.#known?.keys.has(key) === false;
  }

  /** Resolves when it is known as of the document's rev, if that does not move meanwhile. */
  async know(): Promise<void> {
    if (this.#follow()) return;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    await this.#asking;
  }

  async #ask(): Promise<void> {
    const rev = this.#ports.rev();
    this.#known = { rev, keys: new Set(await this.#ports.fetchOccupied(rev)) };
    this.#isCurrent = false;
    this.#seenBase = null;
  }

  /** Whether what is known holds as of the document's rev. */
  #follow(): boolean {
    const doc = this.#ports.doc();
    const base = metaOf(doc).get("base") ?? doc;
    if (base === this.#seenBase) return this.#isCurrent;
    this.#seenBase = base;
    const rev = this.#ports.rev();
    this.#isCurrent = false;
    if (!this.#known || this.#known.rev > rev) return false;
    if (this.#known.rev < rev) {
      const changed = changedBetween(doc, this.#known.rev, rev);
      if (!changed) return false;
      for (const key of changed.bricks) this.#known.keys.add(key);
      this.#known = { rev, keys: this.#known.keys };
    }
    this.#isCurrent = true;
    return true;
  }
}
