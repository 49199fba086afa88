import * as Y from "yjs";
import { DocumentFeed } from "../../core/sync/document/document-feed.ts";
import { baseOf, currentGenerationNumber, generationsOf, metaOf } from "../../core/sync/document/document-layout.ts";
import { emptyBase, encodeBase } from "../../core/sync/fold/base-state.ts";
import { LabelFold } from "../../core/sync/fold/label-fold.ts";
import { decodeMessage, encodeMessage, MessageType } from "../../core/sync/link/messages.ts";
import { planRecord } from "../../core/sync/record/plan-act.ts";
import { recordIdOf } from "../../core/sync/record/record.ts";
import { encodeRecord, undoBody } from "../../core/sync/record/record-codec.ts";
import { Outbox, type OutboxRow } from "../../core/sync/unsent/outbox.ts";
import { WorkBudgets } from "../../server/collab/gate/work-budget.ts";
import { Room } from "../../server/collab/room/room.ts";
import { stepTwoFrame, updateFrame } from "../../server/collab/room/room-connection.ts";
import { MemoryRoomStore } from "../../server/collab/testing/memory-room-store.ts";
import { harnessGrid } from "./harness-run.ts";
import { HarnessOutboxStore } from "./harness-user.ts";
import { baseAlone, liveRecords, naiveState, volumeOf } from "./naive-state.ts";

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

  /** A power cut, and a new start with the same line. */
  async cut(userId = "u"): Promise<void> {
    this.store.loseTail();
    this.room.crash(new Error("the machine went away"));
    await this.boot();
    this.connect(userId, "annotator");
    await this.turn();
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

  /** A tick that reaches the disk, and more of them where this machine was too busy to take everything in. */
  async turn(): Promise<void> {
    do {
      await this.store.finish(this.room.tick());
      await settle();
    } while (!this.room.isQuiet);
  }

  /** Seals until all that was written is folded, or cannot be. */
  async foldAll(): Promise<void> {
    const last = currentGenerationNumber(this.room.doc);
    for (let i = 0; i < 3; i++) this.room.seal();
    for (let i = 0; i < 500 && baseOf(this.room.doc).foldedGeneration < last; i++) await this.turn();
  }

  /** Lets a repair, if there is any to be made, come to its end. */
  async rest(): Promise<void> {
    for (let i = 0; i < 30; i++) await this.turn();
  }

  /** Takes over what the server has changed. */
  follow(): void {
    Y.applyUpdate(this.doc, Y.encodeStateAsUpdate(this.room.doc, Y.encodeStateVector(this.doc)), "server");
  }

  /** Label of the first voxel that `paintRecord` paints, in the base alone. */
  baseLabel(x = 1): number {
    return this.store.base.brickOf(0, this.room.versions.newest(0))?.[x + 16 + 256] ?? 0;
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

const marker = (kind: number, session: number, seq: number, stamp: number, target: OutboxRow): OutboxRow => {
  const id = recordIdOf(session, seq);
  const body = undoBody(target.session, target.seq);
  return { id, session, seq, act: id, stored: encodeRecord({ kind, session, seq, stamp }, body) };
};

/** Ends the room at the n-th step of folds and repairs: a read, a write, just before and just after the append. */
function cutAtStep(client: BareClient, step: number): { readonly wasCut: boolean } {
  const seen = { steps: 0, wasCut: false };
  const { store } = client;
  const reach = () => {
    if (seen.steps++ !== step) return;
    seen.wasCut = true;
    throw new Error("the machine went away");
  };
  const lost = () => client.room.crash(new Error("the machine went away"));
  store.base.before = async () => {
    try {
      reach();
    } catch (error) {
      lost();
      throw error;
    }
  };
  const append = store.append.bind(store);
  store.append = async (tick) => {
    if (tick.base) reach();
    await append(tick);
    if (tick.base) reach();
  };
  return seen;
}

export const directedChecks: readonly DirectedCheck[] = [
  {
    name: "R29, R42, R43: a cut at any step of a fold or a repair loses nothing and does nothing twice",
    async run() {
      const wrong: string[] = [];
      for (let step = 0; ; step++) {
        const client = await new BareClient().start();
        const session = client.lease("u");
        await client.greet(session);
        const records = [1, 2, 3].map((seq) => paintRecord(session, seq, seq, 100 + seq, 1 + 5 * (seq - 1)));
        await client.write(...records, marker(2, session, 4, 4, records[1]));
        const cut = cutAtStep(client, step);
        await client.foldAll();
        if (cut.wasCut) {
          await client.cut();
          await client.foldAll();
        }
        const folded = [1, 6, 11].map((x) => client.baseLabel(x));
        await client.greet(session);
        await client.write(marker(2, session, 5, 5, records[0]));
        await client.rest();
        if (cut.wasCut && client.room.fold.get(recordIdOf(session, 5)) === undefined) await client.cut();
        if (client.store.base.folded.get(records[0].id)?.undone !== true) {
          await client.cut();
          await client.rest();
        }
        const repaired = [1, 6, 11].map((x) => client.baseLabel(x));
        const ids = client.store.journal.map(({ id }) => id);
        wrong.push(...expectSame(`step ${step}`, [folded, repaired, ids.length], [[101, 0, 103], [0, 0, 103], 5]));
        if (!cut.wasCut) return step < 6 ? [...wrong, `only ${step} steps were seen`] : wrong;
      }
    },
  },
  {
    name: "R42: what is undone when its generation is folded stays out of the base, what is not goes in",
    async run() {
      const client = await new BareClient().start();
      const session = client.lease("u");
      await client.greet(session);
      const [kept, undone] = [paintRecord(session, 1, 1, 101), paintRecord(session, 2, 2, 102, 6)];
      await client.write(kept, undone, marker(2, session, 3, 3, undone));
      await client.foldAll();
      return expectSame("base", [client.baseLabel(1), client.baseLabel(6)], [101, 0]);
    },
  },
  {
    name: "R42: a late record of a generation that is being folded waits, and is in the history after it was re-homed",
    async run() {
      const client = await new BareClient().start();
      const session = client.lease("u");
      await client.greet(session);
      await client.write(paintRecord(session, 1, 1, 101));
      let goOn = () => {};
      const held = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      client.store.base.before = () => held;
      for (let i = 0; i < 3; i++) client.room.seal();
      await client.rest();
      const late = paintRecord(session, 2, 2, 102, 6);
      await client.write(late);
      const during = client.acknowledged.get(session);
      goOn();
      await client.rest();
      const gone = client.room.fold.get(late.id) === undefined;
      client.follow();
      await client.write(late);
      const after = client.acknowledged.get(session);
      await client.foldAll();
      return expectSame(
        "seen",
        [during, gone, after, client.baseLabel(1), client.baseLabel(6)],
        [1, true, 2, 101, 102],
      );
    },
  },
  {
    name: "R43: what is in the base is undone and redone there, and what lies on it stays",
    async run() {
      const client = await new BareClient().start();
      const session = client.lease("u");
      await client.greet(session);
      const below = paintRecord(session, 1, 1, 101);
      await client.write(below);
      await client.foldAll();
      client.follow();
      await client.write(paintRecord(session, 2, 2, 102, 3));
      await client.foldAll();
      const seen = [[client.baseLabel(1), client.baseLabel(3)]];
      client.follow();
      for (const [kind, seq] of [
        [2, 3],
        [3, 4],
      ]) {
        await client.write(marker(kind, session, seq, seq, below));
        await client.rest();
        seen.push([client.baseLabel(1), client.baseLabel(3)]);
      }
      return expectSame("base", seen, [
        [101, 102],
        [0, 102],
        [101, 102],
      ]);
    },
  },
  {
    name: "R43: a repair starts from no version that holds what was undone by an earlier one",
    async run() {
      const client = await new BareClient().start();
      const session = client.lease("u");
      await client.greet(session);
      const records = [1, 2, 3].map((seq) => paintRecord(session, seq, seq, 100 + seq, 1 + 5 * (seq - 1)));
      for (const record of records) {
        await client.write(record);
        await client.foldAll();
        client.follow();
      }
      for (const [i, target] of [records[0], records[2]].entries()) {
        await client.write(marker(2, session, 4 + i, 4 + i, target));
        await client.rest();
      }
      return expectSame("base", [client.baseLabel(1), client.baseLabel(6), client.baseLabel(11)], [0, 102, 0]);
    },
  },
  {
    name: "R44: an undo that is folded before the record it names still counts when that record comes again",
    async run() {
      const client = await new BareClient().start();
      const [a, b] = [client.lease("u"), client.lease("u")];
      await client.greet(a, b);
      const [first, gap] = [paintRecord(a, 1, 1, 101), paintRecord(a, 2, 2, 102, 6)];
      await client.write(gap, marker(2, b, 1, 3, gap));
      await client.foldAll();
      client.follow();
      await client.write(first, gap);
      const live = client.room.fold.get(gap.id)?.undone;
      await client.foldAll();
      return expectSame("seen", [live, client.baseLabel(1), client.baseLabel(6)], [true, 101, 0]);
    },
  },
  {
    name: "R49: of a page that the document has forgotten, what is folded is not painted again, and what is new is",
    async run() {
      const client = await new BareClient().start();
      const [a, b] = [client.lease("u"), client.lease("u")];
      await client.greet(a, b);
      const first = paintRecord(a, 1, 1, 101);
      await client.write(first);
      await client.foldAll();
      client.follow();
      await client.write(paintRecord(b, 1, 5, 102));
      await client.foldAll();
      const meta = metaOf(client.room.doc);
      meta.set("base", encodeBase({ ...baseOf(client.room.doc), watermarks: new Map([[b, 1]]) }));
      await client.turn();
      client.follow();
      await client.write(first);
      const again = [client.room.fold.size, baseOf(client.room.doc).watermarks.get(a)];
      await client.write(paintRecord(a, 2, 9, 103, 6));
      await client.foldAll();
      return expectSame(
        "live, watermark, base",
        [...again, client.baseLabel(1), client.baseLabel(6)],
        [0, 1, 102, 103],
      );
    },
  },
  {
    name: "R50: a brick as of a rev does not change when the next generation is folded",
    async run() {
      const client = await new BareClient().start();
      const session = client.lease("u");
      await client.greet(session);
      await client.write(paintRecord(session, 1, 1, 101));
      await client.foldAll();
      const { rev, versions } = client.room;
      client.follow();
      await client.write(paintRecord(session, 2, 2, 102));
      await client.foldAll();
      await versions.reach(rev);
      const labels = [rev, client.room.rev].map(
        (at) => client.store.base.brickOf(0, versions.asOf(0, at))?.[1 + 16 + 256] ?? 0,
      );
      return expectSame("as of then and of now", labels, [101, 102]);
    },
  },
  {
    name: "R52: a page that has the records folds them itself, and awaits nothing",
    async run() {
      const client = await new BareClient().start();
      const session = client.lease("u");
      await client.greet(session);
      const page = new Y.Doc();
      const fold = new LabelFold(harnessGrid);
      fold.bricks.load(0, null);
      DocumentFeed.open(page, fold, () => {});
      const follow = () =>
        Y.applyUpdate(page, Y.encodeStateAsUpdate(client.room.doc, Y.encodeStateVector(page)), "server");
      const undone = paintRecord(session, 2, 2, 102, 6);
      await client.write(paintRecord(session, 1, 1, 101), undone, marker(2, session, 3, 3, undone));
      follow();
      await client.foldAll();
      follow();
      const folded = [fold.bricks.awaitingKeys().length, fold.size, fold.bricks.baseOf(0)?.[1 + 16 + 256]];
      return expectSame("awaiting, live, base", folded, [0, 0, 101]);
    },
  },
  {
    name: "R42, I7: a hole in a session is no hole in the base: what cannot be folded yet goes up",
    async run() {
      const client = await new BareClient().start();
      const session = client.lease("u");
      await client.greet(session);
      client.room.seal();
      await client.turn();
      client.follow();
      await client.write(paintRecord(session, 1, 1, 101));
      client.send(updateFrame(client.updateOf([paintRecord(session, 2, 2, 102, 6)], 1)));
      await client.turn();
      for (let i = 0; i < 2; i++) await client.foldAll();
      return expectSame("base", [client.baseLabel(1), client.baseLabel(6)], [101, 102]);
    },
  },
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
      metaOf(doc).set("base", encodeBase({ ...emptyBase, rev: 1, watermarks: new Map([[session, 1]]) }));
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
  const truth = naiveState(
    liveRecords(Y.encodeStateAsUpdate(doc), harnessGrid),
    harnessGrid,
    baseAlone(() => null),
    new Map(),
  );
  const shown = volumeOf(harnessGrid, (key) => fold.bricks.read(key));
  const wrong = shown.findIndex((label, i) => label !== truth.voxels[i]);
  if (!truth.voxels.some((label) => label > 0)) return ["nothing was painted"];
  return wrong < 0 ? [] : [`voxel ${wrong} of bricks of ${size} is ${shown[wrong]}, not ${truth.voxels[wrong]}`];
}
