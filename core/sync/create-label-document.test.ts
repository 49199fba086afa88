import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { Problem } from "../problem.ts";
import { createLabelDocument } from "./create-label-document.ts";
import { foldsOf, generationsOf, initialiseDocument, metaOf } from "./document/document-layout.ts";
import type { LabelDocumentPorts, SessionLease } from "./document-ports.ts";
import { emptyBase, encodeBase, encodeRevEntry } from "./fold/base-state.ts";
import type { LinkEvents } from "./link/link.ts";
import { decodeMessage, type Message } from "./link/messages.ts";
import type { LabelGrid } from "./record/label-grid.ts";
import { recordIdOf } from "./record/record.ts";
import { Outbox, type OutboxRow, type OutboxStore, type QuarantinedEdit } from "./unsent/outbox.ts";
import { actsInMemory } from "./unsent/undo-stack.ts";

const grid: LabelGrid = { shapeZyx: [8, 40, 48], brickSize: 16 };
const lease: SessionLease = {
  session: 9,
  epoch: 1,
  canEdit: true,
  firstLabel: 101,
  labelCount: 70,
  hasBase: true,
  historyDays: 30,
};
const ALL_KEYS = [0, 1, 2, 1024, 1025, 1026, 2048, 2049, 2050];
const row = (z: number, y: number, x0: number, x1: number) => Int32Array.from([z, y, x0, x1]);
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** A page whose every port is in the test's hands. */
function openPage(
  change: Partial<LabelDocumentPorts> = {},
  rows: OutboxRow[] = [],
  blobsOnly = false,
  maxLoadedBricks?: number,
) {
  const server = new Y.Doc();
  initialiseDocument(server, grid, "server");
  const sent: Message[] = [];
  const uploads: { sha256: string; done: () => void; fail: (why?: Error) => void }[] = [];
  const quarantine: QuarantinedEdit[] = [];
  const later: (() => void)[] = [];
  const link: { doc: Y.Doc; events: LinkEvents }[] = [];
  const store: OutboxStore & { rows: OutboxRow[] } = {
    rows,
    load: async () => [...store.rows],
    append: async (added) => void store.rows.push(...added),
    replace: async () => {},
    remove: async (ids) => {
      store.rows = store.rows.filter(({ id }) => !ids.includes(id));
    },
    loadQuarantine: async () => quarantine,
    quarantine: async (edit) => void quarantine.push(edit),
    clearQuarantine: async () => {},
  };
  const page = createLabelDocument(
    {
      volumeId: "v",
      ...grid,
      voxelSizeZyx: [2, 1, 1],
      who: {},
      maxLoadedBricks,
      ...(blobsOnly && { planLimits: { bodyBytes: 1, inlineRecords: 0 } }),
    },
    {
      outbox: store,
      acts: actsInMemory(),
      startSession: async () => lease,
      openLink(_room, doc, _awareness, events) {
        link.push({ doc, events });
        return { send: (bytes) => sent.push(decodeMessage(bytes[0], bytes.subarray(1))), close: () => {} };
      },
      fetchOccupied: async () => ALL_KEYS,
      fetchFacts: async () => null,
      fetchBrick: async () => null,
      fetchBlob: async () => {
        throw new Error("not there");
      },
      uploadBlob: (sha256) =>
        new Promise((resolve, reject) =>
          uploads.push({ sha256, done: resolve, fail: (why = new Error("away")) => reject(why) }),
        ),
      schedule(task) {
        later.push(task);
        return () => later.splice(later.indexOf(task), 1);
      },
      now: () => new Date(0),
      ...change,
    },
  );
  let foldedRev = 0;
  return {
    page,
    store,
    sent,
    /** As a fold of a generation without records would, which touches these bricks. */
    foldOnServer(keys: readonly number[]) {
      foldedRev++;
      const bricks = new Map(keys.map((key) => [key, "0011223344556677"]));
      server.transact(() => {
        metaOf(server).set("base", encodeBase({ ...emptyBase, rev: foldedRev }));
        foldsOf(server).set(
          String(foldedRev),
          encodeRevEntry({ kind: "repair", generation: 0, skip: [], bricks, facts: false }),
        );
        foldsOf(server).delete(String(foldedRev - 64));
      });
    },
    uploads,
    later,
    async start() {
      await page.start();
    },
    async sync() {
      const { doc, events } = link[link.length - 1];
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(server), "server");
      events.onSynced();
      const hello = sent.findLast((message) => message.type === "hello");
      const sessions = hello?.type === "hello" ? [hello.session, ...hello.outboxSessions] : [];
      events.onMessage({ type: "ack", durable: new Map(sessions.map((session) => [session, 0])) });
      await settle();
    },
    acknowledge: (session: number, seq: number) =>
      link[link.length - 1].events.onMessage({ type: "ack", durable: new Map([[session, seq]]) }),
    disconnect: (trouble: string | null = null) => link[link.length - 1].events.onDisconnected(trouble),
    document: () => link[link.length - 1].doc,
    inDocument: () => [
      ...(generationsOf(link[link.length - 1].doc)
        .get("1")
        ?.keys() ?? []),
    ],
  };
}

