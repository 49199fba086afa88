import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import WebSocket from "ws";
import type { EditAct } from "../../core/edit/label-document.ts";
import { reshapeNucleus, shapeAct } from "../../core/edit/shape/reshape-nucleus.ts";
import { applyNucleusPatch, type NucleusColumns, nucleiOf } from "../../core/labels/nucleus-columns.ts";
import { sha256Hex } from "../../core/sync/bytes/sha256.ts";
import type { CollabDocument } from "../../core/sync/create-label-document.ts";
import type { SessionLease } from "../../core/sync/document-ports.ts";
import { planRecord } from "../../core/sync/record/plan-act.ts";
import { actsInMemory } from "../../core/sync/unsent/undo-stack.ts";
import { BRICK_VOXELS, brickKeyOf, indexInBrick } from "../../core/volume/brick.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { labelBlob, labelJournal, projectMember, trainingBox } from "../../db/schema/index.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { planOverBackground } from "./frozen/plan-over-background.ts";
import { PostgresRoomStore } from "./journal/postgres-room-store.ts";
import { startSession } from "./journal/start-session.ts";
import { liveVolumesOf } from "./live/live-volumes.ts";
import { authorIn } from "./operations/author-labels.ts";
import { countsOfProject } from "./operations/count-project.ts";
import { freezeLabels } from "./operations/freeze-labels.ts";
import { type CollabClientOptions, MemoryOutboxStore, openCollabClient } from "./testing/collab-client.ts";
import { createReadyVolume } from "./testing/collab-fixture.ts";
import { hugeBlob } from "./testing/hostile-frames.ts";
import { waitFor } from "./testing/wait-for.ts";

const shapeZyx: Zyx = [40, 90, 130];
const key0 = brickKeyOf(0, 0, 0);
const key1 = brickKeyOf(0, 0, 1);

let server: TestServer;
let people: Record<"ada" | "ben" | "vera" | "olga", TestPerson>;
let projectId: string;
const open: CollabDocument[] = [];

beforeAll(async () => {
  server = await startTestServer();
  const [ada, ben, vera, olga] = [
    await server.signUp("Ada"),
    await server.signUp("Ben"),
    await server.signUp("Vera"),
    await server.signUp("Olga"),
  ];
  people = { ada, ben, vera, olga };
  projectId = await server.createProject("p", [
    [ada, "owner"],
    [ben, "annotator"],
    [vera, "viewer"],
  ]);
  await server.createProject("other", [[olga, "owner"]]);
});
afterAll(async () => {
  for (const document of open) document.close();
  await server.close();
});

function page(
  person: TestPerson,
  volumeId: string,
  kept: Partial<Pick<CollabClientOptions, "outbox" | "acts" | "planLimits">> = {},
): CollabDocument {
  const document = openCollabClient({
    address: () => server.address,
    cookie: () => person.cookie,
    volumeId,
    shapeZyx,
    outbox: new MemoryOutboxStore(),
    ...kept,
  });
  open.push(document);
  void document.start();
  return document;
}

const isSaved = (document: CollabDocument) => document.saveState.kind === "saved";
const saved = (document: CollabDocument) =>
  waitFor(
    () => isSaved(document),
    () => `saved, but ${JSON.stringify(document.saveState)}`,
  );
const row = (z: number, y: number, x0: number, x1: number) => Int32Array.from([z, y, x0, x1]);
const at = (document: CollabDocument, z: number, y: number, x: number) =>
  document.readBrick(brickKeyOf(Math.floor(z / 64), Math.floor(y / 64), Math.floor(x / 64)))?.[indexInBrick(z, y, x)];
const newVolume = (name: string, base?: ReadonlyMap<number, Uint32Array>) =>
  createReadyVolume(server.services, { projectId, createdBy: people.ada.id, shapeZyx, name, ...(base && { base }) });

