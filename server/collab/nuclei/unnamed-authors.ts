import type { BrickKey } from "../../../core/volume/brick.ts";
import type { NucleusAuthor } from "../journal/author-rows.ts";
import type { JournalRow } from "../journal/room-store.ts";

interface PaintedSince {
  readonly people: Set<string>;
  readonly named: Set<number>;
}

/**
 * Who changed a nucleus by painting over it or erasing from it: their records name background, or the neighbour. A label
 * that has lost voxels of a brick, and that no record named since the brick was last measured, is the work of all who
 * painted there: seldom more than one, as it is measured a few times a second.
 */
export class UnnamedAuthors {
  readonly #painted = new Map<BrickKey, PaintedSince>();
  /** Measured a moment before their records were durable, and so before they were heard of here. */
  readonly #early = new Map<BrickKey, readonly number[]>();
  #found: NucleusAuthor[] = [];

  painted(rows: readonly Pick<JournalRow, "userId" | "labels" | "brickKeys">[]): void {
    for (const { userId, labels, brickKeys } of rows)
      for (const key of brickKeys) {
        const since = this.#painted.get(key) ?? { people: new Set(), named: new Set() };
        this.#painted.set(key, since);
        since.people.add(userId);
        for (const label of labels) since.named.add(label);
        this.#attribute(this.#early.get(key) ?? [], since);
        this.#early.delete(key);
      }
  }

  /** The brick was measured: these of the labels that it held are others. */
  measured(key: BrickKey, changed: readonly number[]): void {
    const since = this.#painted.get(key);
    this.#painted.delete(key);
    if (since) this.#attribute(changed, since);
    else if (changed.length > 0) this.#early.set(key, changed);
  }

  /** Those that are to be written down. */
  take(): NucleusAuthor[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  putBack(authors: readonly NucleusAuthor[]): void {
    this.#found.push(...authors);
  }

  #attribute(labels: readonly number[], { named, people }: PaintedSince): void {
    for (const label of labels) if (!named.has(label)) for (const userId of people) this.#found.push({ userId, label });
  }
}