const voxel = (page: ReturnType<typeof openPage>["page"], z: number, y: number, x: number) =>
  page.readBrick(0)?.[x + y * 16 + z * 256];

describe("a page", () => {
  it("says what is true at every moment, and edits only after its first sync", async () => {
    const { page, start, sync, acknowledge, disconnect, later } = openPage();
    expect([page.saveState, page.canEdit]).toEqual([{ kind: "connecting", waiting: 0 }, false]);
    await start();
    // With the lease alone, an earlier page's durable strokes are not known yet: ours would slip beneath them.
    expect(page.canEdit).toBe(false);
    await expect(page.commit({ name: "x", records: [] })).rejects.toMatchObject({ tag: "read-only" });
    await sync();
    expect([page.saveState, page.canEdit]).toEqual([{ kind: "saved" }, true]);
    await page.loadBricks([0]);
    const committed = page.commit({ name: "brush", records: [{ kind: "paint", label: 101, runs: row(1, 1, 2, 4) }] });
    expect([voxel(page, 1, 1, 3), page.saveState]).toEqual([101, { kind: "saving", waiting: 1 }]);
    await committed;
    acknowledge(9, 1);
    expect(page.saveState).toEqual({ kind: "saved" });
    disconnect();
    void page.commit({ name: "brush", records: [{ kind: "paint", label: 101, runs: row(1, 2, 2, 4) }] });
    void page.commit({
      name: "accept",
      records: [
        { kind: "paint", label: 102, runs: row(1, 3, 2, 4) },
        { kind: "field", label: 102, field: "status", value: "accepted" },
      ],
    });
    // Two gestures, three records.
    expect(page.saveState).toEqual({ kind: "offline", waiting: 2 });
    expect(later).toEqual([]);
  });

  it("says why the server does not save, through every new attempt, until it has saved something", async () => {
    const { page, start, sync, acknowledge, disconnect } = openPage();
    const trouble = "The server's disk is full";
    await start();
    await sync();
    await page.loadBricks([0]);
    await page.commit({ name: "brush", records: [{ kind: "paint", label: 101, runs: row(1, 1, 2, 4) }] });
    disconnect(trouble);
    expect(page.saveState).toEqual({ kind: "offline", waiting: 1, trouble });
    // The connection comes back, the next attempt to save ends it again, without a word this time.
    await sync();
    expect(page.saveState).toEqual({ kind: "offline", waiting: 1, trouble });
    disconnect();
    expect(page.saveState).toEqual({ kind: "offline", waiting: 1, trouble });
    await sync();
    expect(page.canEdit).toBe(true);
    acknowledge(9, 1);
    expect(page.saveState).toEqual({ kind: "saved" });
    disconnect();
    expect(page.saveState).toEqual({ kind: "offline", waiting: 0 });
  });

  it("keeps a stroke on this computer before it goes into the document (R19), and writes nothing while away", async () => {
    let keep = () => {};
    const scene = openPage();
    await scene.start();
    await scene.sync();
    scene.store.append = (rows) =>
      new Promise((resolve) => {
        keep = () => {
          scene.store.rows.push(...rows);
          resolve();
        };
      });
    void scene.page.commit({ name: "brush", records: [{ kind: "paint", label: 101, runs: row(1, 1, 2, 4) }] });
    await settle();
    expect(scene.inDocument()).toEqual([]);
    keep();
    await settle();
    expect(scene.inDocument()).toEqual(["9.1"]);
    scene.disconnect();
    void scene.page.commit({ name: "brush", records: [{ kind: "paint", label: 101, runs: row(1, 2, 2, 4) }] });
    await settle();
    keep();
    await settle();
    expect(scene.inDocument()).toEqual(["9.1"]);
    await scene.sync();
    expect(scene.inDocument().sort()).toEqual(["9.1", "9.2"]);
  });

  it("undoes its newest act that is not undone, as a whole, and redoes it", async () => {
    const { page, start, sync } = openPage();
    await start();
    await sync();
    await page.loadBricks([0]);
    void page.commit({ name: "brush", records: [{ kind: "paint", label: 101, runs: row(1, 1, 2, 4) }] });
    void page.commit({
      name: "accept",
      records: [
        { kind: "paint", label: 102, runs: row(1, 1, 3, 6) },
        { kind: "field", label: 102, field: "status", value: "corrected" },
      ],
    });
    const before = page.nucleiRevision;
    expect(page.undo()).toEqual({ name: "accept" });
    expect(page.nucleiRevision).toBeGreaterThan(before);
    expect([voxel(page, 1, 1, 3), voxel(page, 1, 1, 5), page.fieldsOf(102)]).toEqual([101, 0, {}]);
    expect([page.undoDepth, page.redoDepth]).toEqual([1, 1]);
    expect(page.redo()).toEqual({ name: "accept" });
    expect([voxel(page, 1, 1, 3), page.fieldsOf(102)]).toEqual([102, { status: "corrected" }]);
    expect([page.undo()?.name, page.undo()?.name, page.undo()]).toEqual(["accept", "brush", null]);
    void page.commit({ name: "brush", records: [{ kind: "paint", label: 101, runs: row(1, 9, 2, 4) }] });
    expect(page.redo()).toBeNull();
  });

  it("says so where all that could be undone is older than what the server remembers", async () => {
    const DAY_MS = 86_400_000;
    const acts = actsInMemory();
    const old = { name: "brush", ids: ["5.1"], at: DAY_MS };
    acts.save(() => ({ done: [old, { ...old, ids: ["5.2"], at: 3 * DAY_MS }], undone: [] }));
    let today = 32;
    const { page, start, sync } = openPage({ acts, now: () => new Date(today * DAY_MS) });
    await start();
    await sync();
    expect(page.undoDepth).toBe(2);
    expect(page.undo()).toEqual({ name: "brush" });
    today = 34;
    expect(() => page.redo()).toThrow(/more than 30 days old/);
    expect(page.undo()).toBeNull();
    expect(acts.load()).toEqual({ done: [], undone: [] });
  });

  it("asks for labels before they run out, and says so when they have", async () => {
    const { page, start, sync, sent } = openPage();
    await start();
    await sync();
    const taken = Array.from({ length: 70 }, () => page.newLabel());
    expect(new Set(taken).size).toBe(70);
    expect(sent.filter(({ type }) => type === "want")).toHaveLength(1);
    expect(() => page.newLabel()).toThrow(/no label numbers left/);
  });
});