describe("two people at one volume", () => {
  it("see each other's strokes across a brick seam, over an imported base, and undo only their own", async () => {
    const base = new Uint32Array(BRICK_VOXELS);
    base[indexInBrick(3, 5, 60)] = 70_000;
    const volumeId = await newVolume("seam", new Map([[key0, base]]));
    const [ada, ben] = [page(people.ada, volumeId), page(people.ben, volumeId)];
    await Promise.all([saved(ada), saved(ben)]);
    await Promise.all([ada.loadBricks([key0, key1]), ben.loadBricks([key0, key1])]);
    expect(at(ben, 3, 5, 60)).toBe(70_000);

    const label = ada.newLabel();
    expect(label).toBeGreaterThan(70_000);
    void ada.commit({ name: "brush", records: [{ kind: "paint", label, runs: row(3, 5, 58, 72) }] });
    expect(at(ada, 3, 5, 71)).toBe(label);
    await waitFor(() => at(ben, 3, 5, 58) === label && at(ben, 3, 5, 71) === label, "the stroke at Ben's");

    const other = ben.newLabel();
    expect(other).not.toBe(label);
    void ben.commit({ name: "brush", records: [{ kind: "paint", label: other, runs: row(3, 5, 66, 80) }] });
    await waitFor(() => at(ada, 3, 5, 70) === other, "Ben's stroke at Ada's");
    expect(ada.undo()).toEqual({ name: "brush" });
    await waitFor(() => at(ben, 3, 5, 60) === 70_000, "the undo at Ben's");
    expect([at(ben, 3, 5, 58), at(ben, 3, 5, 66), at(ben, 3, 5, 79)]).toEqual([0, other, other]);
    expect(ada.redo()).toEqual({ name: "brush" });
    await waitFor(() => at(ben, 3, 5, 60) === label, "the redo at Ben's");
    expect(at(ben, 3, 5, 66)).toBe(other);
    await Promise.all([saved(ada), saved(ben)]);
    const rows = await server.services.db.select().from(labelJournal).where(eq(labelJournal.volumeId, volumeId));
    expect(rows.map(({ kind }) => kind).sort()).toEqual([1, 1, 2, 3]);
  });

  it("a nucleus that one reshapes while the other paints beside it: neither loses a voxel, and undo takes one change of shape", async () => {
    const volumeId = await newVolume("reshaped");
    const [ada, ben] = [page(people.ada, volumeId), page(people.ben, volumeId)];
    await Promise.all([saved(ada), saved(ben)]);
    await Promise.all([ada.loadBricks([key0, key1]), ben.loadBricks([key0, key1])]);
    const [mine, his] = [ada.newLabel(), ben.newLabel()];
    const plate = (z: number) => Array.from({ length: 9 }, (_, y) => [z, 10 + y, 58, 70]).flat();
    void ada.commit({
      name: "outlines",
      records: [{ kind: "paint", label: mine, runs: Int32Array.from([...plate(2), ...plate(8)]) }],
    });
    await waitFor(() => at(ben, 8, 14, 66) === mine, "the outlines at Ben's");
    void ben.commit({ name: "brush", records: [{ kind: "paint", label: his, runs: row(5, 14, 50, 66) }] });
    await waitFor(() => at(ada, 5, 14, 65) === his, "Ben's stroke at Ada's");
    for (const reshape of [
      { kind: "interpolate", plane: "xy" },
      { kind: "grow", amountUm: 0.5 },
    ] as const) {
      const act = shapeAct(mine, reshape.kind, await reshapeNucleus(ada, mine, reshape, null));
      expect(act?.records).toHaveLength(1);
      await ada.commit(act as EditAct);
    }
    await waitFor(() => at(ben, 5, 9, 60) === mine, "the grown nucleus at Ben's");
    expect([at(ben, 5, 14, 60), at(ben, 5, 14, 67), at(ben, 5, 15, 67)]).toEqual([his, mine, mine]);
    void ben.commit({ name: "brush", records: [{ kind: "paint", label: his, runs: row(5, 9, 58, 62) }] });
    await waitFor(() => at(ada, 5, 9, 60) === his, "Ben's second stroke at Ada's");
    expect(ada.undo()).toEqual({ name: "grow" });
    await waitFor(() => at(ben, 5, 9, 64) === 0, "the undo at Ben's");
    expect([at(ben, 5, 9, 60), at(ben, 5, 14, 60), at(ben, 5, 15, 67)]).toEqual([his, his, mine]);
    expect(ada.undo()).toEqual({ name: "interpolate" });
    await waitFor(() => at(ben, 5, 15, 67) === 0, "the second undo at Ben's");
    expect([at(ben, 2, 15, 67), at(ben, 5, 14, 60), at(ben, 5, 14, 67)]).toEqual([mine, his, 0]);
    ben.undo();
    await waitFor(() => at(ada, 5, 9, 60) === 0, "Ben's undo at Ada's");
    expect(at(ada, 5, 14, 60)).toBe(his);
  });

  it("undo after a reload is of what the page before it did, and leaves what another painted since", async () => {
    const volumeId = await newVolume("undone after a reload");
    const [outbox, acts] = [new MemoryOutboxStore(), actsInMemory()];
    const [first, ben] = [page(people.ada, volumeId, { outbox, acts }), page(people.ben, volumeId)];
    await Promise.all([saved(first), saved(ben)]);
    await Promise.all([first.loadBricks([key0]), ben.loadBricks([key0])]);
    const label = first.newLabel();
    const paint = (document: CollabDocument, of: number, y: number, x0: number, x1: number) =>
      document.commit({ name: "brush", records: [{ kind: "paint", label: of, runs: row(1, y, x0, x1) }] });
    void paint(first, label, 1, 0, 9);
    void paint(first, label, 2, 0, 9);
    await saved(first);
    first.undo();
    await saved(first);
    first.close();
    const other = ben.newLabel();
    void paint(ben, other, 1, 4, 6);
    await saved(ben);

    const second = page(people.ada, volumeId, { outbox, acts });
    await saved(second);
    await second.loadBricks([key0]);
    const atBen = () => [at(ben, 1, 1, 1), at(ben, 1, 1, 5), at(ben, 1, 2, 1)];
    expect([second.undoDepth, second.redoDepth, atBen()]).toEqual([1, 1, [label, other, 0]]);
    expect(second.redo()).toEqual({ name: "brush" });
    await waitFor(() => at(ben, 1, 2, 1) === label, "the redo of what the first page had undone");
    second.undo();
    expect(second.undo()).toEqual({ name: "brush" });
    await waitFor(() => at(ben, 1, 1, 1) === 0, "the undo of what the first page did");
    expect([atBen(), second.undo()]).toEqual([[0, other, 0], null]);
  });

  it("are told that a stroke is saved while lists hold every other connection to the database", async () => {
    const volumeId = await newVolume("busy database");
    const ada = page(people.ada, volumeId);
    await saved(ada);
    const { pool } = server.services.connection;
    const held = await Promise.all(Array.from({ length: pool.options.max }, () => pool.connect()));
    try {
      const label = ada.newLabel();
      void ada.commit({ name: "brush", records: [{ kind: "paint", label, runs: row(1, 2, 3, 9) }] });
      await waitFor(() => !isSaved(ada), "saving");
      await saved(ada);
    } finally {
      for (const client of held) client.release();
    }
  });

  it("a fresh page loads the same state from the database", async () => {
    const volumeId = await newVolume("fresh");
    const ada = page(people.ada, volumeId);
    await saved(ada);
    const [a, b] = [ada.newLabel(), ada.newLabel()];
    void ada.commit({ name: "brush", records: [{ kind: "paint", label: a, runs: row(1, 2, 3, 9) }] });
    void ada.commit({ name: "status", records: [{ kind: "field", label: a, field: "status", value: "unfinished" }] });
    void ada.commit({ name: "merge", records: [{ kind: "merge", a, b }] });
    await waitFor(() => !isSaved(ada), "saving");
    await saved(ada);
    const ben = page(people.ben, volumeId);
    await saved(ben);
    await ben.loadBricks([key0]);
    expect(at(ben, 1, 2, 8)).toBe(a);
    expect(ben.canonicalLabel(b)).toBe(Math.min(a, b));
    expect(ben.fieldsOf(b).status).toBe("unfinished");
  });

  it("an act too large for records travels as a blob and arrives at the other", async () => {
    const volumeId = await newVolume("large");
    const ada = page(people.ada, volumeId, { planLimits: { bodyBytes: 4096, inlineRecords: 2 } });
    const ben = page(people.ben, volumeId);
    await Promise.all([saved(ada), saved(ben)]);
    await ben.loadBricks([key0, key1]);
    const label = ada.newLabel();
    const runs: number[] = [];
    // Single voxels: nothing can be merged, so the body is large.
    for (let z = 18; z < 22; z++)
      for (let y = 0; y < 90; y++) for (let x = (z + y) % 2; x < 130; x += 2) runs.push(z, y, x, x + 1);
    const groups = [0, 1, 2].map((i) => ({
      label: label + i,
      runs: Int32Array.from(runs.map((v, at) => (at % 4 === 1 ? (v + i) % 90 : v))),
    }));
    await ada.commit({ name: "accept", records: [{ kind: "paintGroups", groups }] });
    await waitFor(() => at(ben, 20, 41, 7) !== 0 && at(ben, 20, 41, 7) !== undefined, "the large act at Ben's");
    await ada.loadBricks([key0, key1]);
    expect([...(ben.readBrick(key1) ?? [])].every((voxel, i) => voxel === ada.readBrick(key1)?.[i])).toBe(true);
    const [record] = await server.services.db.select().from(labelJournal).where(eq(labelJournal.volumeId, volumeId));
    expect([record.kind, record.labels.length]).toEqual([8, 3]);
    ada.undo();
    await waitFor(() => at(ben, 20, 41, 7) === 0, "the undo of the large act");
  });

  it("shows who is here under the name the server knows", async () => {
    const volumeId = await newVolume("presence");
    const [ada, ben] = [page(people.ada, volumeId), page(people.ben, volumeId)];
    await Promise.all([saved(ada), saved(ben)]);
    ada.setPresence({ name: "Somebody Else", userId: people.ben.id, cursorZyx: [1, 2.5, 3], pane: "xz" });
    await waitFor(() => ben.peers().some(({ cursorZyx }) => cursorZyx !== null), "Ada's cursor");
    const [peer] = ben.peers();
    expect(peer).toMatchObject({ name: "Ada", userId: people.ada.id, cursorZyx: [1, 2.5, 3], pane: "xz" });
    ada.close();
    await waitFor(() => ben.peers().length === 0, "Ada's leaving");
  });
});

