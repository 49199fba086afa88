import {
  baseOf,
  currentGenerationNumber,
  foldsOf,
  generationOf,
  generationsOf,
  metaOf,
  TOLD_REVS,
} from "../../../core/sync/document/document-layout.ts";
import {
  type BaseState,
  encodeBase,
  encodeRevEntry,
  isFoldedIn,
  type RevEntry,
} from "../../../core/sync/fold/base-state.ts";
import type { FoldRecord } from "../../../core/sync/fold/fold-record.ts";
import type { DecodedRecord, RecordId } from "../../../core/sync/record/record.ts";
import type { BrickKey } from "../../../core/volume/brick.ts";
import { type BaseChange, type BaseStore, type BaseVersion, FACTS_KEY, type FoldedRow } from "./base-store.ts";
import type { BaseVersions } from "./base-versions.ts";
import { FoldWriter, type Written } from "./fold-writer.ts";
import { carriedBy, type FoldedRoom, type FoldPlan, type FoldRules, isJournalled, planFold } from "./plan-fold.ts";
import { prepareRepair } from "./prepare-repair.ts";
import { withoutOldSessions } from "./told-watermarks.ts";

/** R42: generations that live beside the current one before the oldest is folded. */
const LIVE_GENERATIONS = 3;
const RETRY_AFTER_MS = 10_000;
/** A day's work that arrives in the oldest generation is let in before that one is closed, if it does not take longer. */
const POSTPONED_MS = 30_000;
/** Folded records whose undo is settled together. */
const REPAIRED_AT_ONCE = 200;

export interface CompactorEvents {
  /** Something waits for the next tick, or for one after that time. */
  onReady(waitMs?: number): void;
  /** A fold or a repair failed; nothing is lost, and it is tried again. */
  onTrouble(error: unknown): void;
  monotonicMs(): number;
}

interface Ready {
  /** Changes the document; null when what it was prepared from has changed. */
  commit(): BaseChange | null;
  settle(isDurable: boolean): void;
}

/**
 * Moves the oldest generation into the base (fold), and undoes or redoes what is in the base already (repair): R42 to R44.
 * It prepares beside the ticks of its room, whatever happens there, writes the new bricks, and changes the document within
 * one tick, if what it prepared still is what is to be folded. One per volume: R45.
 */
export class Compactor implements FoldRules {
  readonly versions: BaseVersions;
  readonly #room: FoldedRoom;
  readonly #store: BaseStore;
  readonly #events: CompactorEvents;
  readonly #origin: string;
  /** R42: nothing of this generation enters the history any more. */
  #closing: number | null = null;
  #ready: Ready | null = null;
  #committed: Ready | null = null;
  /** Folded records that a marker names which has not been looked at. */
  readonly #unsettled = new Set<RecordId>();
  /** Highest folded seq of every session, also of those that the document leaves out (R49). */
  readonly #folded: Map<number, number>;
  #running: Promise<void> | null = null;
  #stopped = false;
  #retryAtMs = 0;
  /** Something has entered the oldest generation since the last tick. */
  #isArriving = false;
  #postponedSinceMs: number | null = null;