describe("a base", () => {
  const keys = [0, 1, 2];
  const counting = (hasBase: boolean) => {
    const asked: number[] = [];
    let most = 0;
    let now = 0;
    const scene = openPage({
      startSession: async () => ({ ...lease, hasBase }),
      async fetchBrick(key) {
        asked.push(key);
        most = Math.max(most, ++now);
        await settle();
        now--;
        return new Uint32Array(16 ** 3).fill(7);
      },
    });
    return { ...scene, asked, most: () => most };
  };

  it("that a volume does not have is never asked for, and its bricks are painted and read without a connection", async () => {
    const { page, start, sync, disconnect, asked } = counting(false);
    const loading = page.loadBricks(keys.slice(0, 1)); // before anybody knows: waits for the lease
    await settle();
    expect(page.readBrick(0)).toBeUndefined();
    await start();
    await loading;
    await sync();
    disconnect();
    await page.loadBricks(keys);
    await page.commit({ name: "brush", records: [{ kind: "paint", label: 101, runs: row(1, 2, 14, 20) }] });
    expect([voxel(page, 1, 2, 13), voxel(page, 1, 2, 14)]).toEqual([0, 101]);
    expect(page.readBrick(1)?.[3 + 2 * 16 + 256]).toBe(101); // beyond the edge of the first brick
    expect(asked).toEqual([]);
  });

  it("that is not there makes every unpainted brick readable at once, and the first stroke of whoever shows it is seen", async () => {
    const { page, start, sync, asked } = counting(false);
    await start();
    await sync();
    expect(page.readBrick(1025)).toBe(page.readBrick(0));
    page.keepLoaded("xy", [0]);
    const told: number[] = [];
    page.onBricksChanged((changes) => told.push(...changes.map(({ key }) => key)));
    const painting = page.commit({ name: "brush", records: [{ kind: "paint", label: 101, runs: row(1, 2, 14, 20) }] });
    // Brick 0 is shown; brick 1 is not, and whoever comes to show it has to ask for it.
    expect([voxel(page, 1, 2, 14), page.readBrick(1), told]).toEqual([101, undefined, [0, 1]]);
    await painting;
    await page.loadBricks([1]);
    expect(page.readBrick(1)?.[3 + 2 * 16 + 256]).toBe(101);
    expect(asked).toEqual([]);
  });

  it("costs neither memory nor a second request where it has no label: such bricks never go", async () => {
    const asked: number[] = [];
    const { page, start } = openPage(
      {
        async fetchBrick(key) {
          asked.push(key);
          return key < 3 ? new Uint32Array(16 ** 3).fill(7) : null;
        },
      },
      [],
      false,
      2,
    );
    await start();
    const empty = [1024, 1025, 1026, 2048, 2049, 2050];
    await page.loadBricks(empty);
    for (const key of keys) await page.loadBricks([key]);
    await page.loadBricks(empty);
    expect(empty.every((key) => page.readBrick(key)?.[0] === 0)).toBe(true);
    expect(asked).toHaveLength(9);
    expect(keys.map((key) => page.readBrick(key)?.[0])).toEqual([undefined, 7, 7]);
  });

  it("that was folded is asked for where it has labels, and nowhere else: before, between and after folds", async () => {
    const asked: string[] = [];
    const lists: number[] = [];
    const { page, start, sync, document, foldOnServer } = openPage({
      async fetchOccupied(rev) {
        lists.push(rev);
        return [1, 1025];
      },
      async fetchBrick(key, rev) {
        asked.push(`${key} as of ${rev}`);
        return new Uint32Array(16 ** 3).fill(7);
      },
    });
    for (let rev = 1; rev <= 100; rev++) foldOnServer([rev % 2 ? 1 : 1025]);
    await start();
    await sync();
    expect(metaOf(document()).get("base")).toBeInstanceOf(Uint8Array);
    await page.loadBricks([0, 1, 1024, 1026]);
    expect([lists, asked]).toEqual([[100], ["1 as of 100"]]);
    expect([page.readBrick(0)?.[5], page.readBrick(1)?.[5], page.readBrick(2048)?.[5]]).toEqual([0, 7, 0]);
    foldOnServer([2048]);
    await sync();
    expect(page.readBrick(2049)?.[5]).toBe(0);
    expect(page.readBrick(2048)).toBeUndefined();
    await page.loadBricks([2048, 2050]);
    expect([lists, asked]).toEqual([[100], ["1 as of 100", "2048 as of 101"]]);
  });

  it("is asked for brick by brick, at most three at once", async () => {
    const { page, start, asked, most } = counting(true);
    await start();
    await page.loadBricks([0, 1, 2, 1024, 1025]);
    expect(asked).toEqual([0, 1, 2, 1024, 1025]);
    expect(most()).toBe(3);
    expect(voxel(page, 1, 1, 1)).toBe(7);
  });

  it("is asked for where the server gives no session: it says itself why nothing comes", async () => {
    const refused = new Problem({ tag: "gone", what: "This volume was deleted." });
    const { page, start } = openPage({
      startSession: async () => {
        throw refused;
      },
      fetchBrick: async () => {
        throw refused;
      },
    });
    const loading = page.loadBricks([0]);
    loading.catch(() => {});
    await start();
    await expect(loading).rejects.toBe(refused);
  });
});