describe("rights", () => {
  it("a viewer sees everything and cannot begin an edit", async () => {
    const volumeId = await newVolume("viewer");
    const [ada, vera] = [page(people.ada, volumeId), page(people.vera, volumeId)];
    await saved(ada);
    await waitFor(() => vera.saveState.kind === "read-only", "read-only");
    await vera.loadBricks([key0]);
    const label = ada.newLabel();
    void ada.commit({ name: "brush", records: [{ kind: "paint", label, runs: row(0, 0, 0, 5) }] });
    await waitFor(() => at(vera, 0, 0, 4) === label, "the stroke at the viewer's");
    await expect(vera.commit({ name: "x", records: [] })).rejects.toThrow(/cannot be edited/);
  });

  it("a session says whether there is a base to be asked for, also to a person who may only look", async () => {
    const bare = await newVolume("bare");
    const imported = await newVolume("imported", new Map([[key0, new Uint32Array(BRICK_VOXELS).fill(3)]]));
    const hasBase = async (person: typeof people.ada, volumeId: string) => {
      const response = await fetch(`${server.address}/api/volumes/${volumeId}/sessions`, {
        method: "POST",
        headers: { cookie: person.cookie, origin: server.address },
        body: JSON.stringify({ after: null }),
      });
      return ((await response.json()) as SessionLease).hasBase;
    };
    for (const person of [people.ada, people.vera])
      expect([await hasBase(person, bare), await hasBase(person, imported)]).toEqual([false, true]);
  });

  it("a stranger gets neither a session nor a socket", async () => {
    const volumeId = await newVolume("stranger");
    const response = await fetch(`${server.address}/api/volumes/${volumeId}/sessions`, {
      method: "POST",
      headers: { cookie: people.olga.cookie, origin: server.address },
      body: JSON.stringify({ after: null }),
    });
    expect(response.status).toBe(404);
    const socket = new WebSocket(`${server.address.replace("http", "ws")}/collab/vol/${volumeId}/e1`, {
      headers: { cookie: people.olga.cookie, origin: server.address },
    });
    const refused = await new Promise((resolve) => {
      socket.on("unexpected-response", (_request, answer) => resolve(answer.statusCode));
      socket.on("open", () => resolve("open"));
    });
    expect(refused).toBe(403);
  });

  it("somebody who loses the role keeps what was not saved, and is told", async () => {
    const volumeId = await newVolume("revoked");
    const ben = page(people.ben, volumeId);
    await saved(ben);
    await server.services.db
      .update(projectMember)
      .set({ role: "viewer" })
      .where(eq(projectMember.userId, people.ben.id));
    server.services.events.publish({ topic: "members", projectId, userId: people.ben.id });
    await waitFor(() => ben.saveState.kind === "read-only", "read-only");
    await server.services.db
      .update(projectMember)
      .set({ role: "annotator" })
      .where(eq(projectMember.userId, people.ben.id));
  });
});

