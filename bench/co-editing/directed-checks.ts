import * as Y from "yjs";
import { DocumentFeed } from "../../core/sync/document-feed.ts";
import { currentGenerationNumber, encodeBase, generationsOf, metaOf } from "../../core/sync/document-layout.ts";
import { LabelFold } from "../../core/sync/label-fold.ts";
import { decodeMessage, encodeMessage, MessageType } from "../../core/sync/messages.ts";
import { Outbox, type OutboxRow } from "../../core/sync/outbox.ts";
import { planRecord } from "../../core/sync/plan-act.ts";
import { recordIdOf } from "../../core/sync/record.ts";
import { encodeRecord } from "../../core/sync/record-codec.ts";
import { Room } from "../../server/collab/room.ts";
import { stepTwoFrame, updateFrame } from "../../server/collab/room-connection.ts";
import { MemoryRoomStore } from "../../server/collab/testing/memory-room-store.ts";
import { WorkBudgets } from "../../server/collab/work-budget.ts";
import { harnessGrid } from "./harness-run.ts";
import { HarnessOutboxStore } from "./harness-user.ts";
import { naiveState, volumeOf } from "./naive-state.ts";

/** Situations that random histories reach too rarely, each of a few steps. A check returns what is wrong. */
export interface DirectedCheck {
  readonly name: string;
  run(): Promise<string[]>;
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function paintRecord(session: number, seq: number, stamp: number, label: number, x = 1): OutboxRow {
  const [{ kind, body }] = planRecord({ kind: "paint", label, runs: Int32Array.from([1, 1, x, x + 4]) }, harnessGrid);
  const id = recordIdOf(session, seq);
  return { id, session, seq, act: id, stored: encodeRecord({ kind, session, seq, stamp }, body) };
}

/** A room with one hand-made client, whose frames are written here byte by byte. */
export class BareClient {
  readonly store = new MemoryRoomStore(harnessGrid, 1000);
  readonly doc = new Y.Doc();
  readonly acknowledged = new Map<number, number>();
  readonly rejected: string[] = [];
  closed: number | null = null;
  /** Updates of others that were delivered. */
  delivered = 0;
  #room: Room | null = null;
  #connection: ReturnType<Room["connect"]> | null = null;

  get room(): Room {
    if (!this.#room) throw new Error("not started");
    return this.#room;
  }

  async start(userId = "u", role: "annotator" | "reviewer" | "viewer" = "annotator"): Promise<this> {
    await this.boot();
    this.connect(userId, role);
    await this.turn();
    return this;
  }

  async boot(): Promise<void> {
    this.#room = await Room.open(this.store, await this.store.open(), {
      onWork: () => {},
      onPresence: () => {},
      onRecords: () => {},
      onCrash: () => {},
      onTrouble: () => {},
      now: () => new Date(0),
      monotonicMs: () => 0,
      budgets: new WorkBudgets(() => 0),
    });
    await this.turn();
  }

  connect(userId: string, role: "annotator" | "reviewer" | "viewer"): void {
    this.#connection = this.room.connect(
      {
        send: (frame) => this.#read(frame),
        close: (code) => {
          this.closed ??= code;
        },
        bufferedBytes: 0,
        pause: () => {},
        resume: () => {},
      },
      { userId, name: userId, role },
    );
  }

  lease(userId: string, after: { session: number; seq: number } | null = null): number {
    const { row, labelCounter } = this.store.startSession(userId, after);
    this.room.addSession(row, labelCounter);
    return row.session;
  }

  /** Sends the current document as the difference, then asks for the server's and for acknowledgements. */
  async greet(...sessions: number[]): Promise<void> {
    Y.applyUpdate(this.doc, Y.encodeStateAsUpdate(this.room.doc), "server");
    this.send(stepTwoFrame(new Uint8Array([0, 0])));
    this.send(encodeMessage({ type: "hello", session: sessions[0], outboxSessions: sessions.slice(1) }));
    await this.turn();
  }

  send(frame: Uint8Array): void {
    if (this.#connection) this.room.receive(this.#connection, frame);
  }

  /** What an honest client would send for these records. */
  updateOf(rows: readonly OutboxRow[], generation = currentGenerationNumber(this.doc)): Uint8Array {
    const before = Y.encodeStateVector(this.doc);
    this.doc.transact(() => {
      for (const { id, stored } of rows) generationsOf(this.doc).get(String(generation))?.set(id, stored);
    });
    return Y.encodeStateAsUpdate(this.doc, before);
  }

  async write(...rows: OutboxRow[]): Promise<void> {
    this.send(updateFrame(this.updateOf(rows)));
    await this.turn();
  }

  /** A tick that reaches the disk. */
  async turn(): Promise<void> {
    await this.store.finish(this.room.tick());
    await settle();
  }

  #read(frame: Uint8Array): void {
    if (frame[0] === MessageType.sync && frame[1] === 2) this.delivered++;
    if (frame[0] !== MessageType.ack && frame[0] !== MessageType.reject) return;
    const message = decodeMessage(frame[0], frame.subarray(1));
    if (message.type === "ack") for (const [session, seq] of message.durable) this.acknowledged.set(session, seq);
    if (message.type === "reject") this.rejected.push(`${message.reason} [${message.recordId}]`);
  }
}

const expectSame = (what: string, seen: unknown, wanted: unknown): string[] =>
  JSON.stringify(seen) === JSON.stringify(wanted)
    ? []
    : [`${what}: ${JSON.stringify(seen)}, wanted ${JSON.stringify(wanted)}`];