describe("acts too large for records", () => {
  it("wait for their upload, later ones behind them, and none is forgotten (also one made during an upload)", async () => {
    const scene = openPage({}, [], true);
    await scene.start();
    await scene.sync();
    await scene.page.loadBricks([0]);
    const paint = (y: number) =>
      void scene.page.commit({ name: "fill", records: [{ kind: "paint", label: 101, runs: row(1, y, 2, 9) }] });
    paint(1);
    await settle();
    paint(2);
    void scene.page.commit({
      name: "status",
      records: [{ kind: "field", label: 101, field: "status", value: "accepted" }],
    });
    await settle();
    expect([voxel(scene.page, 1, 2, 8), scene.inDocument(), scene.uploads.length]).toEqual([101, [], 1]);
    scene.uploads[0].done();
    await settle();
    expect(scene.uploads).toHaveLength(2);
    scene.uploads[1].fail();
    await settle();
    expect(scene.inDocument()).not.toContain("9.3");
    scene.later.shift()?.();
    await settle();
    scene.uploads[2].done();
    await settle();
    expect(scene.inDocument().sort()).toEqual(["9.1", "9.2", "9.3"]);
  });

  it("that the server will never take leave for the rescue file with their voxels, and what waited behind them goes on", async () => {
    const scene = openPage({}, [], true);
    await scene.start();
    await scene.sync();
    await scene.page.loadBricks([0]);
    void scene.page.commit({ name: "fill", records: [{ kind: "paint", label: 101, runs: row(1, 1, 2, 9) }] });
    void scene.page.commit({
      name: "status",
      records: [{ kind: "field", label: 101, field: "status", value: "accepted" }],
    });
    await settle();
    const [{ blob }] = scene.page.unsavedRecords();
    scene.uploads[0].fail(new Problem({ tag: "blob-malformed", what: "The server does not take these voxels." }));
    await settle();
    expect(scene.page.saveState).toMatchObject({ kind: "refused", recordId: "9.1" });
    expect(await scene.page.quarantined()).toMatchObject([{ row: { id: "9.1", blob: { sha256: blob?.sha256 } } }]);
    await scene.sync();
    expect(voxel(scene.page, 1, 1, 8)).toBe(0);
    expect(scene.inDocument().sort()).toEqual(["9.1", "9.2"]);
    expect(scene.uploads).toHaveLength(1);
    scene.acknowledge(9, 2);
    scene.page.dismissRefusal();
    expect(scene.page.saveState).toEqual({ kind: "saved" });
  });

  it("show again after a reload before the server has their voxels", async () => {
    const first = openPage({}, [], true);
    await first.start();
    await first.sync();
    void first.page.commit({ name: "fill", records: [{ kind: "paint", label: 101, runs: row(1, 1, 2, 9) }] });
    await settle();
    const again = openPage({}, first.store.rows, true);
    await again.start();
    await again.page.loadBricks([0]);
    expect(voxel(again.page, 1, 1, 8)).toBe(101);
    await again.sync();
    again.uploads[0].done();
    await settle();
    expect(again.inDocument()).toEqual(["9.1"]);
  });

  it("of others are asked for again when their voxels did not come", async () => {
    let answers = false;
    const mine = openPage({}, [], true);
    await mine.start();
    await mine.sync();
    void mine.page.commit({ name: "fill", records: [{ kind: "paint", label: 101, runs: row(1, 1, 2, 9) }] });
    await settle();
    const [{ stored, blob, id }] = mine.store.rows;
    const other = openPage({
      fetchBlob: async () => {
        if (!answers || !blob) throw new Error("away");
        return blob.bytes;
      },
    });
    await other.start();
    await other.sync();
    await other.page.loadBricks([0]);
    const doc = new Y.Doc();
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(other.document()));
    generationsOf(doc).get("1")?.set(id, stored);
    Y.applyUpdate(other.document(), Y.encodeStateAsUpdate(doc), "server");
    await settle();
    expect(voxel(other.page, 1, 1, 8)).toBe(0);
    answers = true;
    for (const task of other.later.splice(0)) task();
    await settle();
    expect(voxel(other.page, 1, 1, 8)).toBe(101);
  });
});

