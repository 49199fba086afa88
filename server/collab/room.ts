import * as Y from "yjs";
import type { Role } from "../../core/roles.ts";
import { DocumentFeed } from "../../core/sync/document-feed.ts";
import { generationsOf, initialiseDocument } from "../../core/sync/document-layout.ts";
import { LabelFold } from "../../core/sync/label-fold.ts";
import { LABELS_PER_LEASE } from "../../core/sync/label-leases.ts";
import { CloseCode, RestartReason } from "../../core/sync/messages.ts";
import { diskProblemOf } from "../storage/disk-room.ts";
import { type IncomingMessage, parseIncoming } from "./incoming-message.ts";
import { PresenceRelay } from "./presence-relay.ts";
import { RecordGate } from "./record-gate.ts";
import { RoomConnection, type RoomSocket, stepOneFrame, stepTwoFrame, updateFrame } from "./room-connection.ts";
import { RoomGenerations } from "./room-generations.ts";
import type { LabelTouch, RoomStore, SessionRow, StoredRoom } from "./room-store.ts";
import {
  type MakeRecords,
  noWork,
  type QueueItem,
  type RoomEvents,
  type RoomState,
  type Settle,
  type TickWork,
} from "./room-work.ts";
import { type PendingRecord, SessionJournal } from "./session-journal.ts";

// Above this a connection sends faster than the database takes it.
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;

// An honest client sends its difference first, or at most a few fresh strokes before it.
const MAX_HELD_UPDATES = 1000;

const SERVER_ORIGIN = "server";

