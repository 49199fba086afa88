import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CollabDocument } from "../../../core/sync/create-label-document.ts";
import { RecordKind } from "../../../core/sync/record/record.ts";
import { encodeRecord, metaBody, undoBody } from "../../../core/sync/record/record-codec.ts";
import { encodeKeptEdits, type KeptEdit, sealOf, toBase64 } from "../../../core/sync/unsent/kept-edits-file.ts";
import { decodeKeptEdits } from "../../../core/sync/unsent/read-kept-edits.ts";
import { encodePiece, piecesOf } from "../../../core/sync/unsent/sealed-piece.ts";
import { brickKeyOf, indexInBrick } from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { auditEvent, labelJournal, projectMember, volumeSession } from "../../../db/schema/index.ts";
import { startTestServer, type TestPerson, type TestServer } from "../../testing/test-server.ts";
import { createTestClient } from "../../testing/trpc-client.ts";
import { startSession } from "../journal/start-session.ts";
import { MemoryOutboxStore, openCollabClient } from "../testing/collab-client.ts";
import { createReadyVolume } from "../testing/collab-fixture.ts";
import { waitFor } from "../testing/wait-for.ts";

const shapeZyx: Zyx = [40, 90, 130];
const fileSha256 = "ab".repeat(32);

let server: TestServer;
let ada: TestPerson;
let ben: TestPerson;
let olga: TestPerson;
let projectId: string;
const open: CollabDocument[] = [];
beforeAll(async () => {
  server = await startTestServer();
  [ada, ben, olga] = [await server.signUp("Ada"), await server.signUp("Ben"), await server.signUp("Olga")];
  projectId = await server.createProject("p", [
    [ada, "owner"],
    [ben, "annotator"],
  ]);
  await server.createProject("other", [[olga, "owner"]]);
});
afterAll(async () => {
  for (const document of open) document.close();
  await server.close();
});

/** A browser whose disk is slow: no edit leaves before it is kept. */
class SlowOutbox extends MemoryOutboxStore {
  isStuck = false;
  override append(rows: Parameters<MemoryOutboxStore["append"]>[0]): Promise<void> {
    return this.isStuck ? new Promise(() => {}) : super.append(rows);
  }
}

function page(person: TestPerson, volumeId: string, outbox = new SlowOutbox()): CollabDocument {
  const document = openCollabClient({
    address: () => server.address,
    cookie: () => person.cookie,
    volumeId,
    shapeZyx,
    outbox,
    planLimits: { bodyBytes: 600, inlineRecords: 2 },
  });
  open.push(document);
  void document.start();
  return document;
}
let volumes = 0;
const newVolume = () =>
  createReadyVolume(server.services, { projectId, createdBy: ada.id, shapeZyx, name: `embryo ${++volumes}` });
const saved = (document: CollabDocument) => waitFor(() => document.saveState.kind === "saved", "saved");
const at = (document: CollabDocument, z: number, y: number, x: number) =>
  document.readBrick(brickKeyOf(z >> 6, y >> 6, x >> 6))?.[indexInBrick(z & 63, y & 63, x & 63)];
const journalOf = (volumeId: string) =>
  server.services.db.select().from(labelJournal).where(eq(labelJournal.volumeId, volumeId));
const audited = (volumeId: string) =>
  server.services.db
    .select()
    .from(auditEvent)
    .where(eq(auditEvent.act, "volume.edits-brought-in"))
    .then((rows) => rows.filter(({ details }) => (details as { volumeId: string }).volumeId === volumeId));

const callsOf = (person: TestPerson, volumeId: string) => ({
  send: (edits: readonly KeptEdit[]) =>
    createTestClient(server.address, person.cookie).volume.bringInEdits.mutate({
      volumeId,
      fileSha256,
      piece: toBase64(encodePiece(edits)),
    }),
  async upload({ sha256, bytes }: NonNullable<KeptEdit["blob"]>) {
    const response = await fetch(`${server.address}/api/volumes/${volumeId}/paint/${sha256}`, {
      method: "PUT",
      headers: { cookie: person.cookie, origin: server.address },
      body: Uint8Array.from(bytes),
    });
    expect(response.status).toBe(204);
  },
});

