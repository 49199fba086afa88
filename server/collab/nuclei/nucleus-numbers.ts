import { and, asc, eq, gt } from "drizzle-orm";
import type { Database } from "../../../db/client.ts";
import { nucleusNumber } from "../../../db/schema/index.ts";
import type { PostgresRoomStore } from "../journal/postgres-room-store.ts";

/** A statement takes 65 535 values. */
const AT_ONCE = 10_000;

/**
 * What people call the nuclei of a volume by: 1, 2, 3 … in the order in which they came. The one server that has the volume open gives
 * them, so that everybody sees the same; a number is never given again, also not when its nucleus is gone.
 */
export class NucleusNumbers {
  readonly #db: Database;
  readonly #volumeId: string;
  readonly #whileOwned: PostgresRoomStore["whileOwned"];
  readonly #numbers = new Map<number, number>();
  #last = 0;
  #opening: Promise<void> | null = null;

  constructor(db: Database, volumeId: string, whileOwned: PostgresRoomStore["whileOwned"]) {
    this.#db = db;
    this.#volumeId = volumeId;
    this.#whileOwned = whileOwned;
  }

  /** Reads what is stored, once, and again where it is not known whether something was. */
  opened(): Promise<void> {
    this.#opening ??= this.#open().catch((error) => {
      this.#opening = null; // the next question tries again
      throw error;
    });
    return this.#opening;
  }

  of(label: number): number | undefined {
    return this.#numbers.get(label);
  }

  /** To those that have none, by ascending label; durable when it resolves. */
  async give(labels: Iterable<number>): Promise<void> {
    const fresh = [...new Set(labels)].filter((label) => !this.#numbers.has(label)).sort((a, b) => a - b);
    if (fresh.length === 0) return;
    const rows = fresh.map((label, i) => ({ volumeId: this.#volumeId, label, number: this.#last + 1 + i }));
    try {
      await this.#whileOwned(async (tx) => {
        for (let from = 0; from < rows.length; from += AT_ONCE)
          await tx.insert(nucleusNumber).values(rows.slice(from, from + AT_ONCE));
      });
    } catch (error) {
      this.#opening = null; // a connection that is lost may have been lost after the commit
      throw error;
    }
    for (const { label, number } of rows) this.#keep(label, number);
  }

  #keep(label: number, number: number): void {
    this.#numbers.set(label, number);
    this.#last = Math.max(this.#last, number);
  }

  async #open(): Promise<void> {
    for (let after = 0, isMore = true; isMore; ) {
      const page = await this.#db
        .select({ label: nucleusNumber.label, number: nucleusNumber.number })
        .from(nucleusNumber)
        .where(and(eq(nucleusNumber.volumeId, this.#volumeId), gt(nucleusNumber.number, after)))
        .orderBy(asc(nucleusNumber.number))
        .limit(AT_ONCE);
      for (const { label, number } of page) this.#keep(label, number);
      isMore = page.length === AT_ONCE;
      after = this.#last;
    }
  }
}
