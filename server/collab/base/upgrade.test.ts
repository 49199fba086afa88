import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CollabDocument } from "../../../core/sync/create-label-document.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import {
  labelBlob,
  labelDocumentState,
  labelJournal,
  labelWal,
  volume,
  volumeSession,
} from "../../../db/schema/index.ts";
import { startTestServer, type TestPerson, type TestServer } from "../../testing/test-server.ts";
import { closeLiveVolumes, liveVolumesOf } from "../live/live-volumes.ts";
import { MemoryOutboxStore, openCollabClient } from "../testing/collab-client.ts";
import { foldAll } from "../testing/fold-all.ts";
import { waitFor } from "../testing/wait-for.ts";
import { baseBrickKey, paintBlobKey } from "./label-blob-keys.ts";

/**
 * Rows and blobs of a volume as the version before folds left them: two people, 89 records in five generations, undo,
 * redo, fields, a merge, a blob, an imported base; and what both pages showed. Written by that version's own server.
 */
interface VolumeBefore {
  readonly shapeZyx: Zyx;
  readonly epoch: number;
  readonly labelCounter: number;
  readonly sessionCounter: number;
  readonly base: string;
  readonly sessions: { session: number; user: "ada" | "ben"; afterSession: number | null; afterSeq: number | null }[];
  readonly wal: { position: number; update: string }[];
  readonly states: { position: number; state: string }[];
  readonly journal: {
    session: number;
    seq: number;
    stamp: number;
    kind: number;
    record: string;
    user: "ada" | "ben";
    labels: number[];
    brickKeys: number[];
    position: number;
  }[];
  readonly blobs: { sha256: string; bytes: string }[];
  readonly seen: {
    /** Start, length, label, repeated. */
    bricks: Record<string, number[]>;
    fields: Record<string, { status?: string }>;
    groups: Record<string, number>;
  };
}

const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, "base64"));

let server: TestServer;
let people: Record<"ada" | "ben", TestPerson>;
let before: VolumeBefore;
let volumeId: string;
const open: CollabDocument[] = [];

beforeAll(async () => {
  before = JSON.parse(await readFile(new URL("../testing/volume-before-folds.json", import.meta.url), "utf8"));
  server = await startTestServer();
  people = { ada: await server.signUp("Ada"), ben: await server.signUp("Ben") };
  const projectId = await server.createProject("p", [
    [people.ada, "owner"],
    [people.ben, "annotator"],
  ]);
  const { db, blobs } = server.services;
  const { shapeZyx, epoch, labelCounter, sessionCounter } = before;
  [{ id: volumeId }] = await db
    .insert(volume)
    .values({
      projectId,
      createdBy: people.ada.id,
      name: "embryo",
      specimen: "embryo",
      state: "ready",
      shapeZyx,
      epoch,
      labelCounter,
      sessionCounter,
      baseLabels: "imported",
      voxelSizeZyx: [2, 0.5, 0.5],
      voxelSizeFrom: "person",
      pixelType: "uint16",
      sourceFileName: "embryo.tif",
    })
    .returning({ id: volume.id });
  await blobs.put(baseBrickKey(volumeId, 0), bytesOf(before.base));
  const userOf = ({ user }: { user: "ada" | "ben" }) => people[user].id;
  await db
    .insert(volumeSession)
    .values(before.sessions.map(({ user, ...row }) => ({ ...row, volumeId, userId: userOf({ user }) })));
  await db
    .insert(labelWal)
    .values(before.wal.map(({ position, update }) => ({ volumeId, epoch, position, update: bytesOf(update) })));
  await db
    .insert(labelDocumentState)
    .values(before.states.map(({ position, state }) => ({ volumeId, epoch, position, state: bytesOf(state) })));
  await db.insert(labelJournal).values(
    before.journal.map(({ user, record, ...row }) => ({
      ...row,
      volumeId,
      userId: userOf({ user }),
      record: bytesOf(record),
    })),
  );
  for (const { sha256, bytes } of before.blobs) {
    await blobs.put(paintBlobKey(volumeId, sha256), bytesOf(bytes));
    await db.insert(labelBlob).values({ volumeId, sha256, sizeBytes: bytesOf(bytes).length, createdBy: people.ben.id });
  }
});
afterAll(async () => {
  for (const document of open) document.close();
  await server.close();
});

async function page(person: TestPerson): Promise<CollabDocument> {
  const document = openCollabClient({
    address: () => server.address,
    cookie: () => person.cookie,
    volumeId,
    shapeZyx: before.shapeZyx,
    outbox: new MemoryOutboxStore(),
  });
  open.push(document);
  await document.start();
  await waitFor(
    () => document.saveState.kind === "saved",
    () => JSON.stringify(document.saveState),
  );
  await document.loadBricks(Object.keys(before.seen.bricks).map(Number));
  return document;
}

function looksAsBefore(document: CollabDocument): string[] {
  const wrong: string[] = [];
  for (const [key, runs] of Object.entries(before.seen.bricks)) {
    const expected = new Uint32Array(64 ** 3);
    for (let i = 0; i < runs.length; i += 3) expected.fill(runs[i + 2], runs[i], runs[i] + runs[i + 1]);
    const shown = document.readBrick(Number(key));
    const at = expected.findIndex((label, i) => label !== shown?.[i]);
    if (at >= 0) wrong.push(`brick ${key}: ${shown?.[at]} at ${at}, not ${expected[at]}`);
  }
  for (const [label, fields] of Object.entries(before.seen.fields))
    if (document.fieldsOf(Number(label)).status !== fields.status) wrong.push(`status of ${label}`);
  for (const [label, group] of Object.entries(before.seen.groups))
    if (document.canonicalLabel(Number(label)) !== group) wrong.push(`group of ${label}`);
  return wrong;
}

it("a volume of the version before opens, looks as it did, and still does when all of it has been folded", async () => {
  const first = await page(people.ada);
  await waitFor(
    () => looksAsBefore(first).length === 0,
    () => looksAsBefore(first).join(),
  );
  await foldAll(server.services, volumeId);
  const { room } = await liveVolumesOf(server.services).use(volumeId, async (live) => live);
  expect(room.fold.size).toBe(0);
  expect(looksAsBefore(first)).toEqual([]);
  const later = await page(people.ben);
  await waitFor(
    () => looksAsBefore(later).length === 0,
    () => looksAsBefore(later).join(),
  );
  await closeLiveVolumes(server.services);
  const afterwards = await page(people.ben);
  await waitFor(
    () => looksAsBefore(afterwards).length === 0,
    () => looksAsBefore(afterwards).join(),
  );
});