/** Uneven lines, which deflate badly: more than fits into two small records. */
const largePaint = () => {
  const runs: number[] = [];
  for (let y = 0; y < 90; y++)
    for (let x = (y * 7) % 5; x < 120; x += 6 + ((x * y) % 5)) runs.push(20, y, x, x + 1 + ((x + y) % 4));
  return Int32Array.from(runs);
};

it("what a removed member's browser kept becomes theirs, large paints and undos included; twice, or sent by themselves later, it is there once", async () => {
  const volumeId = await newVolume();
  const outbox = new SlowOutbox();
  const bens = page(ben, volumeId, outbox);
  await saved(bens);
  const first = bens.newLabel();
  await bens.commit({ name: "brush", records: [{ kind: "paint", label: first, runs: Int32Array.from([1, 2, 3, 9]) }] });
  await saved(bens);
  outbox.isStuck = true;
  const [a, b] = [bens.newLabel(), bens.newLabel()];
  void bens.commit({ name: "brush", records: [{ kind: "paint", label: a, runs: Int32Array.from([1, 3, 60, 72]) }] });
  void bens.commit({ name: "large", records: [{ kind: "paint", label: b, runs: largePaint() }] });
  void bens.commit({ name: "status", records: [{ kind: "field", label: a, field: "status", value: "unfinished" }] });
  void bens.commit({ name: "brush", records: [{ kind: "paint", label: a, runs: Int32Array.from([5, 5, 5, 9]) }] });
  bens.undo();
  await createTestClient(server.address, ada.cookie).member.remove.mutate({ projectId, userId: ben.id });
  await waitFor(() => bens.saveState.kind === "read-only", "Ben is told");
  const unsaved = bens.unsavedRecords();
  const written = encodeKeptEdits({
    volumeId,
    userId: ben.id,
    savedAt: new Date(),
    unsaved,
    refused: [],
  });
  bens.close();
  const { edits } = decodeKeptEdits(written);
  expect(edits.filter(({ blob }) => blob).length).toBeGreaterThan(0);

  const { send, upload } = callsOf(ada, volumeId);
  // A piece that begins too late is refused whole, as is a large paint whose voxels are not there.
  await expect(send(edits.slice(1))).rejects.toThrow("made before these are missing");
  await expect(send(edits)).rejects.toThrow(/does not take an edit.*voxels are not known/);
  expect(await journalOf(volumeId)).toHaveLength(1);

  for (const { blob } of edits) if (blob) await upload(blob);
  // As a page that dies in the middle and begins again does.
  const small = [edits.slice(0, 2), edits];
  expect(await send(small[0])).toEqual({ madeBy: "Ben", broughtIn: 2, alreadyThere: 0 });
  expect(await send(small[1])).toEqual({ madeBy: "Ben", broughtIn: edits.length - 2, alreadyThere: 2 });
  const rows = await journalOf(volumeId);
  expect(rows).toHaveLength(1 + edits.length);
  expect(new Set(rows.map(({ userId }) => userId))).toEqual(new Set([ben.id]));
  expect(await send(edits)).toEqual({ madeBy: "Ben", broughtIn: 0, alreadyThere: edits.length });
  expect((await audited(volumeId)).map(({ actorId, details }) => [actorId, details])).toMatchObject([
    [ada.id, { edits: 2, file: fileSha256, person: { id: ben.id, name: "Ben" } }],
    [ada.id, { edits: edits.length - 2 }],
  ]);

  const adas = page(ada, volumeId);
  await saved(adas);
  await adas.loadBricks([brickKeyOf(0, 0, 0), brickKeyOf(0, 0, 1), brickKeyOf(0, 1, 0), brickKeyOf(0, 1, 1)]);
  const runs = largePaint();
  await waitFor(() => at(adas, runs[0], runs[1], runs[2]) === b, "the large paint at Ada's");
  for (let i = 0; i < runs.length; i += 4) expect(at(adas, runs[i], runs[i + 1], runs[i + 2])).toBe(b);
  expect([at(adas, 1, 3, 60), at(adas, 1, 3, 71), at(adas, 5, 5, 6)]).toEqual([a, a, 0]);
  expect(adas.fieldsOf(a).status).toBe("unfinished");

  // Ben is back, in the browser that still keeps them.
  await server.services.db
    .insert(projectMember)
    .values({ projectId, userId: ben.id, role: "annotator", pseudonym: "P7" });
  const kept = new SlowOutbox();
  kept.rows = [...unsaved];
  const again = page(ben, volumeId, kept);
  await saved(again);
  await waitFor(() => kept.rows.length === 0, "an empty outbox");
  expect(await journalOf(volumeId)).toHaveLength(1 + edits.length);
});