describe("an outbox that piled up", () => {
  const outboxOf = async (count: number): Promise<Outbox> => {
    const rows = Array.from({ length: count }, (_, i): OutboxRow => {
      const id = recordIdOf(3, i + 1);
      return { id, session: 3, seq: i + 1, stored: new Uint8Array(900), act: id };
    });
    const outbox = new Outbox({ load: async () => rows } as unknown as OutboxStore, async () => {});
    await outbox.load();
    return outbox;
  };
  const none = () => false;

  it("is sent in pieces, in order, when none of it is live", async () => {
    const outbox = await outboxOf(2500);
    const live = new Set<string>();
    const sizes: number[] = [];
    for (;;) {
      const piece = outbox.rowsToSet(none, (id) => (live.has(id) ? 4 : undefined), 4);
      if (piece.length === 0) break;
      expect(piece[0].seq).toBe(live.size + 1);
      sizes.push(piece.length);
      for (const { id } of piece) live.add(id);
    }
    expect([sizes, live.size]).toEqual([[1000, 1000, 500], 2500]);
  });

  it("is sent as a whole when later records of it lie beneath (R22)", async () => {
    const outbox = await outboxOf(2500);
    const rows = outbox.rowsToSet(none, (id) => (id === recordIdOf(3, 2400) ? 2 : undefined), 4);
    expect(rows).toHaveLength(2500);
  });
});
