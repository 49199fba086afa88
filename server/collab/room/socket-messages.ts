import * as Y from "yjs";
import { MalformedBytes, sameBytes } from "../../../core/sync/bytes/bytes.ts";
import type { LabelFold } from "../../../core/sync/fold/label-fold.ts";
import { LABELS_PER_LEASE } from "../../../core/sync/link/label-leases.ts";
import { CloseCode } from "../../../core/sync/link/messages.ts";
import type { PaintBody } from "../../../core/sync/record/record.ts";
import { encodeState } from "../event-loop/encode-state.ts";
import { nextTurn } from "../event-loop/next-turn.ts";
import type { FoundBlobs, GateVerdict, NewStruct, RecordGate } from "../gate/record-gate.ts";
import { cutUpdate, stateVectorSteps } from "../gate/update-scan.ts";
import { sizeUnits, units } from "../gate/work-units.ts";
import type { RoomStore, SessionRow } from "../journal/room-store.ts";
import type { PendingRecord, SessionJournal } from "../journal/session-journal.ts";
import type { IncomingMessage } from "./incoming-message.ts";
import { type RoomConnection, stepTwoFrame } from "./room-connection.ts";
import type { RoomEvents } from "./room-work.ts";

// An honest client sends its difference first, or at most a few fresh strokes before it.
const MAX_HELD_UPDATES = 1000;
const MAX_HELD_BYTES = 1024 * 1024;

/** Structs applied at once: a few milliseconds, and the acts of a while. */
const PIECE_STRUCTS = 100;
/** A step of a long message says what it cost this often. */
const STEP_UNITS = 500;

/** No structs, no deletions: the difference of a page that has nothing of its own. */
const NOTHING_NEW = Uint8Array.of(0, 0);

/** The document threw while something was applied: what is in memory is not to be trusted any more. */
class ApplyFailed extends Error {}

/** The part of a room that its sockets' messages read and write. */
interface MessagesOf {
  readonly doc: Y.Doc;
  readonly fold: LabelFold;
  readonly journal: SessionJournal;
  readonly gate: RecordGate;
  addSession(row: SessionRow, labelCounter: number): void;
  disconnect(connection: RoomConnection): void;
}

/** What a message leaves to the tick that it is handled in. */
interface TickTurns {
  /** A record that is live now: into the history, as soon as it may. */
  admit(pending: PendingRecord): void;
  /** Given when everything before it is durable. */
  answer(give: () => void | Promise<void>): void;
}

/**
 * Handles what a socket has sent, in steps that say what they cost, so that others can have their turn between them.
 * Gate -> apply; whatever goes wrong with a message closes its socket, and only a document that throws ends the room.
 */
export class SocketMessages {
  readonly #room: MessagesOf;
  readonly #store: RoomStore;
  readonly #events: RoomEvents;
  readonly #turns: TickTurns;
  #changes = 0;
  /** The whole document as of a change, for everybody who asks before the next one. */
  #whole: { readonly changes: number; readonly frame: Uint8Array } | null = null;

  constructor(room: MessagesOf, store: RoomStore, events: RoomEvents, turns: TickTurns) {
    this.#room = room;
    this.#store = store;
    this.#events = events;
    this.#turns = turns;
    room.doc.on("update", () => {
      this.#changes++;
    });
  }

  /** Whatever goes wrong with one socket's message closes that socket. */
  async *handle(connection: RoomConnection, message: IncomingMessage): AsyncGenerator<number, void, void> {
    try {
      yield units.message;
      yield* this.#handleSafely(connection, message);
    } catch (error) {
      if (error instanceof ApplyFailed) throw error;
      if (error instanceof MalformedBytes) {
        connection.close(CloseCode.unreadable, "bad message");
        return;
      }
      connection.close(CloseCode.trouble, "the server could not handle this message");
      this.#events.onTrouble(error);
    }
  }

  async *#handleSafely(connection: RoomConnection, message: IncomingMessage): AsyncGenerator<number, void, void> {
    switch (message.type) {
      case "stateVector":
        yield* this.#tellDocument(connection, message.bytes);
        return;
      case "hello":
        yield message.outboxSessions.length;
        this.#greet(connection, [message.session, ...message.outboxSessions]);
        return;
      case "want":
        yield units.labelLease;
        await this.#lease(connection, message.count);
        return;
      case "update":
        if (connection.accepted) yield* this.#pass(connection, message.bytes);
        else this.#hold(connection, message.bytes);
        return;
      case "difference":
        if (yield* this.#pass(connection, message.bytes)) yield* this.#release(connection);
    }
  }

