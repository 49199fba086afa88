import type { BrickKey } from "../volume/brick.ts";

/** Bricks that must not be let go, by who shows them. */
export class KeptBricks {
  readonly #byHolder = new Map<string, ReadonlySet<BrickKey>>();

  keep(holder: string, keys: readonly BrickKey[]): void {
    if (keys.length === 0) this.#byHolder.delete(holder);
    else this.#byHolder.set(holder, new Set(keys));
  }

  has(key: BrickKey): boolean {
    for (const keys of this.#byHolder.values()) if (keys.has(key)) return true;
    return false;
  }
}
