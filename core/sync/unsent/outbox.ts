import { isProblem } from "../../problem.ts";
import type { RecordId } from "../record/record.ts";

/** One record of a person that the server has not confirmed as durable. */
export interface OutboxRow {
  readonly id: RecordId;
  readonly session: number;
  readonly seq: number;
  readonly stored: Uint8Array;
  /** Id of the first record of its act: rows of one gesture count as one edit. */
  readonly act: RecordId;
  /** Voxels of a PAINTREF, uploaded before the record is sent. */
  readonly blob?: { readonly sha256: string; readonly bytes: Uint8Array };
  /** Of its session (`SessionLease`). */
  readonly sealKey?: string;
}

/** What is sent at once of rows that have piled up. */
const PIECE_ROWS = 1000;
const PIECE_BYTES = 1024 * 1024;

/** A refused record that is kept for its author, who may export it (R31). */
export interface QuarantinedEdit {
  readonly row: OutboxRow;
  readonly reason: string;
  readonly at: string;
}

/** One ordered, durable log per volume and person, across page loads (R20). */
export interface OutboxStore {
  /** In the order of appending. */
  load(): Promise<OutboxRow[]>;
  append(rows: readonly OutboxRow[]): Promise<void>;
  /** Keeps the row's place in the log. */
  replace(row: OutboxRow): Promise<void>;
  remove(ids: readonly RecordId[]): Promise<void>;
  loadQuarantine(): Promise<QuarantinedEdit[]>;
  quarantine(edit: QuarantinedEdit): Promise<void>;
  clearQuarantine(): Promise<void>;
}

interface Entry {
  row: OutboxRow;
  /** Durable on this computer: it may be sent. */
  kept: boolean;
  /** Its blob is at the server, or it has none. */
  uploaded: boolean;
}

/**
 * The log in memory over its durable store. Everything a person did passes through here in order and leaves by an
 * acknowledgement only (R21), or as a VOID when the server refused it (R31).
 */
export class Outbox {
  readonly #store: OutboxStore;
  readonly #uploadBlob: (sha256: string, bytes: Uint8Array) => Promise<void>;
  #entries: Entry[] = [];
  #tail: Promise<void> = Promise.resolve();
  /** Why this computer cannot keep unsaved edits over a reload; null while it can. */
  weakness: string | null = null;

  constructor(store: OutboxStore, uploadBlob: (sha256: string, bytes: Uint8Array) => Promise<void>) {
    this.#store = store;
    this.#uploadBlob = uploadBlob;
  }

  async load(): Promise<void> {
    try {
      const rows = await this.#store.load();
      this.#entries = rows.map((row) => ({ row, kept: true, uploaded: !row.blob }));
    } catch (error) {
      this.#weaken(error);
    }
  }

  get rows(): readonly OutboxRow[] {
    return this.#entries.map(({ row }) => row);
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  get lastId(): RecordId | null {
    return this.#entries.at(-1)?.row.id ?? null;
  }

  /** Gestures that wait, not records. */
  get waitingActs(): number {
    return new Set(this.#entries.map(({ row }) => row.act)).size;
  }

  sessions(): Set<number> {
    return new Set(this.#entries.map(({ row }) => row.session));
  }

  has(id: RecordId): boolean {
    return this.#entries.some(({ row }) => row.id === id);
  }

  /** In memory at once, in order; resolves when the rows are kept on this computer and their blobs at the server. */
  add(rows: readonly OutboxRow[]): Promise<void> {
    const entries = rows.map((row): Entry => ({ row, kept: false, uploaded: !row.blob }));
    this.#entries.push(...entries);
    const kept = this.#tail.then(async () => {
      try {
        await this.#store.append(rows);
      } catch (error) {
        this.#weaken(error);
      }
      for (const entry of entries) entry.kept = true;
    });
    this.#tail = kept;
    return kept;
  }

  /**
   * Tries to upload the blobs that wait; rows behind one wait with it, as the order is the person's. Returns the rows
   * whose voxels the server will never take (a Problem); anything else that goes wrong is thrown, and may be tried again.
   */
  async uploadBlobs(): Promise<{ readonly row: OutboxRow; readonly reason: string }[]> {
    const refused: { row: OutboxRow; reason: string }[] = [];
    for (const entry of [...this.#entries]) {
      const { blob } = entry.row;
      if (entry.uploaded || !blob) continue;
      try {
        await this.#uploadBlob(blob.sha256, blob.bytes);
        entry.uploaded = true;
      } catch (error) {
        if (!isProblem(error)) throw error;
        refused.push({ row: entry.row, reason: error.message });
      }
    }
    return refused;
  }

  get hasBlobsToUpload(): boolean {
    return this.#entries.some(({ uploaded }) => !uploaded);
  }

  /** R21: everything of that session up to that seq is durable at the server. */
  acknowledge(session: number, durableSeq: number): void {
    const gone = this.#entries.filter(({ row }) => row.session === session && row.seq <= durableSeq);
    if (gone.length === 0) return;
    this.#entries = this.#entries.filter(({ row }) => row.session !== session || row.seq > durableSeq);
    this.#write(() => this.#store.remove(gone.map(({ row }) => row.id)));
  }

  /**
   * The suffix rule (R22): from the first record that is not live, that one and all later ones belong into the current
   * generation, in this order, except those that are there already. Where none of them is live anywhere, as after a day
   * without a network, they go in pieces: the next one when this one has been acknowledged.
   */
  rowsToSet(
    isFolded: (row: OutboxRow) => boolean,
    liveGeneration: (id: RecordId) => number | undefined,
    current: number,
  ): OutboxRow[] {
    const ready: OutboxRow[] = [];
    for (const { row, kept, uploaded } of this.#entries) {
      // What is live was uploaded by an earlier page: left behind, it would lie beneath what was done before it (R13).
      if (!kept || (!uploaded && liveGeneration(row.id) === undefined)) break;
      if (!isFolded(row)) ready.push(row);
    }
    const first = ready.findIndex(({ id }) => liveGeneration(id) === undefined);
    if (first < 0) return [];
    const rows = ready.slice(first);
    if (rows.every(({ id }) => liveGeneration(id) === undefined)) return firstPiece(rows);
    return rows.filter(({ id }) => liveGeneration(id) !== current);
  }

  /** R31: the refused record leaves for the quarantine, and a VOID of the same number takes its place. */
  async refuse(voided: OutboxRow, reason: string, at: string): Promise<void> {
    const entry = this.#entries.find(({ row }) => row.id === voided.id);
    if (!entry) return;
    const refused = entry.row;
    entry.row = voided;
    entry.uploaded = true;
    this.#write(async () => {
      await this.#store.quarantine({ row: refused, reason, at });
      await this.#store.replace(voided);
    });
    await this.#tail;
  }

  async quarantined(): Promise<QuarantinedEdit[]> {
    await this.#tail;
    return this.#store.loadQuarantine();
  }

  async clearQuarantine(): Promise<void> {
    this.#write(() => this.#store.clearQuarantine());
    await this.#tail;
  }

  #write(task: () => Promise<void>): void {
    this.#tail = this.#tail.then(task).catch((error) => this.#weaken(error));
  }

  #weaken(error: unknown): void {
    this.weakness = error instanceof Error ? error.message : String(error);
  }
}

function firstPiece(rows: readonly OutboxRow[]): OutboxRow[] {
  let bytes = 0;
  let count = 0;
  for (; count < rows.length && count < PIECE_ROWS && bytes < PIECE_BYTES; count++) bytes += rows[count].stored.length;
  return rows.slice(0, count);
}