describe("a refused record (R31)", () => {
  it("goes into the quarantine, a VOID fills its number, and work goes on", async () => {
    const volumeId = await newVolume("refused");
    const [ada, ben] = [page(people.ada, volumeId), page(people.ben, volumeId)];
    await Promise.all([saved(ada), saved(ben)]);
    await ada.loadBricks([key0]);
    const label = ben.newLabel();
    void ben.commit({ name: "brush", records: [{ kind: "paint", label, runs: row(1, 1, 1, 5) }] });
    // A label value that nobody issued: a broken page could send it.
    void ben.commit({ name: "brush", records: [{ kind: "paint", label: 4_000_000, runs: row(1, 2, 1, 5) }] });
    void ben.commit({ name: "brush", records: [{ kind: "paint", label, runs: row(1, 3, 1, 5) }] });
    await waitFor(() => ben.saveState.kind === "refused", "the refusal");
    ben.dismissRefusal();
    await saved(ben);
    await waitFor(() => at(ada, 1, 3, 4) === label, "the stroke after the refused one");
    expect([at(ada, 1, 1, 4), at(ada, 1, 2, 4)]).toEqual([label, 0]);
    const [edit] = await ben.quarantined();
    expect(edit.reason).toMatch(/not known/);
    expect(edit.row.stored.length).toBeGreaterThan(5);
    const rows = await server.services.db.select().from(labelJournal).where(eq(labelJournal.volumeId, volumeId));
    expect(rows.sort((a, b) => a.seq - b.seq).map(({ kind }) => kind)).toEqual([1, 0, 1]);
    expect(ben.undo()).toEqual({ name: "brush" });
    await waitFor(() => at(ada, 1, 3, 4) === 0, "the undo");
  });
});

