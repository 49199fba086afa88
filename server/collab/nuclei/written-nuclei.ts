import {
  type ColumnName,
  columnsOf,
  columnWidths,
  type ListedNucleus,
  type NucleusColumns,
  type People,
} from "../../../core/labels/nucleus-columns.ts";
import { pauseWhenDue } from "../event-loop/next-turn.ts";

/** Written together, in a quarter of a millisecond. */
const BLOCK_ROWS = 256;

interface Block {
  readonly rows: Map<number, ListedNucleus>;
  /** The values of each column, separated by commas; null: rows have changed since. */
  written: ReadonlyMap<ColumnName, string> | null;
}

/**
 * Rows of a list in the order in which they came, and the JSON of their `NucleusColumns`: written block by block, so that
 * whoever asks costs the blocks with changes, however many nuclei there are.
 */
export class WrittenNuclei {
  readonly #blocks = new Set<Block>();
  readonly #blockOf = new Map<number, Block>();
  /** Keeps its order; may name people who have no row any more. */
  readonly #people: People = new Map();
  /** The block that takes new rows, and how many it has taken. */
  #open: Block | null = null;
  #taken = 0;

  get(label: number): ListedNucleus | undefined {
    return this.#blockOf.get(label)?.rows.get(label);
  }

  has(label: number): boolean {
    return this.#blockOf.has(label);
  }

  set(row: ListedNucleus): void {
    const block = this.#blockOf.get(row.label) ?? this.#place(row.label);
    block.rows.set(row.label, row);
    block.written = null;
  }

  delete(label: number): boolean {
    const block = this.#blockOf.get(label);
    if (!block) return false;
    this.#blockOf.delete(label);
    block.rows.delete(label);
    block.written = null;
    if (block.rows.size === 0 && block !== this.#open) this.#blocks.delete(block);
    return true;
  }

  *values(): IterableIterator<ListedNucleus> {
    for (const { rows } of this.#blocks) yield* rows.values();
  }

  /** JSON of the columns; with what changes while the blocks are written, as of the moment when it resolves. */
  async json(of: () => Pick<NucleusColumns, "edition" | "revision">): Promise<string> {
    for (const block of this.#blocks) {
      this.#columnsOf(block);
      await pauseWhenDue();
    }
    const written = [...this.#blocks].filter(({ rows }) => rows.size > 0).map((block) => this.#columnsOf(block));
    const columns = columnWidths.map(([name]) => `"${name}":[${written.map((one) => one.get(name)).join()}]`);
    const people = [...this.#people].map(([id, { name }]) => ({ id, name }));
    return `${JSON.stringify({ ...of(), people }).slice(0, -1)},${columns.join()}}`;
  }

  #columnsOf(block: Block): ReadonlyMap<ColumnName, string> {
    if (!block.written) {
      const columns = columnsOf(block.rows.values(), "", 0, this.#people);
      block.written = new Map(columnWidths.map(([name]) => [name, JSON.stringify(columns[name]).slice(1, -1)]));
    }
    return block.written;
  }

  #place(label: number): Block {
    if (!this.#open || this.#taken === BLOCK_ROWS) {
      if (this.#open?.rows.size === 0) this.#blocks.delete(this.#open);
      this.#open = { rows: new Map(), written: null };
      this.#taken = 0;
      this.#blocks.add(this.#open);
    }
    this.#taken++;
    this.#blockOf.set(label, this.#open);
    return this.#open;
  }
}
