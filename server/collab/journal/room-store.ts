import type { LabelGrid } from "../../../core/sync/record/label-grid.ts";
import type { PaintBody, RecordId } from "../../../core/sync/record/record.ts";
import type { BaseChange, BaseStore, BaseVersion } from "../base/base-store.ts";

/** What a room keeps for ever. PostgreSQL in the product, memory in the harness. */

export interface SessionRow {
  readonly session: number;
  readonly userId: string;
  /** R40: the session's first record waits until this one is journalled. */
  readonly after: { readonly session: number; readonly seq: number } | null;
}

export interface JournalRow {
  readonly id: RecordId;
  readonly session: number;
  readonly seq: number;
  readonly stamp: number;
  readonly kind: number;
  readonly record: Uint8Array;
  readonly userId: string;
  readonly labels: readonly number[];
  readonly brickKeys: readonly number[];
  /** What an UNDO or REDO names. */
  readonly targetSession?: number;
  readonly targetSeq?: number;
}

/** Who touched a label last, and when. */
export interface LabelTouch {
  readonly label: number;
  readonly userId: string;
  readonly at: Date;
}

export interface StoredRoom {
  readonly grid: LabelGrid;
  readonly epoch: number;
  /** Position of the last log row. */
  readonly position: number;
  /** Document state and the updates after it, in order; none for a volume that nobody opened yet. */
  readonly updates: readonly Uint8Array[];
  /** Highest journalled seq per session. */
  readonly journalled: ReadonlyMap<number, number>;
  readonly sessions: readonly SessionRow[];
  /** Highest folded seq of each session that has one: all of them, whatever the document still says (R49). */
  readonly folded: ReadonlyMap<number, number>;
  readonly labelCounter: number;
  /** Of each brick of the base the newest. */
  readonly versions: readonly BaseVersion[];
  /** Revs of the base from this one on can be read as they were. */
  readonly readableFrom: number;
  readonly touches: readonly LabelTouch[];
}

/** One tick: durable as a whole or not at all. */
export interface TickRows {
  readonly position: number;
  /** Null when only journal rows were added. */
  readonly update: Uint8Array | null;
  readonly journal: readonly JournalRow[];
  /** What moved into the base, or within it. */
  readonly base: BaseChange | null;
}

/** The room is another server's: an append is refused, and nothing of it is in the database. */
export class RoomTaken extends Error {
  constructor() {
    super("another server has taken this volume over");
  }
}

export interface RoomStore {
  readonly base: BaseStore;
  /** Takes the volume over from whoever had it (fencing token + 1) and reads its state. */
  open(): Promise<StoredRoom>;
  /** Resolves when durable. Rejects when it is not, also when another server has taken over. */
  append(tick: TickRows): Promise<void>;
  /** The document as of a position that is durable: boot starts there, and what only led there may go. */
  writeState(position: number, state: Uint8Array): Promise<void>;
  /** Label values that nobody else gets; the counter is durable before this resolves. */
  leaseLabels(count: number): Promise<{ first: number; count: number }>;
  /** Sessions and the label counter may have grown by other routes since. */
  refresh(afterSession: number): Promise<{ sessions: readonly SessionRow[]; labelCounter: number }>;
  /** An uploaded blob; null where none was uploaded, or what is there is damaged. */
  readBlob(sha256: string, grid: LabelGrid): Promise<PaintBody | null>;
}
