import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CollabDocument } from "../../../core/sync/create-label-document.ts";
import { brickKeyOf, indexInBrick } from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { labelBaseVersion, labelJournal, labelWal } from "../../../db/schema/index.ts";
import { findMissingBlobs, findNamedBlobs } from "../../backup/named-blobs.ts";
import { isPainted } from "../../imports/finish-import.ts";
import { startTestServer, type TestPerson, type TestServer } from "../../testing/test-server.ts";
import { createTestClient } from "../../testing/trpc-client.ts";
import { closeLiveVolumes, liveVolumesOf } from "../live/live-volumes.ts";
import { freezeLabels } from "../operations/freeze-labels.ts";
import { MemoryOutboxStore, openCollabClient } from "../testing/collab-client.ts";
import { createReadyVolume } from "../testing/collab-fixture.ts";
import { foldAll } from "../testing/fold-all.ts";
import { waitFor } from "../testing/wait-for.ts";

const shapeZyx: Zyx = [40, 90, 130];
const keys = [0, 1, 2].flatMap((bx) => [brickKeyOf(0, 0, bx), brickKeyOf(0, 1, bx)]);

let server: TestServer;
let ada: TestPerson;
let ben: TestPerson;
let projectId: string;
const open: CollabDocument[] = [];

beforeAll(async () => {
  server = await startTestServer();
  [ada, ben] = [await server.signUp("Ada"), await server.signUp("Ben")];
  projectId = await server.createProject("p", [
    [ada, "owner"],
    [ben, "annotator"],
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

const paint = (document: CollabDocument, label: number, y: number, x = 60) =>
  document.commit({ name: "brush", records: [{ kind: "paint", label, runs: Int32Array.from([3, y, x, x + 10]) }] });

const labelAt = (document: CollabDocument, y: number, x = 60) => {
  const [bz, by, bx] = [0, Math.floor(y / 64), Math.floor(x / 64)];
  return document.readBrick(brickKeyOf(bz, by, bx))?.[indexInBrick(3, y % 64, x % 64)];
};

const fold = (volumeId: string) => foldAll(server.services, volumeId);

describe("labels that have been folded into the base", () => {
  it("look the same to those who are there, who come later, the list, a frozen state, and after a restart", async () => {
    const base = new Map([[keys[0], new Uint32Array(64 ** 3).fill(7, 0, 64)]]);
    const volumeId = await createReadyVolume(server.services, {
      projectId,
      createdBy: ada.id,
      shapeZyx,
      name: "same",
      base,
    });
    const [first, second] = [await page(ada, volumeId), await page(ben, volumeId)];
    const [a, b, c] = [first.newLabel(), first.newLabel(), second.newLabel()];
    await paint(first, a, 10);
    await paint(first, b, 12);
    await paint(second, c, 70, 120);
    await first.commit({ name: "accept", records: [{ kind: "field", label: a, field: "status", value: "corrected" }] });
    await Promise.all([saved(first), saved(second)]);
    await second.commit({ name: "merge", records: [{ kind: "merge", a, b }] });
    await paint(second, c, 14);
    second.undo();
    await Promise.all([saved(first), saved(second)]);
    const look = (document: CollabDocument) => ({
      labels: [labelAt(document, 10), labelAt(document, 12), labelAt(document, 70, 120), labelAt(document, 14)],
      imported: document.readBrick(keys[0])?.[5],
      status: document.fieldsOf(b).status,
      group: document.canonicalLabel(b),
    });
    const wanted = { labels: [a, b, c, 0], imported: 7, status: "corrected", group: a };
    expect(look(first)).toEqual(wanted);
    await fold(volumeId);
    const { room } = await liveVolumesOf(server.services).use(volumeId, async (live) => live);
    await waitFor(() => (first as CollabDocument).saveState.kind === "saved", "saved");
    expect(room.fold.size).toBe(0);
    const { db, blobs } = server.services;
    const rows = await db.select().from(labelJournal).where(eq(labelJournal.volumeId, volumeId));
    expect(rows.map(({ undone }) => undone).filter(Boolean)).toHaveLength(1);
    expect(rows.every(({ foldedGeneration }) => foldedGeneration !== null)).toBe(true);
    const seeAll = async () => {
      for (const document of [first, second, await page(ben, volumeId)])
        await waitFor(
          () => JSON.stringify(look(document)) === JSON.stringify(wanted),
          () => JSON.stringify(look(document)),
        );
      const frozen = await freezeLabels(server.services, volumeId);
      expect((await frozen.readBrick(brickKeyOf(0, 1, 1)))?.[indexInBrick(3, 6, 60)]).toBe(c);
      expect([frozen.fieldsOf(a).status, frozen.lastTouchedBy(b)?.userId]).toEqual(["corrected", ben.id]);
      const listed = await createTestClient(server.address, ada.cookie).nucleus.list.query({ volumeId });
      expect([...listed.label].sort((p, q) => p - q)).toEqual([7, a, c]);
    };
    await seeAll();
    await closeLiveVolumes(server.services);
    await seeAll();
    const bricksMissing = async () =>
      (await findMissingBlobs(blobs, await findNamedBlobs(db), 10)).filter((key) => key.includes("/bricks/"));
    expect(await bricksMissing()).toEqual([]);
    const [{ blob }] = await db.select().from(labelBaseVersion).where(eq(labelBaseVersion.volumeId, volumeId));
    await blobs.remove(blob ?? "");
    expect(await bricksMissing()).toEqual([blob]);
  });

  it("can be undone and redone: brick and field, by the page that made them", async () => {
    const volumeId = await createReadyVolume(server.services, {
      projectId,
      createdBy: ada.id,
      shapeZyx,
      name: "undone",
    });
    const [first, second] = [await page(ada, volumeId), await page(ben, volumeId)];
    const label = first.newLabel();
    await paint(first, label, 10);
    await first.commit({ name: "reject", records: [{ kind: "field", label, field: "status", value: "rejected" }] });
    await saved(first);
    await paint(second, second.newLabel(), 10, 65);
    await saved(second);
    await fold(volumeId);
    const sees = (text: string, ...wanted: unknown[]) =>
      waitFor(
        () =>
          [first, second].every(
            (document) =>
              JSON.stringify([labelAt(document, 10), document.fieldsOf(label).status ?? null]) ===
              JSON.stringify(wanted),
          ),
        () => `${text}: ${[first, second].map((d) => [labelAt(d, 10), d.fieldsOf(label).status])}`,
      );
    await sees("folded", label, "rejected");
    first.undo();
    await sees("status undone", label, null);
    first.undo();
    await sees("stroke undone", 0, null);
    expect(labelAt(first, 10, 68)).toBe(labelAt(second, 10, 68));
    expect(labelAt(first, 10, 68)).toBeGreaterThan(0);
    await fold(volumeId);
    first.redo();
    first.redo();
    await sees("both redone", label, "rejected");
    await closeLiveVolumes(server.services);
    await sees("after a restart", label, "rejected");
  });

  it("leave a short log, versions of what changed only, and a brick as of an older rev as it was", async () => {
    const volumeId = await createReadyVolume(server.services, { projectId, createdBy: ada.id, shapeZyx, name: "log" });
    const first = await page(ada, volumeId);
    const label = first.newLabel();
    const at = async (rev: number) => {
      const response = await fetch(`${server.address}/api/volumes/${volumeId}/bricks/${keys[0]}?rev=${rev}`, {
        headers: { cookie: ada.cookie },
      });
      return response.status === 200
        ? new Uint32Array(await response.arrayBuffer())[indexInBrick(3, 10, 60)]
        : response.status;
    };
    for (const value of [label, 0, label]) {
      await paint(first, value, 10);
      await saved(first);
      await fold(volumeId);
    }
    const { room } = await liveVolumesOf(server.services).use(volumeId, async (live) => live);
    const versions = room.versions.of(keys[0]).map(({ rev }) => rev);
    expect(await Promise.all([0, ...versions, room.rev + 1].map(at))).toEqual([204, label, 204, label, 410]);
    const { db } = server.services;
    const stored = await db.select().from(labelBaseVersion).where(eq(labelBaseVersion.volumeId, volumeId));
    expect(new Set(stored.map(({ key }) => key))).toEqual(new Set([brickKeyOf(0, 0, 0), brickKeyOf(0, 0, 1)]));
    const log = await db.select().from(labelWal).where(eq(labelWal.volumeId, volumeId));
    expect(log.length).toBeLessThan(room.position);
  });

  it("lose their history when it is old, and nothing else; what is younger can still be undone", async () => {
    const volumeId = await createReadyVolume(server.services, { projectId, createdBy: ada.id, shapeZyx, name: "old" });
    const { db, blobs } = server.services;
    const first = await page(ada, volumeId);
    const [old, young] = [first.newLabel(), first.newLabel()];
    await paint(first, old, 10);
    await first.commit({
      name: "accept",
      records: [{ kind: "field", label: old, field: "status", value: "accepted" }],
    });
    await saved(first);
    await fold(volumeId);
    await db
      .update(labelJournal)
      .set({ createdAt: new Date(Date.now() - 40 * 86_400_000) })
      .where(eq(labelJournal.volumeId, volumeId));
    await paint(first, young, 10, 64);
    await saved(first);
    await fold(volumeId);
    await blobs.put(`volumes/${volumeId}/bricks/0/9-left`, Uint8Array.of(1));
    const live = await liveVolumesOf(server.services).use(volumeId, async (live) => live);
    await live.tidyWhenDue();
    const rows = await db.select().from(labelJournal).where(eq(labelJournal.volumeId, volumeId));
    expect(rows.map(({ labels }) => labels)).toEqual([[young]]);
    expect(await blobs.get(`volumes/${volumeId}/bricks/0/9-left`)).toBeNull();
    first.undo();
    await waitFor(
      () => labelAt(first, 10, 65) === old && labelAt(first, 10, 71) === 0,
      () => `undone: ${labelAt(first, 10, 65)}, ${labelAt(first, 10, 71)}`,
    );
    // Older than the history: it stays.
    first.undo();
    first.undo();
    await saved(first);
    await closeLiveVolumes(server.services);
    const later = await page(ben, volumeId);
    await waitFor(
      () => labelAt(later, 10, 65) === old && later.fieldsOf(old).status === "accepted",
      () => `kept: ${labelAt(later, 10, 65)} ${later.fieldsOf(old).status}`,
    );
    expect(await isPainted(db, volumeId)).toBe(true);
  });
});
