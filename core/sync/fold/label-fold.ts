import type { BrickKey } from "../../volume/brick.ts";
import { MalformedBytes, sameBytes } from "../bytes/bytes.ts";
import type { LabelGrid } from "../record/label-grid.ts";
import { type DecodedRecord, type PaintBody, type RecordId, RecordKind } from "../record/record.ts";
import { decodeRecord } from "../record/record-codec.ts";
import { factsOver } from "./base-facts.ts";
import { type BaseState, emptyBase, isFoldedIn } from "./base-state.ts";
import { BrickSet } from "./brick-set.ts";
import {
  compareRecords,
  type FoldRecord,
  insertInOrder,
  OUTBOX_GENERATION,
  type PaintItem,
  paintItemsOf,
  removeInOrder,
} from "./fold-record.ts";
import { LabelFacts } from "./label-facts.ts";

/** A generation that became part of the base. */
export interface FoldStep {
  /** All of it, in order. */
  readonly records: readonly FoldRecord[];
  /** Those that were left out because they were undone. */
  readonly skip: ReadonlySet<RecordId>;
  /** Bricks that changed, with the hash of the new base. */
  readonly bricks: ReadonlyMap<BrickKey, string>;
}

const nothingTouched: { labels: ReadonlySet<number>; bricks: ReadonlySet<BrickKey> } = {
  labels: new Set(),
  bricks: new Set(),
};

/**
 * The state of a label volume: base plus the fold of the live records in the order (generation, stamp, session, seq).
 * The same class runs in every browser and on the server. It is the record index of R27: what it holds stays readable
 * after a generation has left the document.
 */
export class LabelFold {
  readonly grid: LabelGrid;
  readonly bricks: BrickSet;
  readonly facts = new LabelFacts();
  readonly #live = new Map<RecordId, FoldRecord>();
  readonly #items = new Map<RecordId, PaintItem[]>();
  /** UNDO and REDO records by the record they name, in order. */
  readonly #markers = new Map<RecordId, FoldRecord[]>();
  readonly #blobs = new Map<string, PaintBody>();
  readonly #waitingForBlob = new Map<string, Set<FoldRecord>>();
  /** Records that were decoded before they came into the document. */
  readonly #decoded = new Map<RecordId, { readonly record: DecodedRecord; readonly stored: Uint8Array }>();
  #base: BaseState = emptyBase;
  #highestStamp = 0;
  /** Records that did not decode: left out by everybody alike. */
  unreadable = 0;

  constructor(grid: LabelGrid) {
    this.grid = grid;
    this.bricks = new BrickSet(grid);
  }

  /** Highest stamp ever seen here (R17). */
  get highestStamp(): number {
    return this.#highestStamp;
  }

  get size(): number {
    return this.#live.size;
  }

  get(id: RecordId): FoldRecord | undefined {
    return this.#live.get(id);
  }

  records(): IterableIterator<FoldRecord> {
    return this.#live.values();
  }

  /** What a live record paints, brick by brick. */
  itemsOf(id: RecordId): readonly PaintItem[] {
    return this.#items.get(id) ?? [];
  }

