import { readdir, readFile } from "node:fs/promises";
import { and, eq, inArray, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../core/edit/testing/seeded-random.ts";
import { nucleiThen } from "../../core/history/then-facts.ts";
import type { CollabDocument } from "../../core/sync/create-label-document.ts";
import { encodeFacts } from "../../core/sync/fold/base-facts.ts";
import { partsOf } from "../../core/sync/fold/base-state.ts";
import type { LabelGrid } from "../../core/sync/record/label-grid.ts";
import type { DecodedRecord, RecordId } from "../../core/sync/record/record.ts";
import { recordIdOf } from "../../core/sync/record/record.ts";
import { decodeRecord } from "../../core/sync/record/record-codec.ts";
import { BRICK_SIZE, brickKeyOf, brickPositionZyx, indexInBrick } from "../../core/volume/brick.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { labelJournal, volume } from "../../db/schema/index.ts";
import { liveVolumesOf } from "../collab/live/live-volumes.ts";
import { MemoryOutboxStore, openCollabClient } from "../collab/testing/collab-client.ts";
import { createReadyVolume } from "../collab/testing/collab-fixture.ts";
import { foldAll } from "../collab/testing/fold-all.ts";
import { waitFor } from "../collab/testing/wait-for.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { labelsThen } from "./labels-then.ts";

const shapeZyx: Zyx = [10, 70, 140];
const grid: LabelGrid = { shapeZyx, brickSize: BRICK_SIZE };
const keys = [0, 1, 2].flatMap((bx) => [brickKeyOf(0, 0, bx), brickKeyOf(0, 1, bx)]);
/** Where the random strokes are: over a seam of four bricks. */
const Y0 = 58;
const X0 = 120;

let server: TestServer;
let people: Record<"ada" | "ben" | "vera", TestPerson>;
let projectId: string;
const open: CollabDocument[] = [];

beforeAll(async () => {
  server = await startTestServer();
  people = { ada: await server.signUp("Ada"), ben: await server.signUp("Ben"), vera: await server.signUp("Vera") };
  projectId = await server.createProject("p", [
    [people.ada, "owner"],
    [people.ben, "annotator"],
    [people.vera, "viewer"],
  ]);
});
afterAll(async () => {
  for (const document of open) document.close();
  await server.close();
});

async function page(person: TestPerson, volumeId: string): Promise<CollabDocument> {
  const document = openCollabClient({
    address: () => server.address,
    cookie: () => person.cookie,
    volumeId,
    shapeZyx,
    outbox: new MemoryOutboxStore(),
  });
  open.push(document);
  await document.start();
  await saved(document);
  await document.loadBricks(keys);
  return document;
}

const saved = (document: CollabDocument) =>
  waitFor(
    () => document.saveState.kind === "saved",
    () => `saved, but ${JSON.stringify(document.saveState)}`,
  );

const newVolume = (name: string, base?: ReadonlyMap<number, Uint32Array>) =>
  createReadyVolume(server.services, { projectId, createdBy: people.ada.id, shapeZyx, name, ...(base && { base }) });

const row = (z: number, y: number, x0: number, x1: number) => Int32Array.from([z, y, x0, x1]);
const paint = (document: CollabDocument, label: number, y: number, x0 = 10, x1 = 20, name = "brush") =>
  document.commit({ name, records: [{ kind: "paint", label, runs: row(3, y, x0, x1) }] });
const at = (document: CollabDocument, y: number, x: number) =>
  document.readBrick(brickKeyOf(0, Math.floor(y / 64), Math.floor(x / 64)))?.[indexInBrick(3, y % 64, x % 64)];

const callOf = (person: TestPerson) => createTestClient(server.address, person.cookie).history;

interface Journalled {
  readonly id: RecordId;
  readonly position: number;
  /** Infinity while it lives; its generation then is asked of nobody, as all of it is folded when the judge looks. */
  readonly generation: number;
  readonly record: DecodedRecord;
}

async function readJournal(volumeId: string): Promise<Journalled[]> {
  const rows = await server.services.db.select().from(labelJournal).where(eq(labelJournal.volumeId, volumeId));
  return rows.map((one) => ({
    id: recordIdOf(one.session, one.seq),
    position: one.position,
    generation: one.foldedGeneration ?? Number.POSITIVE_INFINITY,
    record: decodeRecord(one.record, grid),
  }));
}

/** The judge: everything up to a position in the order of history, voxel by voxel, with nothing of the product's fold. */
function naive(journal: readonly Journalled[], position: number, base: ReadonlyMap<number, Uint32Array>) {
  const ordered = journal
    .filter((one) => one.position <= position)
    .sort((a, b) =>
      a.generation === b.generation
        ? a.record.stamp - b.record.stamp || a.record.session - b.record.session || a.record.seq - b.record.seq
        : a.generation - b.generation,
    );
  const undone = new Set<RecordId>();
  for (const { record } of ordered) {
    if (record.kind === 2) undone.add(record.target);
    if (record.kind === 3) undone.delete(record.target);
  }
  const bricks = new Map(keys.map((key) => [key, Uint32Array.from(base.get(key) ?? new Uint32Array(BRICK_SIZE ** 3))]));
  const fields = new Map<string, unknown>();
  const edges = new Map<string, boolean>();
  for (const { id, record } of ordered) {
    if (undone.has(id)) continue;
    if (record.kind === 4) fields.set(`${record.label} ${record.field}`, record.value);
    if (record.kind === 5 || record.kind === 6) edges.set(`${record.a} ${record.b}`, record.kind === 5);
    if (record.kind !== 1 && record.kind !== 7) continue;
    const { sections, bytes } = record.body.voxels();
    for (const { key, box, from, to, label } of sections) {
      const [width, height] = [box.x1 - box.x0, box.y1 - box.y0];
      const runs: number[] = [];
      for (let p = from, value = 0, shift = 0; p < to; p++) {
        value += (bytes[p] & 127) * 2 ** shift;
        shift += 7;
        if (bytes[p] < 128) {
          runs.push(value);
          [value, shift] = [0, 0];
        }
      }
      let place = 0;
      for (let i = 0; i < runs.length; i += 2) {
        place += runs[i];
        for (let rest = runs[i + 1]; rest > 0; rest--, place++) {
          const x = box.x0 + (place % width);
          const y = box.y0 + (Math.floor(place / width) % height);
          const z = box.z0 + Math.floor(place / (width * height));
          (bricks.get(key) as Uint32Array)[x + y * BRICK_SIZE + z * BRICK_SIZE ** 2] = label;
        }
      }
    }
  }
  return { bricks, fields, edges: [...edges].flatMap(([pair, on]) => (on ? [pair] : [])).sort() };
}

async function expectThen(volumeId: string, position: number, base: ReadonlyMap<number, Uint32Array>) {
  const judged = naive(await readJournal(volumeId), position, base);
  const then = await labelsThen(server.services, volumeId, position);
  for (const key of keys) {
    const found = await then.readBrick(key);
    const wanted = judged.bricks.get(key) as Uint32Array;
    const differs = wanted.findIndex((label, i) => label !== (found?.[i] ?? 0));
    expect(differs < 0 ? null : [position, key, differs, wanted[differs], found?.[differs] ?? 0]).toBeNull();
  }
  const facts = await then.readFacts();
  const said = new Map(
    facts.fields.flatMap(({ record }) =>
      record.kind === 4 ? [[`${record.label} ${record.field}`, record.value]] : [],
    ),
  );
  expect([position, said]).toEqual([position, judged.fields]);
  expect(facts.edges.map(([a, b]) => `${a} ${b}`).sort()).toEqual(judged.edges);
}

describe("the labels as they were", () => {
  it("are at every moment what a naive fold of the journal says, through folds, undo, redo and merges of two people", async () => {
    const base = new Map([[keys[2], new Uint32Array(BRICK_SIZE ** 3).fill(5, 0, 6 * 4096)]]);
    const volumeId = await newVolume("random", base);
    const random = seededRandom(71);
    const upTo = (n: number) => Math.floor(random() * n);
    const pages = [await page(people.ada, volumeId), await page(people.ben, volumeId)];
    const labels = pages.map((document) => [document.newLabel(), document.newLabel(), document.newLabel()]);
    const all = [5, ...labels.flat()];
    const moments: number[] = [];
    for (let round = 0; round < 12; round++) {
      for (let i = 0; i < 7; i++) {
        const who = upTo(2);
        const document = pages[who];
        const label = labels[who][upTo(3)];
        const deed = upTo(10);
        const x = X0 + upTo(14);
        const paintIt = (value: number) =>
          document.commit({
            name: "brush",
            records: [{ kind: "paint", label: value, runs: row(upTo(10), Y0 + upTo(12), x, x + 1 + upTo(10)) }],
          });
        if (deed < 4) void paintIt(label);
        else if (deed === 4) void paintIt(0);
        else if (deed === 5)
          void document.commit({
            name: "status",
            records: [{ kind: "field", label: all[upTo(all.length)], field: "status", value: `s${upTo(3)}` }],
          });
        else if (deed === 6) {
          const [a, b] = [all[upTo(all.length)], all[upTo(all.length)]];
          const kind = upTo(3) === 0 ? "unmerge" : "merge";
          if (a !== b) void document.commit({ name: kind, records: [{ kind, a: Math.min(a, b), b: Math.max(a, b) }] });
        } else if (deed < 9) document.undo();
        else document.redo();
      }
      await Promise.all(pages.map(saved));
      const { room } = await liveVolumesOf(server.services).use(volumeId, async (live) => live);
      moments.push(room.position);
      // Moments that are asked for early must stay right through what comes later.
      if (round % 3 === 1)
        await labelsThen(server.services, volumeId, moments[0]).then((then) => then.readBrick(keys[2]));
      if (round % 4 === 3) await foldAll(server.services, volumeId);
    }
    await foldAll(server.services, volumeId);
    for (const position of [0, ...moments]) await expectThen(volumeId, position, base);
    // Undone long after it was folded, and not yet folded itself.
    pages[0].undo();
    pages[0].undo();
    await Promise.all(pages.map(saved));
    const { room } = await liveVolumesOf(server.services).use(volumeId, async (live) => live);
    await waitFor(() => room.isSettled, "repaired");
    for (const position of [0, ...moments, room.position]) await expectThen(volumeId, position, base);
  });

  it("have a stroke that was undone before it was folded, in a brick of which there is no version", async () => {
    const volumeId = await newVolume("undone early");
    const ada = await page(people.ada, volumeId);
    const label = ada.newLabel();
    await paint(ada, label, 10, 130, 138);
    await saved(ada);
    const { room } = await liveVolumesOf(server.services).use(volumeId, async (live) => live);
    const painted = room.position;
    ada.undo();
    await saved(ada);
    await foldAll(server.services, volumeId);
    expect(room.versions.of(brickKeyOf(0, 0, 2))).toEqual([]);
    for (const position of [painted - 1, painted, room.position]) await expectThen(volumeId, position, new Map());
    const then = await labelsThen(server.services, volumeId, painted);
    expect((await then.readBrick(brickKeyOf(0, 0, 2)))?.[indexInBrick(3, 10, 132)]).toBe(label);
  });

  it("are told apart from what is forgotten, and from what has not been yet; viewers may see them, strangers not", async () => {
    const volumeId = await newVolume("old");
    const ada = await page(people.ada, volumeId);
    const [old, young] = [ada.newLabel(), ada.newLabel()];
    await paint(ada, old, 10);
    await saved(ada);
    await foldAll(server.services, volumeId);
    const { db } = server.services;
    await db
      .update(labelJournal)
      .set({ createdAt: new Date(Date.now() - 40 * 86_400_000) })
      .where(eq(labelJournal.volumeId, volumeId));
    const live = await liveVolumesOf(server.services).use(volumeId, async (live) => live);
    const [first] = await readJournal(volumeId);
    await paint(ada, young, 12);
    await saved(ada);
    await foldAll(server.services, volumeId);
    await live.tidyWhenDue();
    const [{ floor }] = await db.select({ floor: volume.historyFloor }).from(volume).where(eq(volume.id, volumeId));
    expect(floor).toBe(first.position);
    const get = async (position: number, cookie = people.vera.cookie) => {
      const response = await fetch(`${server.address}/api/volumes/${volumeId}/history/${position}/bricks/${keys[0]}`, {
        headers: { cookie },
      });
      return { status: response.status, text: response.status === 422 ? await response.text() : "" };
    };
    expect((await get(floor)).status).toBe(200);
    expect(await get(floor - 1)).toMatchObject({ status: 422, text: expect.stringContaining("history-forgotten") });
    expect(await get(live.room.position + 1)).toMatchObject({ text: expect.stringContaining("no-such-moment") });
    const stranger = await server.signUp("Olga");
    expect((await get(floor, stranger.cookie)).status).toBe(404);
    const then = await labelsThen(server.services, volumeId, floor);
    const voxels = await then.readBrick(keys[0]);
    expect([voxels?.[indexInBrick(3, 10, 12)], voxels?.[indexInBrick(3, 12, 12)]]).toEqual([old, 0]);
    expect(nucleiThen(encodeFacts(await then.readFacts())).fieldsOf(old)).toEqual({});
  });
});

describe("the acts of a volume", () => {
  it("are lines in a person's words, by nucleus, person and time; strokes in a row are one line", async () => {
    const volumeId = await newVolume("acts");
    const [ada, ben] = [await page(people.ada, volumeId), await page(people.ben, volumeId)];
    const [a, b] = [ada.newLabel(), ben.newLabel()];
    for (const y of [1, 2, 3]) {
      await paint(ada, a, y);
      await saved(ada);
      await paint(ben, b, y + 20);
      await saved(ben);
    }
    const accepted = ada.newLabel();
    await ada.commit({
      name: "accept",
      records: [
        { kind: "paint", label: accepted, runs: row(3, 40, 0, 5) },
        { kind: "field", label: accepted, field: "status", value: "accepted" },
        { kind: "field", label: accepted, field: "origin", value: "prediction/7" },
      ],
    });
    await ada.commit({ name: "class", records: [{ kind: "field", label: a, field: "class", value: "neuron" }] });
    await saved(ada);
    await ben.commit({ name: "merge", records: [{ kind: "merge", a: Math.min(a, b), b: Math.max(a, b) }] });
    await saved(ben);
    await paint(ada, 0, 2, 0, 15);
    await saved(ada);
    ada.undo();
    await saved(ada);
    const call = callOf(people.vera);
    const told = async (filter = {}) =>
      (await call.page.query({ volumeId, filter })).lines.map(({ turn, what, labels, acts, voxels, undone, userId }) =>
        [userId === people.ada.id ? "Ada" : "Ben", turn, what, labels.join(), acts, voxels, undone].join(" "),
      );
    const group = [a, b].sort((p, q) => p - q).join();
    const everything = [
      `Ada undo erased  1 15 0`,
      `Ada do erased  1 15 1`,
      `Ben do merged ${group} 1 0 0`,
      `Ada do class ${a} 1 0 0`,
      `Ada do accepted ${accepted} 1 5 0`,
      `Ben do painted ${b} 3 30 0`,
      `Ada do painted ${a} 3 30 0`,
    ];
    expect(await told()).toEqual(everything);
    expect(await told({ userId: people.ben.id })).toEqual(everything.filter((text) => text.startsWith("Ben")));
    const box = { minZyx: [3, 1, 10], maxZyx: [4, 4, 20] } as const;
    expect(await told({ nucleus: { labels: [a], box } })).toEqual([0, 1, 2, 3, 6].map((i) => everything[i]));
    expect(await told({ nucleus: { labels: [b], box: null } })).toEqual([everything[2], everything[5]]);
    await foldAll(server.services, volumeId);
    expect(await told()).toEqual(everything);
    const { people: named, lines } = await call.page.query({ volumeId });
    expect(named.map(({ name }) => name).sort()).toEqual(["Ada", "Ben"]);
    expect(lines.at(-1)?.box).toEqual({ minZyx: [3, 1, 10], maxZyx: [4, 4, 20] });
    const middle = new Date(lines[2].firstAtMs);
    expect(await told({ from: middle })).toEqual(everything.slice(0, 3));
    expect(await told({ until: middle })).toEqual(everything.slice(3));
    expect(await told({ from: new Date(Date.now() + 1000) })).toEqual([]);
    expect((await call.people.query({ volumeId })).map(({ name }) => name).sort()).toEqual(["Ada", "Ben"]);
    const moment = await call.moment.query({ volumeId, at: middle });
    expect(moment).toEqual({ position: lines[2].firstPosition - 1 });
  });

  it("are read page by page, each as dear as the page, and the pages are all of it", async () => {
    const volumeId = await newVolume("pages");
    const ada = await page(people.ada, volumeId);
    const { db } = server.services;
    await paint(ada, ada.newLabel(), 1);
    await saved(ada);
    const [row0] = await db.select().from(labelJournal).where(eq(labelJournal.volumeId, volumeId));
    const [session] = partsOf(recordIdOf(row0.session, row0.seq));
    for (let from = 0; from < 6000; from += 2000)
      await db.insert(labelJournal).values(
        Array.from({ length: 2000 }, (_, i) => ({
          ...row0,
          session,
          seq: 2 + from + i,
          position: row0.position + 1 + from + i,
          labels: [1000 + ((from + i) % 3000)],
          createdAt: new Date(row0.createdAt.getTime() + (from + i) * 1000),
        })),
      );
    const call = callOf(people.ada);
    const read = async (filter = {}) => {
      let [records, pages, cursor]: [number, number, { position: number; session: number; seq: number } | null] = [
        0,
        0,
        null,
      ];
      do {
        const got: Awaited<ReturnType<typeof call.page.query>> = await call.page.query({ volumeId, filter, cursor });
        expect(got.lines.reduce((sum, line) => sum + line.records, 0)).toBeLessThanOrEqual(400);
        records += got.lines.reduce((sum, line) => sum + line.records, 0);
        pages++;
        cursor = got.next;
      } while (cursor);
      return { records, pages };
    };
    expect(await read()).toEqual({ records: 6001, pages: 16 });
    expect(await read({ nucleus: { labels: [1007], box: null } })).toEqual({ records: 2, pages: 2 });
  });
});

describe("taking acts back", () => {
  it("is an act of who asks: exact, leaves what others painted since, says how much, and can be undone itself", async () => {
    const volumeId = await newVolume("take back");
    const [ada, ben] = [await page(people.ada, volumeId), await page(people.ben, volumeId)];
    const [a, b] = [ada.newLabel(), ben.newLabel()];
    await paint(ben, b, 10);
    await paint(ben, b, 11);
    await saved(ben);
    await paint(ada, a, 10, 15, 25);
    await saved(ada);
    await foldAll(server.services, volumeId);
    const call = callOf(people.ada);
    const { lines } = await call.page.query({ volumeId, filter: { userId: people.ben.id } });
    const preview = await call.previewUndo.query({ volumeId, choice: { spans: [...lines[0].spans] } });
    expect(preview).toMatchObject({ userIds: [people.ben.id], labels: [b], voxels: { changing: 15, staying: 5 } });
    const look = () => [at(ada, 10, 12), at(ada, 10, 17), at(ada, 11, 12)];
    expect(look()).toEqual([b, a, b]);
    ada.takeBack("take back 2 acts", preview.ids);
    await saved(ada);
    await waitFor(
      () => look().join() === [0, a, 0].join(),
      () => `taken back: ${look()}`,
    );
    const after = await call.previewUndo.query({ volumeId, choice: { spans: [...lines[0].spans] } });
    expect(after.ids).toEqual([]);
    expect((await call.page.query({ volumeId })).lines[0]).toMatchObject({ turn: "undo", what: "painted", acts: 2 });
    expect(ada.undo()).toEqual({ name: "take back 2 acts" });
    await waitFor(
      () => look().join() === [b, a, b].join(),
      () => `there again: ${look()}`,
    );
    expect(ada.redo()).toEqual({ name: "take back 2 acts" });
    await waitFor(
      () => look().join() === [0, a, 0].join(),
      () => `taken back again: ${look()}`,
    );

    const own = await callOf(people.ben).previewUndo.query({
      volumeId,
      choice: { userId: people.ada.id, from: new Date(0), until: new Date(Date.now() + 60_000) },
    });
    expect([own.userIds, own.labels]).toEqual([[people.ada.id], [a]]);
    // An annotator's page that does it nevertheless is refused at the gate.
    ben.takeBack("what is Ada's", own.ids);
    await waitFor(
      () => ben.saveState.kind === "refused",
      () => JSON.stringify(ben.saveState),
    );
    expect(look()).toEqual([0, a, 0]);
    await expect(
      callOf(people.vera).previewUndo.query({ volumeId, choice: { spans: [...lines[0].spans] } }),
    ).rejects.toThrow("annotator");
    const rows = await server.services.db
      .select({ seq: labelJournal.seq })
      .from(labelJournal)
      .where(
        and(eq(labelJournal.volumeId, volumeId), eq(labelJournal.userId, people.ben.id), eq(labelJournal.kind, 2)),
      );
    expect(rows).toEqual([]);
    expect(brickPositionZyx(keys[1])).toEqual([0, 1, 0]);
  });
});

it("what UNDOs of the version before name is read out of their bytes by the migration", async () => {
  const { db } = server.services;
  const targets = async () => {
    const { targetSession, targetSeq, session, seq, volumeId, kind } = labelJournal;
    const rows = await db
      .select({ volumeId, session, seq, targetSession, targetSeq })
      .from(labelJournal)
      .where(inArray(kind, [2, 3]));
    return rows.map((one) => Object.values(one).join(" ")).sort();
  };
  const known = await targets();
  expect(known.length).toBeGreaterThan(10);
  const folder = new URL("../../db/migrations/", import.meta.url);
  const file = (await readdir(folder)).find((name) => name.endsWith("_label_history.sql")) ?? "";
  const statements = (await readFile(new URL(file, folder), "utf8")).split("--> statement-breakpoint");
  const [make, fill] = ["CREATE FUNCTION", 'UPDATE "label_journal"'].map((words) =>
    statements.find((statement) => statement.includes(words)),
  );
  await db.transaction(async (tx) => {
    await tx.update(labelJournal).set({ targetSession: null, targetSeq: null });
    await tx.execute(sql.raw(make ?? ""));
    await tx.execute(sql.raw(fill ?? ""));
  });
  expect(await targets()).toEqual(known);
});
