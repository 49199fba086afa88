import * as Y from "yjs";
import type { Role } from "../../../core/roles.ts";
import { DocumentFeed } from "../../../core/sync/document/document-feed.ts";
import {
  baseOf,
  generationsOf,
  initialiseDocument,
  upgradeDocument,
} from "../../../core/sync/document/document-layout.ts";
import { LabelFold } from "../../../core/sync/fold/label-fold.ts";
import { CloseCode, RestartReason } from "../../../core/sync/link/messages.ts";
import { diskProblemOf } from "../../storage/disk-room.ts";
import { type BaseChange, FACTS_KEY } from "../base/base-store.ts";
import { BaseVersions } from "../base/base-versions.ts";
import { Compactor } from "../base/compactor.ts";
import { encodeState } from "../event-loop/encode-state.ts";
import { nextTurn, pauseWhenDue } from "../event-loop/next-turn.ts";
import { RecordGate } from "../gate/record-gate.ts";
import { ANSWER_UNDER_WAY_BYTES } from "../gate/work-units.ts";
import { type LabelTouch, type RoomStore, RoomTaken, type SessionRow, type StoredRoom } from "../journal/room-store.ts";
import { type PendingRecord, SessionJournal } from "../journal/session-journal.ts";
import { touchColumnsOf } from "../journal/touch-columns.ts";
import { type IncomingMessage, parseIncoming } from "./incoming-message.ts";
import { PresenceRelay } from "./presence-relay.ts";
import { RoomConnection, type RoomSocket, stepOneFrame, updateFrame } from "./room-connection.ts";
import { RoomGenerations } from "./room-generations.ts";
import { RoomIntake } from "./room-intake.ts";
import {
  type MakeRecords,
  noWork,
  type OwnItem,
  type RoomEvents,
  type RoomState,
  type Settle,
  type TickWork,
} from "./room-work.ts";
import { SocketMessages } from "./socket-messages.ts";

const SERVER_ORIGIN = "server";

/**
 * One volume's live document. Each tick runs gate -> apply -> append (durable) -> broadcast -> acknowledge: nothing that
 * is not durable reaches another client (R29), so no client can ever hold what the server lost.
 * What a socket sends can close that socket; the room crashes when its database or the document itself fails, only.
 */
export class Room {
  readonly doc = new Y.Doc();
  readonly fold: LabelFold;
  readonly journal: SessionJournal;
  readonly gate: RecordGate;
  readonly presence: PresenceRelay;
  readonly touches = new Map<number, LabelTouch>();
  readonly epoch: number;
  readonly connections = new Set<RoomConnection>();
  readonly #store: RoomStore;
  readonly #events: RoomEvents;
  #position: number;
  readonly #intake: RoomIntake;
  #ownItems: OwnItem[] = [];
  #work = noWork();
  #inFlight: TickWork | null = null;
  #busy = false;
  #crashed = false;
  #crashedBy: unknown = null;
  readonly #generations: RoomGenerations;
  readonly #compactor: Compactor;
  #isStateDue = false;

