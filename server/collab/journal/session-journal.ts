import type { DecodedRecord } from "../../../core/sync/record/record.ts";
import type { SessionRow } from "./room-store.ts";

/** A live record that waits to be taken into the history. */
export interface PendingRecord {
  readonly record: DecodedRecord;
  readonly stored: Uint8Array;
}

/**
 * The contiguous history of each session. A record is journalled only when all its predecessors are (R30), and the
 * first one of a session only when the record named at its lease is (R40). What cannot be yet is a gap record: live,
 * but neither acknowledged nor counted.
 */
export class SessionJournal {
  readonly #journalled: Map<number, number>;
  readonly #sessions = new Map<number, SessionRow>();
  readonly #gaps = new Map<number, Map<number, PendingRecord>>();
  /** Sessions that wait for a record of another session. */
  readonly #followers = new Map<number, Set<number>>();

  readonly #mayEnter: (pending: PendingRecord) => boolean;

  /** `mayEnter`: whether a record that would be next is live where it may still be taken from (R42). */
  constructor(
    journalled: ReadonlyMap<number, number>,
    sessions: readonly SessionRow[],
    mayEnter: (pending: PendingRecord) => boolean = () => true,
  ) {
    this.#journalled = new Map(journalled);
    this.#mayEnter = mayEnter;
    for (const session of sessions) this.addSession(session);
  }

  addSession(row: SessionRow): void {
    this.#sessions.set(row.session, row);
    if (!row.after) return;
    const followers = this.#followers.get(row.after.session) ?? new Set();
    this.#followers.set(row.after.session, followers.add(row.session));
  }

  ownerOf(session: number): string | undefined {
    return this.#sessions.get(session)?.userId;
  }

  /** R40: what its first record waits for. */
  followedBy(session: number): SessionRow["after"] {
    return this.#sessions.get(session)?.after ?? null;
  }

  get highestSession(): number {
    let highest = 0;
    for (const session of this.#sessions.keys()) highest = Math.max(highest, session);
    return highest;
  }

  /** Highest seq of the session in the history. */
  reached(session: number): number {
    return this.#journalled.get(session) ?? 0;
  }

  /** R30: no hole before it. */
  isNext(session: number, seq: number): boolean {
    return seq === this.reached(session) + 1;
  }

  /** R40: the page before has been re-homed up to where this page began. */
  isChained(session: number): boolean {
    const after = this.#sessions.get(session)?.after;
    return !after || this.reached(after.session) >= after.seq;
  }

  /** Takes a live record in and returns what enters the history through it, in order. */
  offer(pending: PendingRecord): PendingRecord[] {
    const { session, seq } = pending.record;
    if (seq <= this.reached(session)) return [];
    const gaps = this.#gaps.get(session) ?? new Map<number, PendingRecord>();
    this.#gaps.set(session, gaps.set(seq, pending));
    const entered: PendingRecord[] = [];
    const sessions = [session];
    for (let next = sessions.shift(); next !== undefined; next = sessions.shift()) {
      const from = next === session && this.isNext(session, seq) ? seq : this.reached(next) + 1;
      const taken = this.#advance(next, from);
      entered.push(...taken);
      if (taken.length > 0) sessions.push(...(this.#followers.get(next) ?? []));
    }
    return entered;
  }

  /** Live records that wait for a predecessor. */
  gapRecords(): PendingRecord[] {
    return [...this.#gaps.values()].flatMap((gaps) => [...gaps.values()]);
  }

  /** Takes what lies without a hole from that seq on. */
  #advance(session: number, from: number): PendingRecord[] {
    const gaps = this.#gaps.get(session);
    if (!gaps || !this.isChained(session)) return [];
    const taken: PendingRecord[] = [];
    let seq = from;
    for (let pending = gaps.get(seq); pending && this.#mayEnter(pending); pending = gaps.get(++seq)) {
      gaps.delete(seq);
      taken.push(pending);
      this.#journalled.set(session, seq);
    }
    if (gaps.size === 0) this.#gaps.delete(session);
    return taken;
  }
}