  /** R37: before its difference has passed, a page's updates wait. */
  #hold(connection: RoomConnection, update: Uint8Array): void {
    connection.held.push(update);
    connection.heldBytes += update.length;
    if (connection.held.length > MAX_HELD_UPDATES || connection.heldBytes > MAX_HELD_BYTES)
      connection.close(CloseCode.tooSlow, "updates before the difference");
  }

  async *#release(connection: RoomConnection): AsyncGenerator<number, void, void> {
    connection.accepted = true;
    for (const update of connection.held.splice(0)) if (connection.open) yield* this.#pass(connection, update);
  }

  /** Sync step 2, in pauses; one encoding for everybody who has nothing. */
  async *#tellDocument(connection: RoomConnection, stateVector: Uint8Array): AsyncGenerator<number, void, void> {
    const clocks = yield* stateVectorSteps(stateVector);
    const budget = this.#events.budgets.of(connection.userId);
    this.#answer(connection, async () => {
      const hasNothing = ![...clocks].some(([client, clock]) => clock > 0 && this.#room.doc.store.clients.has(client));
      const frame = hasNothing
        ? await this.#encodeWhole()
        : stepTwoFrame(await encodeState(this.#room.doc, nextTurn, clocks));
      budget.charge(frame.length * units.byteSent);
      connection.send(frame);
      connection.synced = true;
      connection.isAsking = false;
    });
  }

  async #encodeWhole(): Promise<Uint8Array> {
    const changes = this.#changes;
    if (this.#whole?.changes === changes) return this.#whole.frame;
    const frame = stepTwoFrame(await encodeState(this.#room.doc, nextTurn));
    this.#whole = { changes, frame };
    return frame;
  }

  #greet(connection: RoomConnection, sessions: readonly number[]): void {
    this.#answer(connection, () => {
      const durable = new Map<number, number>();
      connection.acknowledged.clear();
      for (const session of sessions) {
        const reached = this.#room.journal.reached(session);
        durable.set(session, reached);
        if (this.#room.journal.ownerOf(session) === connection.userId) connection.acknowledged.set(session, reached);
      }
      connection.tell({ type: "ack", durable });
    });
  }

  async #lease(connection: RoomConnection, wanted: number): Promise<void> {
    const { first, count } = await this.#store.leaseLabels(Math.min(Math.max(1, wanted), LABELS_PER_LEASE));
    this.#room.gate.labelCounter = Math.max(this.#room.gate.labelCounter, first + count - 1);
    this.#answer(connection, () => connection.tell({ type: "lease", firstLabel: first, count }));
  }

  /** Given in its turn, when all before it is durable; a failure is that socket's alone. */
  #answer(connection: RoomConnection, give: () => void | Promise<void>): void {
    this.#turns.answer(async () => {
      try {
        await give();
      } catch (error) {
        connection.close(CloseCode.trouble, "the server could not answer");
        this.#events.onTrouble(error);
      }
    });
  }

  /** Gate and apply. False when the update was refused, or its socket went away meanwhile. */
  async *#pass(connection: RoomConnection, update: Uint8Array): AsyncGenerator<number, boolean, void> {
    if (sameBytes(update, NOTHING_NEW)) return true;
    yield update.length * units.byteStored;
    let verdict = yield* this.#judge(connection, update, null);
    if (verdict.kind === "ask") verdict = yield* this.#judge(connection, update, yield* this.#lookUp(verdict.blobs));
    if (!connection.open) return false;
    if (verdict.kind === "pass") return yield* this.#apply(connection, update, verdict.structs);
    const { reason, recordId } = verdict.kind === "refuse" ? verdict : { reason: "unknown", recordId: "" };
    // After what was accepted before it has been acknowledged, as always in order.
    connection.open = false;
    this.#turns.answer(() => {
      connection.open = true;
      connection.reject(reason, recordId);
      this.#room.disconnect(connection);
    });
    return false;
  }

  async *#judge(
    connection: RoomConnection,
    update: Uint8Array,
    blobs: FoundBlobs | null,
  ): AsyncGenerator<number, GateVerdict, void> {
    const steps = this.#room.gate.judge(update, connection.identity, blobs);
    let cost = 0;
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done) {
        yield cost;
        return step.value;
      }
      cost += step.value;
      if (cost < STEP_UNITS) continue;
      yield cost;
      cost = 0;
    }
  }

  /** In pieces that each could have come as an update of its own; what has been applied stays when the socket goes. */
  async *#apply(
    connection: RoomConnection,
    update: Uint8Array,
    structs: readonly NewStruct[],
  ): AsyncGenerator<number, boolean, void> {
    for (const piece of piecesOf(structs)) {
      if (!this.#room.gate.stillHolds(piece)) {
        connection.close(CloseCode.tooSlow, "another page has sent the same");
        return false;
      }
      this.#applyPiece(connection, update, piece);
      yield 0;
    }
    return true;
  }

  #applyPiece(connection: RoomConnection, update: Uint8Array, piece: readonly NewStruct[]): void {
    const records = piece.flatMap(({ pending }) => (pending ? [pending] : []));
    try {
      for (const { record, stored } of records) this.#room.fold.knowDecoded(record, stored);
      const structs = piece.map(({ struct }) => struct);
      Y.applyUpdate(this.#room.doc, cutUpdate(update, structs), connection);
      this.#room.fold.forgetDecoded();
      for (const pending of records) this.#turns.admit(pending);
    } catch (cause) {
      throw new ApplyFailed("an update that was judged good could not be applied", { cause });
    }
  }

  async *#lookUp(names: readonly string[]): AsyncGenerator<number, FoundBlobs, void> {
    const { sessions, labelCounter } = await this.#store.refresh(this.#room.journal.highestSession);
    for (const session of sessions) this.#room.addSession(session, labelCounter);
    this.#room.gate.labelCounter = Math.max(this.#room.gate.labelCounter, labelCounter);
    const blobs = new Map<string, PaintBody | null>();
    for (const sha256 of names) {
      const body = await this.#store.readBlob(sha256, this.#room.fold.grid);
      blobs.set(sha256, body);
      yield body ? sizeUnits(body.size, body.bricks.length) : units.lookUp;
    }
    return blobs;
  }
}

/** Structs in the order of the update, cut where the client changes and where there are many. */
function* piecesOf(structs: readonly NewStruct[]): Generator<readonly NewStruct[], void, void> {
  for (let from = 0; from < structs.length; ) {
    let to = from + 1;
    const { client } = structs[from].struct;
    while (to < structs.length && to - from < PIECE_STRUCTS && structs[to].struct.client === client) to++;
    yield structs.slice(from, to);
    from = to;
  }
}