describe("records of an importer", () => {
  it("lie over background only, under new ids, as that person's work", async () => {
    const volumeId = await newVolume("importer");
    const ada = page(people.ada, volumeId);
    await saved(ada);
    await ada.loadBricks([key0, key1]);
    const mine = ada.newLabel();
    void ada.commit({ name: "brush", records: [{ kind: "paint", label: mine, runs: row(2, 2, 60, 68) }] });
    await waitFor(() => !isSaved(ada), "saving");
    await saved(ada);
    const { first } = await new PostgresRoomStore(server.services.db, server.services.blobs, volumeId).leaseLabels(3);
    const incoming = new Map([key0, key1].map((key) => [key, new Uint32Array(BRICK_VOXELS).fill(first + 1)]));
    incoming
      .get(key0)
      ?.fill(0, 0, indexInBrick(2, 0, 0))
      .fill(0, indexInBrick(3, 0, 0));
    incoming
      .get(key1)
      ?.fill(0, 0, indexInBrick(2, 0, 0))
      .fill(0, indexInBrick(3, 0, 0));
    await liveVolumesOf(server.services).use(volumeId, (live) =>
      authorIn(live, server.services, {
        userId: people.ben.id,
        brickKeys: [key0, key1],
        labels: [first + 1],
        plan: (frozen, keys) =>
          planOverBackground(server.services.blobs, frozen, keys, async (key) => incoming.get(key) ?? null),
      }),
    );
    await waitFor(() => at(ada, 2, 2, 59) === first + 1, "the import at Ada's");
    expect([at(ada, 2, 2, 60), at(ada, 2, 2, 67), at(ada, 2, 2, 68)]).toEqual([mine, mine, first + 1]);
    await waitFor(() => ada.fieldsOf(first + 1).origin === "import", "the origin");
    const nuclei = await createTestClient(server.address, people.ben.cookie).nucleus.list.query({ volumeId });
    const imported = nuclei.label.indexOf(first + 1);
    // Two bricks of 64 rows, 130 voxels wide, less what Ada has.
    expect(nuclei.voxels[imported]).toBe(64 * 128 - 8);
    expect(nuclei.people[nuclei.by[imported]].name).toBe("Ben");
  });
});