/**
 * One volume's live document. Each tick runs gate -> apply -> append (durable) -> broadcast -> acknowledge: nothing that
 * is not durable reaches another client (R29), so no client can ever hold what the server lost.
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
  #queue: QueueItem[] = [];
  #queuedBytes = 0;
  #work = noWork();
  #inFlight: TickWork | null = null;
  #busy = false;
  #crashed = false;
  readonly #generations: RoomGenerations;
  #statePosition = -1;

  constructor(store: RoomStore, stored: StoredRoom, events: RoomEvents) {
    this.#store = store;
    this.#events = events;
    this.#position = stored.position;
    this.epoch = stored.epoch;
    this.fold = new LabelFold(stored.grid);
    this.journal = new SessionJournal(stored.journalled, stored.sessions);
    this.presence = new PresenceRelay();
    for (const touch of stored.touches) this.touches.set(touch.label, touch);
    for (const update of stored.updates) Y.applyUpdate(this.doc, update, SERVER_ORIGIN);
    this.gate = new RecordGate(this.doc, this.fold, this.journal, stored.labelCounter);
    new DocumentFeed(this.doc, this.fold, () => {});
    this.doc.on("update", (bytes: Uint8Array, origin: unknown) => this.#work.updates.push({ bytes, origin }));
    if (stored.updates.length === 0) initialiseDocument(this.doc, stored.grid, SERVER_ORIGIN);
    this.#generations = new RoomGenerations(this.doc, this.gate, SERVER_ORIGIN, events.now().getTime());
    this.#adoptLiveRecords();
    if (this.#hasWork()) events.onWork();
  }

  get isIdle(): boolean {
    return this.connections.size === 0 && this.#queue.length === 0 && !this.#busy;
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
      connection.close(1007, "bad message");
      return;
    }
    if (message.type === "awareness") {
      this.presence.receive(connection, message.bytes);
      if (this.presence.hasNews) this.#events.onPresence();
      return;
    }
    this.#queuedBytes += frame.length;
    if (this.#queuedBytes > MAX_QUEUED_BYTES) {
      connection.close(CloseCode.tooSlow, "the server cannot keep up");
      return;
    }
    this.#queue.push({ kind: "message", connection, message, bytes: frame.length });
    this.#events.onWork();
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
      if (this.#generations.isDue(this.#events.now().getTime())) this.seal();
      const batch = this.#queue;
      this.#queue = [];
      this.#queuedBytes = 0;
      for (const item of batch) await this.#take(item);
      const work = this.#work;
      this.#work = noWork();
      this.#inFlight = work;
      await this.makeDurable(work);
      this.publish(work);
      this.#inFlight = null;
      await this.#writeStateIfDue();
    } catch (error) {
      this.crash(error);
    } finally {
      this.#busy = false;
    }
    if (!this.#crashed && this.#hasWork()) this.#events.onWork();
  }

  /** R29: from here on it survives a crash. */
  async makeDurable(work: TickWork): Promise<void> {
    if (work.updates.length === 0 && work.journal.length === 0) return;
    const update = work.updates.length > 0 ? Y.mergeUpdates(work.updates.map(({ bytes }) => bytes)) : null;
    await this.#store.append({ position: this.#position + 1, update, journal: work.journal });
    this.#position++;
  }

  /** Broadcast, answers, acknowledgements: all of what is durable. */
  publish(work: TickWork): void {
    this.#broadcast(work.updates);
    for (const answer of work.answers) answer();
    for (const connection of this.connections) connection.acknowledge((session) => this.journal.reached(session));
    if (work.journal.length > 0)
      this.#events.onRecords(
        new Set(work.journal.flatMap(({ labels }) => labels)),
        new Set(work.journal.flatMap(({ brickKeys }) => brickKeys)),
      );
  }

  /** An append that failed after the apply: what is in memory is not the truth any more. */
  crash(error: unknown): void {
    if (this.#crashed) return;
    this.#crashed = true;
    const reason = diskProblemOf(error) ? RestartReason.diskFull : RestartReason.plain;
    for (const connection of [...this.connections]) {
      connection.close(CloseCode.restart, reason);
      this.disconnect(connection);
    }
    const failed = [
      ...(this.#inFlight?.settles ?? []),
      ...this.#work.settles,
      ...this.#queue.flatMap((item) => ("settle" in item ? [item.settle] : [])),
    ];
    for (const settle of failed) settle.reject(error);
    this.#events.onCrash(error);
  }

  #enqueue(item: QueueItem): void {
    if (this.#crashed) {
      if ("settle" in item) item.settle.reject(new Error("the volume restarts"));
      return;
    }
    this.#queue.push(item);
    this.#events.onWork();
  }

  #hasWork(): boolean {
    return this.#queue.length > 0 || this.#work.updates.length > 0 || this.#work.journal.length > 0;
  }

  async #take(item: QueueItem): Promise<void> {
    if (item.kind === "author") this.#author(item.make, item.settle);
    else if (item.kind === "read") this.#answerState(item.settle);
    else if (item.connection.open) await this.#handle(item.connection, item.message);
  }

  async #handle(connection: RoomConnection, message: IncomingMessage): Promise<void> {
    switch (message.type) {
      case "stateVector":
        this.#work.answers.push(() => {
          connection.send(stepTwoFrame(Y.encodeStateAsUpdate(this.doc, message.bytes)));
          connection.synced = true;
        });
        return;
      case "hello":
        this.#greet(connection, [message.session, ...message.outboxSessions]);
        return;
      case "want":
        if (connection.canEdit) await this.#lease(connection, message.count);
        return;
      case "update":
        if (!connection.canEdit) return;
        if (connection.accepted) await this.#pass(connection, message.bytes);
        else if (connection.held.length < MAX_HELD_UPDATES) connection.held.push(message.bytes);
        else connection.close(CloseCode.tooSlow, "updates before the difference");
        return;
      case "difference":
        // R32: of people who may only look, nothing is read at all.
        if (!connection.canEdit) return;
        if (await this.#pass(connection, message.bytes)) await this.#release(connection);
    }
  }

  async #release(connection: RoomConnection): Promise<void> {
    connection.accepted = true;
    for (const update of connection.held.splice(0)) if (connection.open) await this.#pass(connection, update);
  }

  #greet(connection: RoomConnection, sessions: readonly number[]): void {
    this.#work.answers.push(() => {
      const durable = new Map<number, number>();
      for (const session of sessions) {
        const reached = this.journal.reached(session);
        connection.acknowledged.set(session, reached);
        durable.set(session, reached);
      }
      connection.tell({ type: "ack", durable });
    });
  }

  async #lease(connection: RoomConnection, wanted: number): Promise<void> {
    const { first, count } = await this.#store.leaseLabels(Math.min(Math.max(1, wanted), LABELS_PER_LEASE));
    this.gate.labelCounter = Math.max(this.gate.labelCounter, first + count - 1);
    this.#work.answers.push(() => connection.tell({ type: "lease", firstLabel: first, count }));
  }

  /** Gate and apply. False when the update was refused. */
  async #pass(connection: RoomConnection, update: Uint8Array): Promise<boolean> {
    if (update.length <= 2) return true; // no structs, no deletions
    let verdict = this.gate.check(update, connection.identity, false);
    if (verdict.kind === "ask") {
      await this.#lookUp(verdict.blobs);
      verdict = this.gate.check(update, connection.identity, true);
    }
    if (verdict.kind !== "pass") {
      const { reason, recordId } = verdict.kind === "refuse" ? verdict : { reason: "unknown", recordId: "" };
      // After what was accepted before it has been acknowledged, as always in order.
      connection.open = false;
      this.#work.answers.push(() => {
        connection.open = true;
        connection.reject(reason, recordId);
        this.disconnect(connection);
      });
      return false;
    }
    Y.applyUpdate(this.doc, update, connection);
    for (const pending of verdict.records) this.#admit(pending);
    return true;
  }

  async #lookUp(blobs: readonly string[]): Promise<void> {
    const { sessions, labelCounter } = await this.#store.refresh(this.journal.highestSession);
    for (const session of sessions) this.addSession(session, labelCounter);
    this.gate.labelCounter = Math.max(this.gate.labelCounter, labelCounter);
    for (const sha256 of blobs) this.gate.putBlob(sha256, await this.#store.readBlob(sha256));
  }

  #admit(pending: PendingRecord): void {
    this.#generations.countRecord();
    const at = this.#events.now();
    for (const { record, stored } of this.journal.offer(pending)) {
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
    this.#work.answers.push(() =>
      settle.resolve({
        epoch: this.epoch,
        position: this.#position,
        document: Y.encodeStateAsUpdate(this.doc),
        touches: new Map(this.touches),
      }),
    );
  }

  #broadcast(updates: TickWork["updates"]): void {
    if (updates.length === 0) return;
    const origins = new Set(updates.map(({ origin }) => origin));
    let whole: Uint8Array | null = null;
    for (const connection of this.connections) {
      if (!connection.synced) continue;
      if (!origins.has(connection)) {
        whole ??= updateFrame(Y.mergeUpdates(updates.map(({ bytes }) => bytes)));
        connection.send(whole);
        continue;
      }
      const others = updates.filter(({ origin }) => origin !== connection).map(({ bytes }) => bytes);
      if (others.length > 0) connection.send(updateFrame(Y.mergeUpdates(others)));
    }
  }

  /** Opens the next generation; the document's state is written down soon after. */
  seal(): void {
    this.#generations.seal(this.#events.now().getTime());
    this.#statePosition = this.#position;
  }

  async #writeStateIfDue(): Promise<void> {
    if (this.#statePosition < 0 || this.#position <= this.#statePosition) return;
    this.#statePosition = -1;
    await this.#store.writeState(this.#position, Y.encodeStateAsUpdate(this.doc));
  }

  /** R41: binds clients to people, and takes live records into the history in session order. */
  #adoptLiveRecords(): void {
    const live = [...this.fold.records()].sort(
      (a, b) => a.record.session - b.record.session || a.record.seq - b.record.seq,
    );
    const userOf = (id: string) => this.journal.ownerOf(this.fold.get(id)?.record.session ?? 0);
    for (const [, generation] of generationsOf(this.doc))
      for (const [key, item] of generation._map) {
        const userId = userOf(key);
        if (userId !== undefined) this.gate.bindClient(item.id.client, userId);
      }
    for (const { record, stored } of live) this.#admit({ record, stored });
    this.#generations.recount();
  }
}
