import * as Y from "yjs";
import type { Role } from "../../../core/roles.ts";
import { currentGenerationNumber, generationOf } from "../../../core/sync/document/document-layout.ts";
import { decodeMessage, type Message, MessageType } from "../../../core/sync/link/messages.ts";
import type { LabelGrid } from "../../../core/sync/record/label-grid.ts";
import { planRecord } from "../../../core/sync/record/plan-act.ts";
import { recordIdOf } from "../../../core/sync/record/record.ts";
import { encodeRecord } from "../../../core/sync/record/record-codec.ts";
import { WorkBudgets } from "../gate/work-budget.ts";
import { Room } from "../room/room.ts";
import type { RoomConnection } from "../room/room-connection.ts";
import { updateFrame } from "../room/room-connection.ts";
import { HostileAuthor } from "./hostile-frames.ts";
import { MemoryRoomStore } from "./memory-room-store.ts";

export const tableGrid: LabelGrid = { shapeZyx: [8, 40, 48], brickSize: 16 };

/** A room over a store in memory, and people at it without a network. */
export class RoomTable {
  readonly room: Room;
  readonly store: MemoryRoomStore;
  readonly budgets: WorkBudgets;
  readonly crashes: unknown[];
  readonly troubles: unknown[];

  private constructor(given: Pick<RoomTable, "room" | "store" | "budgets" | "crashes" | "troubles">) {
    this.room = given.room;
    this.store = given.store;
    this.budgets = given.budgets;
    this.crashes = given.crashes;
    this.troubles = given.troubles;
  }

  /** `nowMs`: the clock of the budgets; it stands still without it. */
  static async open(store = new MemoryRoomStore(tableGrid, 1000), nowMs = () => 0): Promise<RoomTable> {
    const crashes: unknown[] = [];
    const troubles: unknown[] = [];
    const budgets = new WorkBudgets(nowMs);
    const room = await Room.open(store, await store.open(), {
      onWork: () => {},
      onPresence: () => {},
      onRecords: () => {},
      onCrash: (error) => crashes.push(error),
      onTrouble: (error) => troubles.push(error),
      now: () => new Date(0),
      monotonicMs: () => 0,
      budgets,
    });
    const table = new RoomTable({ room, store, budgets, crashes, troubles });
    await table.turn();
    return table;
  }

  turn(): Promise<void> {
    return this.store.finish(this.room.tick());
  }

  sit(userId: string, role: Role = "annotator"): Sitter {
    return new Sitter(this.room, this.store, userId, role);
  }
}

/** A socket of a person, with a copy of the document as pages have it. */
export class Sitter {
  readonly frames: Uint8Array[] = [];
  readonly closes: number[] = [];
  readonly socket = {
    bufferedBytes: 0,
    send: (frame: Uint8Array) => this.frames.push(frame),
    close: (code: number) => this.closes.push(code),
    isPaused: false,
    pause: () => {
      this.socket.isPaused = true;
    },
    resume: () => {
      this.socket.isPaused = false;
    },
  };
  readonly connection: RoomConnection;
  readonly session: number;
  readonly doc = new Y.Doc();
  readonly #room: Room;
  #seq = 0;

  constructor(room: Room, store: MemoryRoomStore, userId: string, role: Role) {
    this.#room = room;
    this.connection = room.connect(this.socket, { userId, name: `Dr ${userId}`, role });
    const { row, labelCounter } = store.startSession(userId, null);
    room.addSession(row, labelCounter);
    this.session = row.session;
    Y.applyUpdate(this.doc, Y.encodeStateAsUpdate(room.doc));
  }

  send(frame: Uint8Array): void {
    this.#room.receive(this.connection, frame);
  }

  /** The update frame of so many strokes, set at once as after a day without a network. */
  strokes(count: number): Uint8Array {
    const before = Y.encodeStateVector(this.doc);
    const generation = generationOf(this.doc, currentGenerationNumber(this.doc));
    this.doc.transact(() => {
      for (let i = 0; i < count; i++) {
        const seq = ++this.#seq;
        const [y, x] = [seq % 36, (seq * 7) % 40];
        const runs = Int32Array.from([1, y, x, x + 5, 1, y + 1, x, x + 6, 2, y + 1, x, x + 4]);
        const [{ kind, body }] = planRecord({ kind: "paint", label: 5, runs }, tableGrid);
        const stored = encodeRecord({ kind, session: this.session, seq, stamp: seq }, body);
        generation?.set(recordIdOf(this.session, seq), stored);
      }
    });
    return updateFrame(Y.encodeStateAsUpdate(this.doc, before));
  }

  /** The same person with bad intentions. */
  turnsHostile(): HostileAuthor {
    return new HostileAuthor(this.session, 5, Y.encodeStateAsUpdate(this.#room.doc));
  }

  messages(): Message[] {
    return this.frames.flatMap((frame) =>
      frame[0] >= MessageType.hello ? [decodeMessage(frame[0], frame.subarray(1))] : [],
    );
  }

  ofType(type: number, step?: number): Uint8Array[] {
    return this.frames.filter((frame) => frame[0] === type && (step === undefined || frame[1] === step));
  }
}