describe("counts of nuclei", () => {
  const client = () => createTestClient(server.address, people.ben.cookie);
  const countsOf = async (volumeId: string) =>
    (await client().nucleus.counts.query({ projectId })).find((one) => one.volumeId === volumeId)?.counts;
  const isCounted = async (volumeId: string, truth: number, unfinished: number) => {
    const counts = await countsOf(volumeId);
    return counts?.truth === truth && counts.unfinished === unfinished;
  };

  it("are written down while people paint, and read without opening a volume; a new box makes them stale", async () => {
    const volumeId = await newVolume("counted");
    const ada = page(people.ada, volumeId);
    await saved(ada);
    const [a, b] = [ada.newLabel(), ada.newLabel()];
    void ada.commit({ name: "brush", records: [{ kind: "paint", label: a, runs: row(1, 2, 3, 9) }] });
    void ada.commit({ name: "brush", records: [{ kind: "paint", label: b, runs: row(5, 6, 7, 12) }] });
    void ada.commit({ name: "status", records: [{ kind: "field", label: b, field: "status", value: "unfinished" }] });
    await waitFor(() => !isSaved(ada), "saving");
    await saved(ada);
    await waitFor(() => isCounted(volumeId, 1, 1), "the counts");
    ada.close();
    const volumes = liveVolumesOf(server.services);
    await waitFor(async () => {
      await volumes.closeUnused(volumeId);
      return (await volumes.peek(volumeId)) === null;
    }, "the volume closed");
    expect(await countsOf(volumeId)).toMatchObject({ truth: 1, unfinished: 1 });
    await client().training.state.query({ projectId });
    const trainable = async () =>
      (await countsOfProject(server.services, projectId)).find((one) => one.volumeId === volumeId)?.counted?.trainable;
    expect([await trainable(), await volumes.peek(volumeId)]).toEqual([1, null]);
    // The one counted nucleus lies in what is kept out of training.
    const box = { kind: "validation", minZyx: [0, 0, 0], maxZyx: [4, 8, 16] } as const;
    await server.services.db
      .insert(trainingBox)
      .values({ volumeId, createdBy: people.ada.id, ...box, minZyx: [...box.minZyx], maxZyx: [...box.maxZyx] });
    await waitFor(async () => (await trainable()) === 0, "the count without the kept nucleus");
  });

  it("and rows of the list are told to pages with what changed, merges and their undoing included", async () => {
    const volumeId = await newVolume("told");
    const ada = page(people.ada, volumeId);
    await saved(ada);
    let held = await client().nucleus.list.query({ volumeId });
    const unsubscribe = server.services.events.subscribe((event) => {
      if (event.topic !== "nuclei" || event.volumeId !== volumeId) return;
      if (event.patch) held = applyNucleusPatch(held, event.patch) ?? held;
    });
    const sameAsAsked = async () => {
      const asked = await client().nucleus.list.query({ volumeId });
      const rows = (columns: NucleusColumns) =>
        JSON.stringify([...nucleiOf(columns)].sort((p, q) => p.label - q.label));
      return rows(held) === rows(asked);
    };
    const [a, b, c] = [ada.newLabel(), ada.newLabel(), ada.newLabel()];
    for (const [i, label] of [a, b, c].entries())
      void ada.commit({ name: "brush", records: [{ kind: "paint", label, runs: row(i, 2, 3, 70 + i) }] });
    await waitFor(() => held.label.length === 3, "three rows");
    void ada.commit({ name: "merge", records: [{ kind: "merge", a, b }] });
    void ada.commit({ name: "merge", records: [{ kind: "merge", a: b, b: c }] });
    await waitFor(() => held.label.length === 1 && held.voxels[0] === 67 + 68 + 69, "one row");
    ada.undo();
    await waitFor(() => held.label.length === 2, "two rows");
    void ada.commit({ name: "class", records: [{ kind: "field", label: c, field: "class", value: "dividing" }] });
    void ada.commit({ name: "erase", records: [{ kind: "paint", label: 0, runs: row(0, 2, 3, 70) }] });
    await waitFor(
      () => held.className.includes("dividing") && held.voxels.includes(68),
      "the class and the erased row",
    );
    await waitFor(sameAsAsked, "the list as asked for anew");
    unsubscribe();
  });

  it("have running numbers, the same for everybody, that a deletion, an undo, another page and a closed room leave as they are", async () => {
    const volumeId = await newVolume("numbered");
    const numbers = async () => {
      const rows = [...nucleiOf(await client().nucleus.list.query({ volumeId }))];
      return new Map(rows.map(({ label, number }) => [label, number]));
    };
    const [ada, ben] = [page(people.ada, volumeId), page(people.ben, volumeId)];
    await Promise.all([saved(ada), saved(ben)]);
    // Labels are leased by hundreds: Ben's are far from Ada's.
    const labels: number[] = [];
    for (const [i, of] of [ada, ben, ada, ben].entries()) {
      const label = of.newLabel();
      labels.push(label);
      void of.commit({ name: "brush", records: [{ kind: "paint", label, runs: row(i, 2, 3, 9) }] });
      await waitFor(async () => (await numbers()).has(label), "the nucleus in the list");
    }
    expect(Math.max(...labels)).toBeGreaterThan(256);
    const given = new Map(labels.map((label, i) => [label, i + 1]));
    expect(await numbers()).toEqual(given);

    void ben.commit({ name: "erase", records: [{ kind: "paint", label: 0, runs: row(1, 2, 3, 9) }] });
    await waitFor(async () => (await numbers()).size === 3, "the nucleus gone");
    const late = ada.newLabel();
    void ada.commit({ name: "brush", records: [{ kind: "paint", label: late, runs: row(6, 2, 3, 9) }] });
    await waitFor(async () => (await numbers()).get(late) === 5, "the next number");
    ben.undo();
    await waitFor(async () => (await numbers()).get(labels[1]) === 2, "the number that it had");
    await Promise.all([saved(ada), saved(ben)]);
    ada.close();
    ben.close();
    const volumes = liveVolumesOf(server.services);
    await waitFor(async () => {
      await volumes.closeUnused(volumeId);
      return (await volumes.peek(volumeId)) === null;
    }, "the volume closed");
    expect(await numbers()).toEqual(new Map([...given, [late, 5]]));
  });

  it("of a volume are told to pages that show it, and to those that show none how many there are", async () => {
    const [shown, other] = [await newVolume("shown"), await newVolume("not shown")];
    const ada = page(people.ada, shown);
    await saved(ada);
    await client().nucleus.list.query({ volumeId: shown });
    const gone = new AbortController();
    const hear = async (input: object): Promise<() => string> => {
      const asked = encodeURIComponent(JSON.stringify({ json: { projectId, ...input } }));
      const response = await fetch(`${server.address}/trpc/event.ofProject?input=${asked}`, {
        headers: { cookie: people.ben.cookie, accept: "text/event-stream" },
        signal: gone.signal,
      });
      let heard = "";
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      void (async () => {
        for (let next = await reader?.read(); next?.value; next = await reader?.read()) heard += next.value;
      })().catch(() => {});
      return () => heard;
    };
    const [itsPage, pageOfOther, projectPage] = await Promise.all([
      hear({ volumeId: shown }),
      hear({ volumeId: other }),
      hear({}),
    ]);
    const label = ada.newLabel();
    void ada.commit({ name: "brush", records: [{ kind: "paint", label, runs: row(1, 2, 3, 9) }] });
    await waitFor(() => itsPage().includes("patch") && projectPage().includes("counts"), "both are told");
    server.services.events.publish({ topic: "nuclei", projectId, volumeId: other });
    await waitFor(() => pageOfOther().includes(other), "the other volume's own");
    expect(itsPage()).not.toMatch(new RegExp(`counts|${other}`));
    expect(projectPage()).not.toContain("patch");
    expect(pageOfOther()).not.toContain(shown);
    gone.abort();
  });
});

it("an import into a volume that nobody has open keeps it open, however long it takes", async () => {
  const volumeId = await newVolume("slow import");
  const { db, blobs } = server.services;
  const { first } = await new PostgresRoomStore(db, blobs, volumeId).leaseLabels(1);
  const volumes = liveVolumesOf(server.services);
  await volumes.use(volumeId, (live) =>
    authorIn(live, server.services, {
      userId: people.ben.id,
      brickKeys: [key0, key1],
      labels: [first],
      plan: (frozen, keys) =>
        planOverBackground(blobs, frozen, keys, async () => {
          await volumes.closeIdle(performance.now() + 3_600_000);
          return new Uint32Array(BRICK_VOXELS).fill(first);
        }),
    }),
  );
  expect((await createTestClient(server.address, people.ben.cookie).nucleus.list.query({ volumeId })).label).toEqual([
    first,
  ]);
  await volumes.closeIdle(performance.now() + 3_600_000);
  expect(await volumes.peek(volumeId)).toBeNull();
});