export const directedChecks: readonly DirectedCheck[] = [
  {
    name: "R12: the highest generation of a record counts, in the room and for whoever loads the document",
    async run() {
      const client = await new BareClient().start();
      const [a, b] = [client.lease("u"), client.lease("u")];
      await client.greet(a, b);
      const first = paintRecord(a, 1, 1, 101);
      await client.write(first, paintRecord(b, 1, 50, 102));
      client.room.seal();
      await client.turn();
      Y.applyUpdate(client.doc, Y.encodeStateAsUpdate(client.room.doc), "server");
      await client.write(first);
      return compareWithNaive(client.room.doc);
    },
  },
  {
    name: "R12: what the watermark covers is not painted a second time over the base",
    async run() {
      const doc = new Y.Doc();
      const client = await new BareClient().start();
      const session = client.lease("u");
      await client.greet(session);
      await client.write(paintRecord(session, 1, 1, 101), paintRecord(session, 2, 2, 102, 6));
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(client.room.doc));
      metaOf(doc).set("base", encodeBase({ foldedGeneration: 0, rev: 1, watermarks: new Map([[session, 1]]) }));
      return compareWithNaive(doc);
    },
  },
  {
    name: "R19, R21: what was not acknowledged is still there after a reload, and nothing else is",
    async run() {
      const store = new HarnessOutboxStore();
      const outbox = new Outbox(store, async () => {});
      await outbox.add([1, 2, 3].map((seq) => paintRecord(4, seq, seq, 101)));
      outbox.acknowledge(4, 1);
      outbox.acknowledge(9, 3);
      await settle();
      const reloaded = new Outbox(store, async () => {});
      await reloaded.load();
      return expectSame(
        "rows after the reload",
        reloaded.rows.map(({ id }) => id),
        ["4.2", "4.3"],
      );
    },
  },
  {
    name: "R22: from the first record that is not live, all later ones follow into the current generation",
    async run() {
      const outbox = new Outbox(new HarnessOutboxStore(), async () => {});
      await outbox.add([1, 2, 3, 4].map((seq) => paintRecord(4, seq, seq, 101)));
      const live = new Map([
        ["4.1", 1],
        ["4.3", 1],
        ["4.4", 2],
      ]);
      const rows = outbox.rowsToSet(
        () => false,
        (id) => live.get(id),
        2,
      );
      return expectSame(
        "records to set",
        rows.map(({ id }) => id),
        ["4.2", "4.3"],
      );
    },
  },
  {
    name: "R29: neither acknowledged nor shown to others before it is on the disk",
    async run() {
      const client = await new BareClient().start();
      const session = client.lease("u");
      await client.greet(session);
      let othersSaw = 0;
      const other = client.room.connect(
        {
          send: (frame) => {
            if (frame[0] === MessageType.sync && frame[1] === 2) othersSaw++;
          },
          close: () => {},
          bufferedBytes: 0,
          pause: () => {},
          resume: () => {},
        },
        { userId: "w", name: "w", role: "viewer" },
      );
      other.synced = true;
      client.send(updateFrame(client.updateOf([paintRecord(session, 1, 1, 101)])));
      const ticking = client.room.tick();
      await client.store.appended();
      const early = [client.acknowledged.get(session) ?? 0, othersSaw];
      await client.store.finish(ticking);
      await settle();
      const late = [client.acknowledged.get(session) ?? 0, othersSaw];
      return [...expectSame("before the disk", early, [0, 0]), ...expectSame("after", late, [1, 1])];
    },
  },
  {
    name: "R30: a record with a hole before it is not acknowledged until the hole is filled",
    async run() {
      const client = await new BareClient().start();
      const session = client.lease("u");
      await client.greet(session);
      const seen: (number | undefined)[] = [];
      for (const seq of [1, 3, 4, 2]) {
        await client.write(paintRecord(session, seq, seq, 101));
        seen.push(client.acknowledged.get(session));
      }
      return expectSame("acknowledged", seen, [1, 1, 1, 4]);
    },
  },
  {
    name: "R40: a new page's first record waits for the last one of the page before",
    async run() {
      const client = await new BareClient().start();
      const before = client.lease("u");
      const after = client.lease("u", { session: before, seq: 2 });
      await client.greet(after, before);
      await client.write(paintRecord(after, 1, 9, 102));
      const early = [client.acknowledged.get(before), client.acknowledged.get(after)];
      await client.write(paintRecord(before, 1, 1, 101), paintRecord(before, 2, 2, 101));
      const late = [client.acknowledged.get(before), client.acknowledged.get(after)];
      const order = client.store.journal.map(({ id }) => id);
      return [
        ...expectSame("before", early, [0, 0]),
        ...expectSame("after", late, [2, 1]),
        ...expectSame("history", order, [recordIdOf(before, 1), recordIdOf(before, 2), recordIdOf(after, 1)]),
      ];
    },
  },
];

function compareWithNaive(doc: Y.Doc): string[] {
  const fold = new LabelFold(harnessGrid);
  const size = harnessGrid.brickSize;
  for (const key of [0, 1, 2, 1024, 1025, 1026, 2048, 2049, 2050]) fold.bricks.load(key, null);
  DocumentFeed.open(doc, fold, () => {});
  const truth = naiveState(Y.encodeStateAsUpdate(doc), harnessGrid, () => null, new Map());
  const shown = volumeOf(harnessGrid, (key) => fold.bricks.read(key));
  const wrong = shown.findIndex((label, i) => label !== truth.voxels[i]);
  if (!truth.voxels.some((label) => label > 0)) return ["nothing was painted"];
  return wrong < 0 ? [] : [`voxel ${wrong} of bricks of ${size} is ${shown[wrong]}, not ${truth.voxels[wrong]}`];
}
