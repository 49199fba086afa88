import type { LabelFold } from "../../../core/sync/fold/label-fold.ts";
import type { PaintBody } from "../../../core/sync/record/record.ts";
import type { BaseChange } from "../base/base-store.ts";
import type { WorkBudgets } from "../gate/work-budget.ts";
import type { JournalRow } from "../journal/room-store.ts";
import type { TouchColumns } from "../journal/touch-columns.ts";

/** What the server itself does in a room, in order. */
export type OwnItem =
  | { readonly kind: "author"; readonly make: MakeRecords; readonly settle: Settle<boolean> }
  | { readonly kind: "read"; readonly settle: Settle<RoomState> };

export interface Settle<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** A record the server writes for a person (import), its voxels known if it is a PAINTREF. */
export interface AuthoredRecord {
  readonly stored: Uint8Array;
  readonly id: string;
  readonly blob?: { readonly sha256: string; readonly body: PaintBody };
}

/** Called in the pipeline, where nothing else changes: the records, or null when what they were made for has changed. */
export type MakeRecords = (fold: LabelFold) => readonly AuthoredRecord[] | null;

/** A durable state of the document. */
export interface RoomState {
  readonly epoch: number;
  readonly position: number;
  readonly document: Uint8Array;
  /** Of the base that it stands on. */
  readonly rev: number;
  readonly touches: TouchColumns;
}

export interface RoomEvents {
  /** Something waits: call `tick` within 25 to 50 ms, or after `waitMs` if that is later and nothing else comes. */
  onWork(waitMs: number): void;
  /** Presence waits: call `presence.flush` within 50 to 100 ms. */
  onPresence(): void;
  /** Records became durable: these labels and bricks changed. `rows`: of the journal, where people wrote them. */
  onRecords(labels: ReadonlySet<number>, bricks: ReadonlySet<number>, rows: readonly JournalRow[]): void;
  /** The room is of no more use; a fresh one boots from the database. */
  onCrash(error: unknown): void;
  /** A message could not be handled, and its socket was closed. */
  onTrouble(error: unknown): void;
  now(): Date;
  /** For durations: never goes back. */
  monotonicMs(): number;
  readonly budgets: WorkBudgets;
}

/** What one tick has done and nobody has been told yet. */
export interface TickWork {
  readonly updates: { readonly bytes: Uint8Array; readonly origin: unknown }[];
  /** The updates as one, once somebody has needed it. */
  merged: Uint8Array | null;
  readonly journal: JournalRow[];
  base: BaseChange | null;
  /** Answers, in the order of the questions; given after everything before them is durable. */
  readonly answers: (() => void | Promise<void>)[];
  readonly settles: Settle<unknown>[];
}

export const noWork = (): TickWork => ({
  updates: [],
  merged: null,
  journal: [],
  base: null,
  answers: [],
  settles: [],
});