it("a page that was on its way to a room that closes is sent back to come again", async () => {
  const volumeId = await newVolume("closing");
  const volumes = liveVolumesOf(server.services);
  const { room } = await volumes.use(volumeId, async (live) => live);
  await waitFor(async () => {
    await volumes.closeUnused(volumeId);
    return (await volumes.peek(volumeId)) === null;
  }, "the volume closed");
  const closes: string[] = [];
  const socket = {
    bufferedBytes: 0,
    send() {},
    pause() {},
    resume() {},
    close: (code: number, reason: string) => void closes.push(`${code} ${reason}`),
  };
  const connection = room.connect(socket, { userId: people.ada.id, name: "Ada", role: "annotator" });
  expect([connection.open, room.connections.size, closes]).toEqual([false, 0, ["1012 the volume restarts"]]);
});

describe("the database", () => {
  it("takes nothing from a server that another one has replaced (fencing), and boots from state and log", async () => {
    const volumeId = await newVolume("fencing");
    const { db, blobs } = server.services;
    const [old, fresh] = [new PostgresRoomStore(db, blobs, volumeId), new PostgresRoomStore(db, blobs, volumeId)];
    await old.open();
    await old.append({ position: 1, update: new Uint8Array([0, 0]), journal: [], base: null });
    await old.writeState(1, new Uint8Array([0, 0]));
    await old.append({ position: 2, update: new Uint8Array([0, 0]), journal: [], base: null });
    expect(await fresh.open()).toMatchObject({
      position: 2,
      updates: [new Uint8Array([0, 0]), new Uint8Array([0, 0])],
    });
    await expect(old.append({ position: 3, update: null, journal: [], base: null })).rejects.toThrow(/taken/);
    await fresh.append({ position: 3, update: null, journal: [], base: null });
    expect((await fresh.open()).position).toBe(3);
  });
});

describe("what the server knows of the labels", () => {
  it("lists nuclei within two seconds of the last stroke, merged ones as one", async () => {
    const base = new Uint32Array(BRICK_VOXELS);
    base[indexInBrick(39, 63, 10)] = 5;
    const volumeId = await newVolume("list", new Map([[key0, base]]));
    const client = createTestClient(server.address, people.vera.cookie);
    expect((await client.nucleus.list.query({ volumeId })).label).toEqual([5]);
    const ben = page(people.ben, volumeId);
    await saved(ben);
    const label = ben.newLabel();
    const heard = new Promise<void>((resolve) => {
      server.services.events.subscribe((event) => {
        if (event.topic === "nuclei" && event.volumeId === volumeId) resolve();
      });
    });
    const started = Date.now();
    void ben.commit({
      name: "brush",
      records: [
        { kind: "paint", label, runs: row(3, 5, 60, 70) },
        { kind: "field", label, field: "class", value: "mitotic" },
        { kind: "merge", a: 5, b: label },
      ],
    });
    await heard;
    const nuclei = await client.nucleus.list.query({ volumeId });
    expect(Date.now() - started).toBeLessThan(2000);
    expect(nuclei).toMatchObject({
      label: [5],
      voxels: [11],
      className: ["mitotic"],
      boxZyx: [3, 5, 10, 40, 64, 70],
      people: [{ id: people.ben.id, name: "Ben" }],
      by: [0],
    });
    expect(nuclei.centroidZyx[2]).toBeCloseTo((64.5 * 10 + 10) / 11, 0);
  });

  it("freezes a state that later strokes do not change", async () => {
    const volumeId = await newVolume("freeze");
    const ada = page(people.ada, volumeId);
    await saved(ada);
    const [a, b] = [ada.newLabel(), ada.newLabel()];
    void ada.commit({ name: "brush", records: [{ kind: "paint", label: a, runs: row(1, 1, 60, 70) }] });
    void ada.commit({ name: "brush", records: [{ kind: "paint", label: b, runs: row(2, 1, 60, 64) }] });
    void ada.commit({ name: "merge", records: [{ kind: "merge", a, b }] });
    await waitFor(() => !isSaved(ada), "saving");
    await saved(ada);
    const frozen = await freezeLabels(server.services, volumeId);
    void ada.commit({ name: "erase", records: [{ kind: "paint", label: 0, runs: row(1, 1, 60, 70) }] });
    await waitFor(() => !isSaved(ada), "saving");
    await saved(ada);
    expect(frozen.brickKeys).toEqual([key0, key1]);
    expect((await frozen.readBrick(key1))?.[indexInBrick(1, 1, 69)]).toBe(a);
    expect((await frozen.readBrick(key0))?.[indexInBrick(2, 1, 63)]).toBe(a);
    expect(frozen.lastTouchedBy(a)?.userId).toBe(people.ada.id);
    expect(frozen.journalPosition).toBeGreaterThan(0);
    const later = await freezeLabels(server.services, volumeId);
    expect((await later.readBrick(key1))?.[indexInBrick(1, 1, 69)]).toBe(0);
  });
});