  private constructor(store: RoomStore, stored: StoredRoom, events: RoomEvents) {
    this.#store = store;
    this.#events = events;
    this.#position = stored.position;
    this.epoch = stored.epoch;
    this.fold = new LabelFold(stored.grid);
    this.journal = new SessionJournal(stored.journalled, stored.sessions, (pending) => this.#mayEnter(pending));
    this.presence = new PresenceRelay();
    this.gate = new RecordGate(this.doc, this.fold, this.journal, stored.labelCounter);
    const messages = new SocketMessages(this, store, events, {
      admit: (pending) => this.#admit(pending),
      answer: (give) => this.#work.answers.push(give),
    });
    this.#intake = new RoomIntake((connection, message) => messages.handle(connection, message), events.budgets);
    for (const touch of stored.touches) this.touches.set(touch.label, touch);
    this.#generations = new RoomGenerations(this.doc, this.gate, SERVER_ORIGIN, events.monotonicMs());
    this.#compactor = new Compactor(this, {
      store: store.base,
      versions: new BaseVersions(stored.versions, events.now().getTime(), {
        readableFrom: stored.readableFrom,
        read: (keys) => store.base.readVersions(keys),
      }),
      folded: stored.folded,
      origin: SERVER_ORIGIN,
      events: {
        onReady: (waitMs = 0) => events.onWork(waitMs),
        onTrouble: (error) => events.onTrouble(error),
        monotonicMs: () => events.monotonicMs(),
      },
    });
  }

  /** Reads what is stored, with pauses: sockets of other volumes do not wait for a large one. */
  static async open(store: RoomStore, stored: StoredRoom, events: RoomEvents): Promise<Room> {
    const room = new Room(store, stored, events);
    await room.#boot(stored);
    return room;
  }

  async #boot(stored: StoredRoom): Promise<void> {
    for (const update of stored.updates) {
      Y.applyUpdate(this.doc, update, SERVER_ORIGIN);
      await pauseWhenDue();
    }
    await DocumentFeed.openSlowly(this.doc, this.fold, () => {}, pauseWhenDue);
    await this.#readFacts();
    this.doc.on("update", (bytes: Uint8Array, origin: unknown) => this.#work.updates.push({ bytes, origin }));
    if (stored.updates.length === 0) initialiseDocument(this.doc, stored.grid, SERVER_ORIGIN);
    else upgradeDocument(this.doc, SERVER_ORIGIN);
    this.#generations.learn();
    await this.#adoptLiveRecords();
    if (this.#hasWork() || this.#compactor.isFoldDue) this.#events.onWork(0);
  }

  get isIdle(): boolean {
    return this.connections.size === 0 && this.isQuiet && this.isSettled;
  }

  /** All that was sent has been handled. */
  get isQuiet(): boolean {
    return this.#ownItems.length === 0 && this.#intake.isEmpty && !this.#busy;
  }

  /** No fold and no repair is under way. */
  get isSettled(): boolean {
    return !this.#compactor.isRunning;
  }

  get rev(): number {
    return baseOf(this.doc).rev;
  }

  /** Runs a task while nothing folds or repairs; false when something does. */
  whileBaseRests(task: () => Promise<void>): Promise<boolean> {
    return this.#compactor.alone(task);
  }

  get versions(): BaseVersions {
    return this.#compactor.versions;
  }

  get position(): number {
    return this.#position;
  }

  connect(socket: RoomSocket, who: { userId: string; name: string; role: Role }): RoomConnection {
    const connection = new RoomConnection(socket, who);
    if (this.#crashed) {
      // Between its admission and now: the next attempt finds a fresh room.
      connection.close(CloseCode.restart, RestartReason.plain);
      return connection;
    }
    this.connections.add(connection);
    connection.send(stepOneFrame(Y.encodeStateVector(this.doc)));
    this.presence.welcome(connection);
    return connection;
  }

  disconnect(connection: RoomConnection): void {
    connection.open = false;
    this.connections.delete(connection);
    this.#intake.drop(connection);
    this.presence.leave(connection);
    if (this.presence.hasNews) this.#events.onPresence();
  }

  /** A frame from a socket. What cannot be parsed closes it. */
  receive(connection: RoomConnection, frame: Uint8Array): void {
    if (!connection.open || this.#crashed) return;
    let message: IncomingMessage;
    try {
      message = parseIncoming(frame);
    } catch {
      connection.close(CloseCode.unreadable, "bad message");
      return;
    }
    if (message.type === "awareness") {
      // Of several within a flush the newest counts: the others are not even read.
      connection.presence = message.bytes;
      this.#events.onPresence();
      return;
    }
    if (message.type === "stateVector") {
      // Pages ask once. Who asks again before the answer has left would have it pile up.
      if (connection.isAsking || connection.bufferedBytes > ANSWER_UNDER_WAY_BYTES) {
        connection.close(CloseCode.tooSlow, "one question for the document at a time");
        return;
      }
      connection.isAsking = true;
    }
    // R32: of people who may only look, no edit is read at all.
    if (!connection.canEdit && message.type !== "stateVector" && message.type !== "hello") return;
    if (this.#intake.put(connection, message, frame.length)) this.#events.onWork(0);
    else connection.close(CloseCode.tooSlow, "the server cannot keep up");
  }

  /** Writes records for a session of a person; resolves when durable, with false when `make` declined. */
  author(make: MakeRecords): Promise<boolean> {
    return new Promise((resolve, reject) => this.#enqueue({ kind: "author", make, settle: { resolve, reject } }));
  }

  /** The document as of a durable moment. */
  readState(): Promise<RoomState> {
    return new Promise((resolve, reject) => this.#enqueue({ kind: "read", settle: { resolve, reject } }));
  }

  addSession(row: SessionRow, labelCounter: number): void {
    if (this.journal.ownerOf(row.session) === undefined) this.journal.addSession(row);
    this.gate.labelCounter = Math.max(this.gate.labelCounter, labelCounter);
  }

  /** One turn of the pipeline. Returns at once when a turn is running. */
  async tick(): Promise<void> {
    if (this.#busy || this.#crashed) return;
    this.#busy = true;
    try {
      this.#work.base = this.#compactor.commit();
      if (this.#generations.isDue(this.#events.monotonicMs())) this.seal();
      for (const item of this.#ownItems.splice(0)) this.#takeOwn(item);
      await this.#intake.takeTurns();
      const work = this.#work;
      this.#work = noWork();
      this.#inFlight = work;
      await this.makeDurable(work);
      await this.publish(work);
      this.#inFlight = null;
      if (work.base) this.#takeBase(work.base);
      await this.#writeStateIfDue();
    } catch (error) {
      this.crash(error);
    } finally {
      this.#busy = false;
    }
    if (this.#crashed) return;
    this.#compactor.wake();
    if (this.#hasWork()) this.#events.onWork(this.#waitMs);
  }

  /** R29: from here on it survives a crash. */
  async makeDurable(work: TickWork): Promise<void> {
    if (work.updates.length === 0 && work.journal.length === 0) return;
    const { journal, base } = work;
    await this.#store.append({ position: this.#position + 1, update: merged(work), journal, base });
    this.#position++;
  }

  /** Broadcast, answers, acknowledgements: all of what is durable. */
  async publish(work: TickWork): Promise<void> {
    this.#broadcast(work);
    for (const answer of work.answers) await answer();
    for (const connection of this.connections) connection.acknowledge((session) => this.journal.reached(session));
    if (work.journal.length > 0)
      this.#events.onRecords(
        new Set(work.journal.flatMap(({ labels }) => labels)),
        new Set(work.journal.flatMap(({ brickKeys }) => brickKeys)),
        work.journal,
      );
  }

  /** An append that failed after the apply: what is in memory is not the truth any more. */
  crash(error: unknown): void {
    if (this.#crashed) return;
    this.#crashed = true;
    this.#crashedBy = error;
    this.#compactor.stop();
    const reason = diskProblemOf(error) ? RestartReason.diskFull : RestartReason.plain;
    for (const connection of [...this.connections]) {
      connection.close(CloseCode.restart, reason);
      this.disconnect(connection);
    }
    const failed = [
      ...(this.#inFlight?.settles ?? []),
      ...this.#work.settles,
      ...this.#ownItems.map(({ settle }) => settle),
    ];
    for (const settle of failed) settle.reject(error);
    this.#events.onCrash(error);
  }

  #enqueue(item: OwnItem): void {
    if (this.#crashed) {
      // Whoever works in it goes on at the server that has it.
      item.settle.reject(this.#crashedBy instanceof RoomTaken ? this.#crashedBy : new Error("the volume restarts"));
      return;
    }
    this.#ownItems.push(item);
    this.#events.onWork(0);
  }

  #hasWork(): boolean {
    return this.#isPressing || !this.#intake.isEmpty;
  }

  get #isUnwritten(): boolean {
    return this.#work.updates.length > 0 || this.#work.journal.length > 0;
  }

  /** Work of the room itself. What became ready while a tick ran is found here when it ends. */
  get #isPressing(): boolean {
    return this.#ownItems.length > 0 || this.#isUnwritten || this.#compactor.isReady;
  }

  /** 0 for work of the room itself; else until the first budget among those who wait has refilled. */
  get #waitMs(): number {
    return this.#isPressing ? 0 : (this.#intake.readyInMs ?? 0);
  }

  #takeOwn(item: OwnItem): void {
    if (item.kind === "author") this.#author(item.make, item.settle);
    else this.#answerState(item.settle);
  }

  #admit(pending: PendingRecord): void {
    this.#generations.countRecord();
    this.#compactor.recall(pending.record.session);
    const at = this.#events.now();
    for (const { record, stored } of this.journal.offer(pending)) {
      this.#compactor.notice({ record });
      const userId = this.journal.ownerOf(record.session) ?? "";
      const touched = this.fold.touchedBy(record.id);
      for (const label of touched.labels) this.touches.set(label, { label, userId, at });
      this.#work.journal.push({
        id: record.id,
        session: record.session,
        seq: record.seq,
        stamp: record.stamp,
        kind: record.kind,
        record: stored,
        userId,
        labels: [...touched.labels],
        brickKeys: [...touched.bricks],
        ...((record.kind === 2 || record.kind === 3) && {
          targetSession: record.targetSession,
          targetSeq: record.targetSeq,
        }),
      });
    }
  }

  #author(make: MakeRecords, settle: Settle<boolean>): void {
    const generation = this.#generations.current();
    const rows = make(this.fold);
    this.#work.settles.push(settle as Settle<unknown>);
    this.#work.answers.push(() => settle.resolve(rows !== null));
    if (!rows || rows.length === 0) return;
    for (const { blob } of rows) if (blob) this.fold.putBlob(blob.sha256, blob.body);
    this.doc.transact(() => {
      for (const { id, stored } of rows) generation.set(id, stored);
    }, SERVER_ORIGIN);
    for (const { id, stored } of rows) {
      const record = this.fold.get(id)?.record;
      if (record) this.#admit({ record, stored });
    }
  }

  #answerState(settle: Settle<RoomState>): void {
    this.#work.settles.push(settle as Settle<unknown>);
    this.#work.answers.push(async () =>
      settle.resolve({
        epoch: this.epoch,
        position: this.#position,
        document: await encodeState(this.doc, nextTurn),
        rev: this.rev,
        touches: touchColumnsOf(this.touches),
      }),
    );
  }

  /** One frame for all. Who wrote alone is not told; who wrote beside others hears the own strokes again, to no effect. */
  #broadcast(work: TickWork): void {
    const origins = new Set(work.updates.map(({ origin }) => origin));
    const update = merged(work);
    if (!update) return;
    const frame = updateFrame(update);
    for (const connection of this.connections)
      if (connection.synced && !(origins.size === 1 && origins.has(connection))) connection.send(frame);
  }

  /** Opens the next generation (R42). The document's state is written down after a fold, when it is small. */
  seal(): void {
    this.#generations.seal(this.#events.monotonicMs());
  }

  async #writeStateIfDue(): Promise<void> {
    if (!this.#isStateDue || this.#compactor.isFoldDue) return;
    this.#isStateDue = false;
    await this.#store.writeState(this.#position, await encodeState(this.doc, nextTurn));
  }

  /** The base has moved, durably. */
  #takeBase(change: BaseChange): void {
    this.#isStateDue = true;
    this.#compactor.settle();
    // A fold leaves every label as it was; a repair does not.
    if (change.generation > 0) return;
    const bricks = change.versions.flatMap(({ key }) => (key === FACTS_KEY ? [] : [key]));
    this.#events.onRecords(new Set(), new Set(bricks), []);
  }

  /** R42: a record that is gone, or is in a generation that is being folded, comes again in the current one. */
  #mayEnter({ record }: PendingRecord): boolean {
    const live = this.fold.get(record.id);
    return live !== undefined && !this.#compactor.isClosing(live.generation);
  }

  async #readFacts(): Promise<void> {
    const { facts } = this.fold;
    if (facts.isBaseKnown) return;
    facts.setBase(await this.#store.base.readFacts(this.versions.asOf(FACTS_KEY, this.rev)));
    facts.isBaseKnown = true;
  }

  /** R41: binds clients to people, and takes live records into the history in session order. */
  async #adoptLiveRecords(): Promise<void> {
    const live = [...this.fold.records()].sort(
      (a, b) => a.record.session - b.record.session || a.record.seq - b.record.seq,
    );
    const userOf = (id: string) => this.journal.ownerOf(this.fold.get(id)?.record.session ?? 0);
    for (const [, generation] of generationsOf(this.doc))
      for (const [key, item] of generation._map) {
        const userId = userOf(key);
        if (userId !== undefined) this.gate.bindClient(item.id.client, userId);
      }
    for (const { record, stored } of live) {
      if (record.seq <= this.journal.reached(record.session)) this.#compactor.notice({ record });
      else this.#admit({ record, stored });
      await pauseWhenDue();
    }
    this.#generations.recount();
  }
}

/** All updates of a tick as one, made once. */
function merged(work: TickWork): Uint8Array | null {
  if (work.updates.length > 0) work.merged ??= Y.mergeUpdates(work.updates.map(({ bytes }) => bytes));
  return work.merged;
}