it("nobody writes in another's name: not an owner, not a member, not with a file of another volume", async () => {
  const [volumeId, otherId] = [await newVolume(), await newVolume()];
  const { db } = server.services;
  const bens = await startSession(db, volumeId, ben.id, null);
  const adas = await startSession(db, volumeId, ada.id, null);
  await startSession(db, otherId, ben.id, null);
  const [{ sealKey: otherKey }] = await db
    .select({ sealKey: volumeSession.sealKey })
    .from(volumeSession)
    .where(eq(volumeSession.volumeId, otherId));
  const status = (session: number, seq: number, label = bens.firstLabel): Uint8Array =>
    encodeRecord({ kind: RecordKind.meta, session, seq, stamp: 10 }, metaBody(label, "status", "accepted"));
  const sealed = (stored: Uint8Array, key: string): KeptEdit => ({
    id: "",
    act: "",
    stored,
    seal: sealOf(key, stored),
  });
  const own = (seq: number) => sealed(status(bens.row.session, seq), bens.sealKey);
  const { send } = callsOf(ada, volumeId);
  const notGenuine = "not what one person made in this volume";

  // Ada's key over a record of Ben's session, a guessed one, and none.
  await expect(send([sealed(status(bens.row.session, 1), adas.sealKey)])).rejects.toThrow(notGenuine);
  await expect(send([{ ...own(1), seal: "00".repeat(32) }])).rejects.toThrow(notGenuine);
  await expect(send([{ ...own(1), stored: own(2).stored }])).rejects.toThrow(notGenuine);
  await expect(send([sealed(status(4_000_000, 1), bens.sealKey)])).rejects.toThrow(notGenuine);
  // Genuine edits of two people in one file: no browser writes that.
  await expect(send([own(1), sealed(status(adas.row.session, 1), adas.sealKey)])).rejects.toThrow(notGenuine);
  // Session 1 exists in both volumes.
  await expect(send([sealed(status(bens.row.session, 1), otherKey)])).rejects.toThrow(notGenuine);
  await expect(callsOf(ada, otherId).send([own(1)])).rejects.toThrow(notGenuine);
  // Sealed rightly, and beyond what its author may do.
  await expect(send([sealed(status(bens.row.session, 1, 4_000_000), bens.sealKey)])).rejects.toThrow("not known here");
  const ofAda = encodeRecord(
    { kind: RecordKind.undo, session: bens.row.session, seq: 1, stamp: 10 },
    undoBody(adas.row.session, 1),
  );
  await expect(send([sealed(ofAda, bens.sealKey)])).rejects.toThrow("only moderators undo what others did");
  const future = encodeRecord(
    { kind: RecordKind.meta, session: bens.row.session, seq: 1, stamp: 2 ** 40 },
    metaBody(bens.firstLabel, "status", "accepted"),
  );
  await expect(send([sealed(future, bens.sealKey)])).rejects.toThrow("from the future");
  const broken = own(1);
  await expect(send([{ ...broken, stored: Uint8Array.from([1, 2, 3, 4, 250]) }])).rejects.toThrow("cannot be read");

  // Only an owner, and no more at once than a piece.
  await expect(callsOf(ben, volumeId).send([own(1)])).rejects.toThrow("This needs the role owner");
  await expect(callsOf(olga, volumeId).send([own(1)])).rejects.toThrow("not a member");
  const many = Array.from({ length: 101 }, (_, i) => own(i + 1));
  await expect(send(many)).rejects.toThrow("more than 100 edits at once");
  await expect(send([{ ...own(1), stored: new Uint8Array(200_000) }])).rejects.toThrow();
  await expect(send([{ ...own(1), stored: new Uint8Array(700_000) }])).rejects.toThrow();
  expect(await journalOf(volumeId)).toEqual([]);
  expect(await audited(volumeId)).toEqual([]);

  for (const piece of piecesOf(many)) await send(piece);
  expect(await journalOf(volumeId)).toHaveLength(101);
});