  /** R12: what the base already contains is not live. */
  isFolded(session: number, seq: number): boolean {
    return isFoldedIn(this.#base, session, seq);
  }

  /** What the live markers that `counts` takes say of a record, folded or not; else what is carried of older ones. */
  isUndoneBy(target: RecordId, counts: (marker: FoldRecord) => boolean): boolean {
    return (this.lastMarker(target, counts) ?? (this.#base.carried.has(target) ? "undo" : "redo")) === "undo";
  }

  /** R14: the last UNDO or REDO in the order decides; undefined where there is none. */
  lastMarker(target: RecordId, counts: (marker: FoldRecord) => boolean = () => true): "undo" | "redo" | undefined {
    const kind = this.#markers.get(target)?.findLast(counts)?.record.kind;
    return kind === undefined ? undefined : kind === RecordKind.undo ? "undo" : "redo";
  }

  /** R12: a record that is in several generations counts in the highest. */
  outranks(generation: number, than: number): boolean {
    return generation > than;
  }

  /** Spares `put` the decoding of a record that is about to come; forgotten by `forgetDecoded`. */
  knowDecoded(record: DecodedRecord, stored: Uint8Array): void {
    this.#decoded.set(record.id, { record, stored });
  }

  forgetDecoded(): void {
    this.#decoded.clear();
  }

  /** Adds a record, or brings a known one to its place: out of the outbox, or up to a higher generation. */
  put(id: RecordId, stored: Uint8Array, generation: number): void {
    const known = this.#live.get(id);
    if (known) {
      const settles = known.generation === OUTBOX_GENERATION && generation !== OUTBOX_GENERATION;
      if (settles || this.outranks(generation, known.generation)) this.#move(known, generation);
      return;
    }
    const record = this.#decode(id, stored);
    if (record?.id !== id) {
      this.unreadable++;
      return;
    }
    this.#highestStamp = Math.max(this.#highestStamp, record.stamp);
    if (this.isFolded(record.session, record.seq)) return;
    const entry: FoldRecord = { record, stored, generation, undone: this.#isUndone(id) };
    this.#live.set(id, entry);
    if (record.kind === RecordKind.undo || record.kind === RecordKind.redo) this.#mark(record.target, entry);
    else {
      this.facts.add(entry);
      this.#addItems(entry);
    }
  }

  remove(id: RecordId): void {
    const entry = this.#live.get(id);
    if (!entry) return;
    this.#live.delete(id);
    const { record } = entry;
    if (record.kind === RecordKind.undo || record.kind === RecordKind.redo) {
      const markers = this.#markers.get(record.target) ?? [];
      removeInOrder(markers, entry, compareRecords);
      if (markers.length === 0) this.#markers.delete(record.target);
      this.#refreshUndone(record.target);
      return;
    }
    this.facts.remove(entry);
    for (const item of this.#items.get(id) ?? []) this.bricks.remove(item);
    this.#items.delete(id);
    if (record.kind === RecordKind.paintRef) this.#waitingForBlob.get(record.sha256)?.delete(entry);
  }

  /** What the base holds is not live any more. Bricks whose base has changed must await it before. */
  setBase(base: BaseState): void {
    const before = this.#base;
    this.#base = base;
    for (const { record } of [...this.#live.values()])
      if (this.isFolded(record.session, record.seq)) this.remove(record.id);
    for (const id of before.carried) if (!base.carried.has(id)) this.#refreshUndone(id);
    for (const id of base.carried) if (!before.carried.has(id)) this.#refreshUndone(id);
  }

  /**
   * R52: folds a generation into the base as the server did, without asking it for anything. Returns the loaded bricks
   * that came out otherwise: they await their base.
   */
  foldIn({ records, skip, bricks }: FoldStep, base: BaseState): BrickKey[] {
    const folded = new Set(records);
    const painted = new Map<BrickKey, PaintItem[]>([...bricks.keys()].map((key) => [key, []]));
    for (const { record } of records)
      for (const item of this.#items.get(record.id) ?? []) {
        const items = painted.get(item.key) ?? [];
        if (!skip.has(record.id)) items.push(item);
        painted.set(item.key, items);
      }
    const differ: BrickKey[] = [];
    for (const [key, items] of painted)
      if (!this.bricks.foldIn(key, folded, items, bricks.get(key) ?? null)) differ.push(key);
    if (this.facts.isBaseKnown) this.#foldFacts(records.filter(({ record }) => !skip.has(record.id)));
    for (const { record } of records) this.#items.delete(record.id);
    this.setBase(base);
    return differ;
  }

  #foldFacts(records: readonly FoldRecord[]): void {
    const facts = factsOver(this.facts.base, records);
    if (facts !== this.facts.base) this.facts.setBase(facts);
  }

  /** Voxels of a PAINTREF arrived: its boxes are folded again (R18). */
  putBlob(sha256: string, body: PaintBody): void {
    if (this.#blobs.has(sha256)) return;
    this.#blobs.set(sha256, body);
    for (const entry of this.#waitingForBlob.get(sha256) ?? []) {
      for (const item of this.#items.get(entry.record.id) ?? []) this.bricks.remove(item);
      this.#addItems(entry);
    }
    this.#waitingForBlob.delete(sha256);
  }

  blob(sha256: string): PaintBody | undefined {
    return this.#blobs.get(sha256);
  }

  /** Some large edit's voxels have not arrived, of whatever brick. */
  get isWaitingForBlobs(): boolean {
    return this.#waitingForBlob.size > 0;
  }

  /** Blobs that are missing for these bricks. */
  missingBlobs(keys: Iterable<BrickKey>): Set<string> {
    const missing = new Set<string>();
    if (this.#waitingForBlob.size === 0) return missing;
    const wanted = new Set(keys);
    for (const [sha256, waiting] of this.#waitingForBlob)
      for (const { record } of waiting)
        if ((this.#items.get(record.id) ?? []).some(({ key }) => wanted.has(key))) missing.add(sha256);
    return missing;
  }

  /** What a record touches: labels it writes or speaks of, and bricks; for UNDO and REDO what their target touches. */
  touchedBy(id: RecordId): { labels: ReadonlySet<number>; bricks: ReadonlySet<BrickKey> } {
    const record = this.#live.get(id)?.record;
    if (record?.kind === 2 || record?.kind === 3) {
      const kind = this.#live.get(record.target)?.record.kind;
      return kind === undefined || kind === 2 || kind === 3 ? nothingTouched : this.touchedBy(record.target);
    }
    if (record?.kind === 4) return { labels: new Set([record.label]), bricks: nothingTouched.bricks };
    if (record?.kind === 5 || record?.kind === 6)
      return { labels: new Set([record.a, record.b]), bricks: nothingTouched.bricks };
    const items = this.#items.get(id) ?? [];
    return { labels: new Set(items[0]?.body?.labels), bricks: new Set(items.map(({ key }) => key)) };
  }

  #decode(id: RecordId, stored: Uint8Array): DecodedRecord | null {
    const known = this.#decoded.get(id);
    if (known && sameBytes(known.stored, stored)) return known.record;
    try {
      return decodeRecord(stored, this.grid);
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      return null;
    }
  }

  #addItems(entry: FoldRecord): void {
    const { record } = entry;
    const items = paintItemsOf(entry, (sha256) => this.#blobs.get(sha256));
    if (items.length === 0) return;
    this.#items.set(record.id, items);
    for (const item of items) this.bricks.add(item);
    if (record.kind !== RecordKind.paintRef || this.#blobs.has(record.sha256)) return;
    const waiting = this.#waitingForBlob.get(record.sha256) ?? new Set();
    this.#waitingForBlob.set(record.sha256, waiting.add(entry));
  }

  #move(entry: FoldRecord, generation: number): void {
    const { record } = entry;
    if (record.kind === RecordKind.undo || record.kind === RecordKind.redo) {
      removeInOrder(this.#markers.get(record.target) ?? [], entry, compareRecords);
      entry.generation = generation;
      this.#mark(record.target, entry);
      return;
    }
    this.facts.remove(entry);
    this.bricks.reorder(this.#items.get(record.id) ?? [], () => {
      entry.generation = generation;
    });
    this.facts.add(entry);
  }

  #mark(target: RecordId, marker: FoldRecord): void {
    let markers = this.#markers.get(target);
    if (!markers) {
      markers = [];
      this.#markers.set(target, markers);
    }
    insertInOrder(markers, marker, compareRecords);
    this.#refreshUndone(target);
  }

  #isUndone(target: RecordId): boolean {
    return this.isUndoneBy(target, () => true);
  }

  #refreshUndone(target: RecordId): void {
    const entry = this.#live.get(target);
    const undone = this.#isUndone(target);
    if (!entry || entry.undone === undone) return;
    entry.undone = undone;
    this.facts.changed(entry);
    for (const item of this.#items.get(target) ?? []) if (item.body) this.bricks.refold(item.key, item.box);
  }
}
