import type { LabelGrid } from "../../../core/sync/record/label-grid.ts";
import { decodeBlob } from "../../../core/sync/record/paint-ref-codec.ts";
import type { PaintBody } from "../../../core/sync/record/record.ts";
import { nextTurn } from "../event-loop/next-turn.ts";
import type { JournalRow, LabelTouch, RoomStore, SessionRow, StoredRoom, TickRows } from "../journal/room-store.ts";
import { MemoryBaseStore } from "./memory-base-store.ts";

/**
 * A database of one volume in memory whose appends become durable only when the test says so: what was not yet
 * durable at a crash is lost, as with a real disk.
 */
export class MemoryRoomStore implements RoomStore {
  readonly #grid: LabelGrid;
  readonly #durable: { position: number; update: Uint8Array | null }[] = [];
  readonly #state: { position: number; bytes: Uint8Array | null } = { position: 0, bytes: null };
  readonly #sessions: SessionRow[] = [];
  readonly blobs = new Map<string, Uint8Array>();
  readonly journal: JournalRow[] = [];
  readonly base: MemoryBaseStore;
  #pending: { tick: TickRows; settle: () => void; fail: (error: Error) => void }[] = [];
  #labelCounter: number;

  constructor(grid: LabelGrid, labelCounter = 0) {
    this.#grid = grid;
    this.#labelCounter = labelCounter;
    this.base = new MemoryBaseStore(grid, this.journal, this.blobs);
  }

  get waits(): boolean {
    return this.#pending.length > 0;
  }

  /** What was appended reaches the disk. */
  fsync(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const { tick, settle } of pending) {
      this.#durable.push({ position: tick.position, update: tick.update });
      this.journal.push(...tick.journal);
      if (tick.base) this.base.take(tick.base);
      settle();
    }
  }

  /** Lets a tick run to its end: what it appends reaches the disk. */
  async finish(ticking: Promise<void>): Promise<void> {
    let isRunning = true;
    const end = ticking.finally(() => {
      isRunning = false;
    });
    while (isRunning) {
      this.fsync();
      await nextTurn();
    }
    await end;
  }

  /** Resolves when something has been appended and waits for the disk. */
  async appended(): Promise<void> {
    while (!this.waits) await nextTurn();
  }

  /** The tail that had not reached the disk is gone. */
  loseTail(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const { fail } of pending) fail(new Error("the machine went away"));
  }

  startSession(
    userId: string,
    after: SessionRow["after"],
  ): { row: SessionRow; firstLabel: number; labelCounter: number } {
    const row = { session: this.#sessions.length + 1, userId, after };
    this.#sessions.push(row);
    const firstLabel = this.#labelCounter + 1;
    this.#labelCounter += 256;
    return { row, firstLabel, labelCounter: this.#labelCounter };
  }

  async open(): Promise<StoredRoom> {
    const { position, bytes } = this.#state;
    const rest = this.#durable.filter((row) => row.position > position);
    const journalled = new Map<number, number>();
    const touches = new Map<number, LabelTouch>();
    for (const row of this.journal) {
      journalled.set(row.session, Math.max(row.seq, journalled.get(row.session) ?? 0));
      for (const label of row.labels) touches.set(label, { label, userId: row.userId, at: new Date(0) });
    }
    return {
      grid: this.#grid,
      epoch: 1,
      position: this.#durable.at(-1)?.position ?? 0,
      updates: [...(bytes ? [bytes] : []), ...rest.flatMap(({ update }) => (update ? [update] : []))],
      journalled,
      sessions: [...this.#sessions],
      labelCounter: this.#labelCounter,
      folded: new Map(this.base.watermarks),
      versions: this.base.newestVersions(),
      readableFrom: 0,
      touches: [...touches.values()],
    };
  }

  append(tick: TickRows): Promise<void> {
    return new Promise((settle, fail) => this.#pending.push({ tick, settle, fail }));
  }

  async writeState(position: number, state: Uint8Array): Promise<void> {
    this.#state.position = position;
    this.#state.bytes = state;
  }

  async leaseLabels(count: number): Promise<{ first: number; count: number }> {
    const first = this.#labelCounter + 1;
    this.#labelCounter += count;
    return { first, count };
  }

  async refresh(afterSession: number): Promise<{ sessions: readonly SessionRow[]; labelCounter: number }> {
    return {
      sessions: this.#sessions.filter(({ session }) => session > afterSession),
      labelCounter: this.#labelCounter,
    };
  }

  async readBlob(sha256: string, grid: LabelGrid): Promise<PaintBody | null> {
    const bytes = this.blobs.get(sha256);
    return bytes ? decodeBlob(bytes, grid) : null;
  }
}