it("a line on which nothing happens is heard before the client takes it for broken", { timeout: 30_000 }, async () => {
  const volumeId = await newVolume("quiet");
  const socket = new WebSocket(`${server.address.replace("http", "ws")}/collab/vol/${volumeId}/e1`, {
    headers: { cookie: people.ben.cookie, origin: server.address },
  });
  const frames: number[][] = [];
  socket.on("message", (data: Buffer) => frames.push([...data]));
  // y-protocols: an awareness update with 0 clients in it. The client counts 30 s.
  await waitFor(() => frames.some((frame) => frame.join() === "1,1,0"), "a sign of life", 25_000);
  socket.close();
});

describe("what could stop the others", () => {
  it("a clock that steps back by three days stops nobody's saving", async () => {
    const volumeId = await newVolume("clock");
    const ada = page(people.ada, volumeId);
    await saved(ada);
    const label = ada.newLabel();
    const paint = async (x: number) => {
      void ada.commit({ name: "brush", records: [{ kind: "paint", label, runs: row(1, 1, x, x + 4) }] });
      await waitFor(() => !isSaved(ada), "saving");
      await saved(ada);
    };
    await paint(1);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 3 * 86_400_000 });
    try {
      await paint(9);
    } finally {
      vi.useRealTimers();
    }
  });

  it("a tick of more records than a statement has parameters for is written down", async () => {
    const volumeId = await newVolume("many");
    const { db, blobs } = server.services;
    const store = new PostgresRoomStore(db, blobs, volumeId);
    await store.open();
    const { row: session } = await startSession(db, volumeId, people.ada.id, null);
    const journal = Array.from({ length: 7000 }, (_, i) => ({
      id: `${session.session}.${i + 1}`,
      session: session.session,
      seq: i + 1,
      stamp: i + 1,
      kind: 0,
      record: new Uint8Array([0]),
      userId: people.ada.id,
      labels: [],
      brickKeys: [],
    }));
    await store.append({ position: 1, update: new Uint8Array([0, 0]), journal, base: null });
    expect((await store.open()).journalled.get(session.session)).toBe(7000);
  });

  const upload = (volumeId: string, bytes: Uint8Array) =>
    fetch(`${server.address}/api/volumes/${volumeId}/paint/${sha256Hex(bytes)}`, {
      method: "PUT",
      headers: { cookie: people.ben.cookie, origin: server.address },
      body: Uint8Array.from(bytes),
    });

  it("voxels that inflate beyond their bounds are refused for good before anything is stored", async () => {
    const volumeId = await newVolume("bomb");
    for (const bomb of [hugeBlob(), hugeBlob(3_000_000), Uint8Array.of(1, 2, 3)]) {
      const response = await upload(volumeId, bomb);
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({ tag: "blob-malformed", where: expect.stringMatching(/./) });
    }
    expect(await server.services.db.select().from(labelBlob).where(eq(labelBlob.volumeId, volumeId))).toEqual([]);
    const [{ blob }] = planRecord(
      { kind: "paint", label: 1, runs: row(1, 1, 1, 70) },
      { shapeZyx, brickSize: 64 },
      {
        bodyBytes: 8,
        inlineRecords: 0,
      },
    );
    if (!blob) throw new Error("not planned as a blob");
    // The refused ones have spent the budget: an answer that is not final, and it refills.
    let status = 429;
    await waitFor(async () => {
      status = (await upload(volumeId, blob.bytes)).status;
      return status !== 429;
    }, "the budget");
    expect(status).toBe(204);
  });

  it("a person has so many sockets and no more, and is told in a sentence", async () => {
    const [{ projectId: other }] = await server.services.db
      .select({ projectId: projectMember.projectId })
      .from(projectMember)
      .where(eq(projectMember.userId, people.olga.id));
    const volumeId = await createReadyVolume(server.services, {
      projectId: other,
      createdBy: people.olga.id,
      shapeZyx,
    });
    const closes: string[] = [];
    const sockets = Array.from({ length: 34 }, () => {
      const socket = new WebSocket(`${server.address.replace("http", "ws")}/collab/vol/${volumeId}/e1`, {
        headers: { cookie: people.olga.cookie, origin: server.address },
      });
      socket.on("close", (code, reason) => closes.push(`${code} ${reason}`));
      return socket;
    });
    const live = await liveVolumesOf(server.services).use(volumeId, async (live) => live);
    await waitFor(
      () => live.room.connections.size === 32 && closes.length === 2,
      () => `32 sockets, not ${closes}`,
    );
    expect(closes[0]).toMatch(/^4429 You have 32 volumes open/);
    // Ended at once where the person has to go.
    await liveVolumesOf(server.services).closeSockets(({ userId }) => userId === people.olga.id, 4403, "gone");
    await waitFor(() => closes.length === 34, "the end of all sockets");
    expect([live.room.connections.size, closes.filter((close) => close === "4403 gone").length]).toEqual([0, 32]);
    for (const socket of sockets) socket.terminate();
  });
});