  constructor(
    room: FoldedRoom,
    given: {
      store: BaseStore;
      versions: BaseVersions;
      folded: ReadonlyMap<number, number>;
      events: CompactorEvents;
      origin: string;
    },
  ) {
    this.#room = room;
    this.#store = given.store;
    this.versions = given.versions;
    this.#events = given.events;
    this.#folded = new Map(given.folded);
    this.#origin = given.origin;
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  /** A change waits to be committed in a tick. */
  get isReady(): boolean {
    return this.#ready !== null;
  }

  isClosing(generation: number): boolean {
    return generation === this.#closing;
  }

  leavesOut(id: RecordId, counts: (marker: FoldRecord) => boolean): boolean {
    return this.#room.fold.isUndoneBy(id, counts);
  }

  carry(base: BaseState, records: readonly FoldRecord[]): Set<RecordId> {
    return carriedBy(base, records);
  }

  /** R49: a page of long ago has sent something: what of it is folded is said again, before anybody hears of it. */
  recall(session: number): void {
    const upTo = this.#folded.get(session);
    const base = baseOf(this.#room.doc);
    if (upTo === undefined || base.watermarks.has(session)) return;
    const watermarks = new Map(base.watermarks).set(session, upTo);
    this.#room.doc.transact(
      () => metaOf(this.#room.doc).set("base", encodeBase({ ...base, watermarks })),
      this.#origin,
    );
  }

  /** A record has entered the history. */
  notice({ record }: { readonly record: DecodedRecord }): void {
    const oldest = baseOf(this.#room.doc).foldedGeneration + 1;
    if (this.#room.fold.get(record.id)?.generation === oldest) this.#isArriving = true;
    if (record.kind !== 2 && record.kind !== 3) return;
    if (isFoldedIn(baseOf(this.#room.doc), record.targetSession, record.targetSeq)) this.#unsettled.add(record.target);
  }

  get isFoldDue(): boolean {
    const oldest = baseOf(this.#room.doc).foldedGeneration + 1;
    return currentGenerationNumber(this.#room.doc) - oldest >= LIVE_GENERATIONS;
  }

  /** Starts what is due. Called after each tick. */
  wake(): void {
    if (this.#running || this.#stopped || this.#events.monotonicMs() < this.#retryAtMs) return;
    if (this.#unsettled.size === 0 && !this.isFoldDue) return;
    if (this.#isArriving) {
      this.#isArriving = false;
      this.#postponedSinceMs ??= this.#events.monotonicMs();
      if (this.#events.monotonicMs() - this.#postponedSinceMs < POSTPONED_MS) {
        this.#events.onReady();
        return;
      }
    }
    this.#postponedSinceMs = null;
    this.#running = this.#work()
      .catch((error) => {
        this.#closing = null;
        this.#retryAtMs = this.#events.monotonicMs() + RETRY_AFTER_MS;
        if (this.#stopped) return;
        this.#events.onTrouble(error);
        this.#events.onReady(RETRY_AFTER_MS);
      })
      .finally(() => {
        this.#running = null;
      });
  }

  /** Runs a task while there is no fold and no repair; false when there is one. */
  async alone(task: () => Promise<void>): Promise<boolean> {
    if (this.#running || this.#stopped) return false;
    this.#running = task();
    try {
      await this.#running;
    } finally {
      this.#running = null;
      this.#events.onReady();
    }
    return true;
  }

  /** First in a tick: what is to be made durable with it. */
  commit(): BaseChange | null {
    const ready = this.#ready;
    if (!ready) return null;
    this.#ready = null;
    const change = ready.commit();
    if (change) {
      this.versions.take(change);
      this.#committed = ready;
    } else ready.settle(false);
    return change;
  }

  /** The tick's change is durable. */
  settle(): void {
    this.#committed?.settle(true);
    this.#committed = null;
  }

  /** The room is gone. */
  stop(): void {
    this.#stopped = true;
    this.#ready?.settle(false);
    this.#committed?.settle(false);
    this.#ready = this.#committed = null;
  }

  async #work(): Promise<void> {
    while (!this.#stopped)
      if (this.#unsettled.size > 0) await this.repair();
      else if (this.isFoldDue) await this.#fold();
      else return;
  }

  /** Resolves with true when the change is durable, with false when it has to be prepared anew. */
  #submit(commit: () => BaseChange | null): Promise<boolean> {
    if (this.#stopped) return Promise.resolve(false);
    return new Promise((settle) => {
      this.#ready = { commit, settle };
      this.#events.onReady();
    });
  }

  async #fold(): Promise<void> {
    const writer = new FoldWriter(this.#room, this.#store, this.versions);
    for (let isDone = false; !isDone && !this.#stopped; ) {
      if (this.#unsettled.size > 0) await this.repair();
      const plan = planFold(this.#room, this);
      this.#closing = plan.generation;
      await writer.write(plan, () => this.#stopped);
      if (this.#stopped) return;
      isDone = await this.#submit(() => {
        if (this.#unsettled.size > 0) return null;
        const now = planFold(this.#room, this);
        return writer.isWritten(now) ? this.#commitFold(now, writer.written) : null;
      });
    }
  }

  /** R42, step 6: one transaction. */
  #commitFold(plan: FoldPlan, written: ReadonlyMap<BrickKey, Written>): BaseChange {
    const { doc, fold } = this.#room;
    const keys = [...plan.bricks.keys(), ...(plan.facts.length > 0 ? [FACTS_KEY] : [])];
    // Who needs them reads the new version: painting them here would hold everybody up.
    for (const key of plan.bricks.keys()) fold.bricks.drop(key);
    const entry: RevEntry = {
      kind: "fold",
      generation: plan.generation,
      skip: [...plan.skip],
      bricks: new Map([...plan.bricks.keys()].map((key) => [key, written.get(key)?.hash ?? ""])),
      facts: plan.facts.length > 0,
    };
    const folded = new Set(plan.folded.map(({ session }) => session));
    const live = new Set([...fold.records()].map(({ record }) => record.session));
    const base = withoutOldSessions(plan.base, (session) => folded.has(session) || live.has(session));
    for (const { session, upTo } of plan.folded) this.#folded.set(session, upTo);
    doc.transact(() => {
      this.#writeRev(base.rev, encodeBase(base), entry);
      const current = generationOf(doc, currentGenerationNumber(doc));
      for (const { record, stored } of plan.strays) current?.set(record.id, stored);
      generationsOf(doc).delete(String(plan.generation));
    }, this.#origin);
    this.#closing = null;
    return {
      rev: plan.base.rev,
      generation: plan.generation,
      folded: plan.folded,
      undone: new Map([...plan.skip].map((id) => [id, true])),
      versions: keys.map((key) => this.#versionOf(key, plan.base.rev, plan.generation, written)),
      spoiled: new Map(),
    };
  }

  #versionOf(key: BrickKey, rev: number, generation: number, written: ReadonlyMap<BrickKey, Written>): BaseVersion {
    const { hash, blob } = written.get(key) ?? { hash: "", blob: null };
    return { key, rev, generation, hash, blob, isStart: true, atMs: Date.now() };
  }

  #writeRev(rev: number, base: Uint8Array, entry: RevEntry): void {
    const { doc } = this.#room;
    metaOf(doc).set("base", base);
    const folds = foldsOf(doc);
    folds.set(String(rev), encodeRevEntry(entry));
    for (const told of folds.keys()) if (Number(told) <= rev - TOLD_REVS) folds.delete(told);
  }

  /** What the markers in the history say of folded records. */
  #wantedOf(ids: readonly RecordId[]): Map<RecordId, boolean> {
    const counts = isJournalled(this.#room.journal);
    return new Map(
      ids.flatMap((id) => {
        const marker = this.#room.fold.lastMarker(id, counts);
        return marker ? [[id, marker === "undo"] as const] : [];
      }),
    );
  }

  /** R43: folded records that were undone or redone since. Those that the history has forgotten stay as they are. */
  async repair(): Promise<void> {
    const ids = [...this.#unsettled].slice(0, REPAIRED_AT_ONCE);
    for (const id of ids) this.#unsettled.delete(id);
    let isDone = false;
    try {
      const rows = await this.#store.readFolded(ids);
      const wanted = this.#wantedOf(ids);
      const changed = rows.filter(({ id, undone }) => wanted.has(id) && wanted.get(id) !== undone);
      isDone = changed.length === 0 || (await this.#repairRows(changed, wanted));
    } finally {
      if (!isDone) for (const id of ids) this.#unsettled.add(id);
    }
  }

  async #repairRows(changed: readonly FoldedRow[], wanted: ReadonlyMap<RecordId, boolean>): Promise<boolean> {
    const { doc, fold } = this.#room;
    const undone = new Map(changed.map(({ id }) => [id, wanted.get(id) === true]));
    const rev = baseOf(doc).rev + 1;
    const sources = { store: this.#store, versions: this.versions, grid: fold.grid };
    const prepared = await prepareRepair(sources, rev, changed, undone, () => this.#stopped);
    if (!prepared || this.#stopped) return false;
    const { written, facts, spoiled } = prepared;
    return this.#submit(() => {
      const now = this.#wantedOf([...undone.keys()]);
      if ([...undone].some(([id, isUndone]) => now.get(id) !== isUndone)) return null;
      const base = { ...baseOf(doc), rev };
      const bricks = new Map([...written].flatMap(([key, { hash }]) => (key === FACTS_KEY ? [] : [[key, hash]])));
      const entry: RevEntry = { kind: "repair", generation: 0, skip: [], bricks, facts: facts !== null };
      doc.transact(() => this.#writeRev(rev, encodeBase(base), entry), this.#origin);
      if (facts) fold.facts.setBase(facts);
      fold.facts.isBaseKnown = true;
      return {
        rev,
        generation: 0,
        folded: [],
        undone,
        versions: [...written.keys()].map((key) => this.#versionOf(key, rev, base.foldedGeneration, written)),
        spoiled,
      };
    });
  }
}
