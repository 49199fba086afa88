import { stat } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { seededRandom } from "../../core/edit/testing/seeded-random.ts";
import { BRICK_VOXELS, brickBox, brickKeyOf } from "../../core/volume/brick.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { blobRemoval, checkpoint, snapshot, snapshotVolume } from "../../db/schema/index.ts";
import { readLabelChunk } from "../label-images/read-label-chunk.ts";
import { labelWorkerOf } from "../label-worker/label-worker.ts";
import { beginWriting, endAllWriting, removeScheduledBlobs } from "../storage/blob-removal.ts";
import { snapshotFolder, snapshotVolumeFolder } from "../storage/snapshot-places.ts";
import { seedVolume } from "../testing/seed-training.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { freezeProject } from "./freeze-project.ts";
import { dropSnapshot, sweepSnapshots } from "./sweep-snapshots.ts";

const SHAPE: Zyx = [20, 70, 130];
const LEFT = brickKeyOf(0, 0, 0);
const RIGHT = brickKeyOf(0, 0, 2);
const KEYS = [LEFT, RIGHT];

let server: TestServer;
let ada: TestPerson;
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada");
});
afterAll(() => server.close());

/** Labels at random places inside the volume. */
function brickOf(key: number, seed: number): Uint32Array {
  const random = seededRandom(seed);
  const brick = new Uint32Array(BRICK_VOXELS);
  const { minZyx, maxZyx } = brickBox(key, SHAPE);
  for (let z = 0; z < maxZyx[0] - minZyx[0]; z++)
    for (let y = 0; y < maxZyx[1] - minZyx[1]; y++)
      for (let x = 0; x < maxZyx[2] - minZyx[2]; x++)
        if (random() < 0.5) brick[(z * 64 + y) * 64 + x] = 1 + Math.floor(random() * 300);
  return brick;
}

async function newProject() {
  const projectId = await server.createProject("shared", [[ada, "owner"]]);
  const volumeId = await seedVolume(server.services, { projectId, createdBy: ada.id, shapeZyx: SHAPE });
  const bricks = new Map(KEYS.map((key, i) => [key, brickOf(key, i + 1)]));
  const write = async (key: number) =>
    server.services.blobs.put(
      `volumes/${volumeId}/base/${key}`,
      gzipSync(new Uint8Array(bricks.get(key)?.buffer as ArrayBuffer)),
    );
  for (const key of KEYS) await write(key);
  const freeze = () => freezeProject(server.services, { projectId, reason: "export", createdBy: ada.id });
  const prefixOf = (snapshotId: string) => `${snapshotVolumeFolder(snapshotId, volumeId)}labels.ome.zarr/`;
  return {
    projectId,
    volumeId,
    bricks,
    write,
    freeze,
    prefixOf,
    /** Whether a snapshot holds these bricks, voxel by voxel. */
    holds: async (snapshotId: string, wanted: readonly Uint32Array[]) => {
      const found = await Promise.all(
        KEYS.map((key) => readLabelChunk(server.services.blobs, prefixOf(snapshotId), key)),
      );
      return found.map((brick, i) => brick?.every((label, at) => label === wanted[i][at]) ?? false);
    },
    fileOf: async (snapshotId: string, key: number) =>
      (await stat(path.join(server.dataRoot, "blobs", prefixOf(snapshotId), `0/c/0/0/${key === LEFT ? 0 : 2}`))).ino,
  };
}
const keysBelow = async (prefix: string) => {
  const keys: string[] = [];
  for await (const key of server.services.blobs.list(prefix)) keys.push(key);
  return keys;
};

it("shares with the snapshot before what has not changed, and each stays whole when the other goes", {
  timeout: 240_000,
}, async () => {
  const { db, blobs } = server.services;
  const { bricks, write, freeze, holds, fileOf, prefixOf } = await newProject();
  const before = [...bricks.values()].map((brick) => brick.slice());
  const first = await freeze();
  const second = await freeze();
  expect(await fileOf(second, LEFT)).toBe(await fileOf(first, LEFT));
  expect(await keysBelow(prefixOf(second))).toHaveLength((await keysBelow(prefixOf(first))).length);
  const groupOf = async (id: string) => Buffer.from((await blobs.get(`${prefixOf(id)}zarr.json`)) ?? []).toString();
  expect(await groupOf(second)).toBe(await groupOf(first));

  // Nobody knows whether something has changed: it is looked at, chunk by chunk.
  await db.update(snapshotVolume).set({ labelsVersion: null });
  bricks.set(RIGHT, brickOf(RIGHT, 77));
  await write(RIGHT);
  const third = await freeze();
  expect(await fileOf(third, LEFT)).toBe(await fileOf(first, LEFT));
  expect(await fileOf(third, RIGHT)).not.toBe(await fileOf(first, RIGHT));
  let bytes = 0;
  for await (const { sizeBytes } of blobs.sizes("snapshots/")) bytes += sizeBytes;
  const whole = (await blobs.sizeOf(snapshotFolder(first))) + (await blobs.sizeOf(snapshotFolder(third)));
  expect(bytes).toBeLessThan(whole);

  await dropSnapshot(server.services, first);
  expect(await holds(second, before)).toEqual([true, true]);
  expect(await holds(third, [...bricks.values()])).toEqual([true, true]);
  expect(await holds(third, before)).toEqual([true, false]);
});

it("is whole though the snapshot that it shares with is dropped while it is written", {
  timeout: 240_000,
}, async () => {
  const { bricks, freeze, holds } = await newProject();
  const first = await freeze();
  const worker = labelWorkerOf(server.services);
  const freezing = vi.spyOn(worker, "freeze").mockImplementationOnce(async (task) => {
    expect(task.earlier).toMatchObject({ isSame: true });
    await dropSnapshot(server.services, first);
    return worker.freeze(task);
  });
  const second = await freeze();
  freezing.mockRestore();
  expect(await holds(second, [...bricks.values()])).toEqual([true, true]);
});

it("goes when nothing names it, and stays while a model does; what a killed server left unfinished goes at its start", {
  timeout: 240_000,
}, async () => {
  const { db, blobs } = server.services;
  const { projectId, freeze } = await newProject();
  const [named, unnamed] = [await freeze(), await freeze()];
  const model = { projectId, blobPrefix: "x", configuration: {}, nucleiLabelled: 1, activeMinutes: 1 };
  await db.insert(checkpoint).values({ ...model, snapshotId: named });
  const [unfinished] = await db.insert(snapshot).values({ projectId, reason: "training" }).returning();
  await blobs.put(`${snapshotFolder(unfinished.id)}v/labels.ome.zarr/0/c/0/0/0`, new Uint8Array(9));
  const [abandoned] = await db
    .insert(snapshot)
    .values({ projectId, reason: "training", createdAt: new Date(Date.now() - 7 * 3600_000) })
    .returning();
  await sweepSnapshots(server.services);
  const rows = async () =>
    (await db.select({ id: snapshot.id }).from(snapshot).where(eq(snapshot.projectId, projectId))).map(({ id }) => id);
  expect(await rows()).toHaveLength(3); // a training may be about to name it
  expect(await rows()).not.toContain(abandoned.id);
  await sweepSnapshots(server.services, { atStart: true });
  expect(await rows()).toEqual([named]);
  expect(await keysBelow(snapshotFolder(unnamed))).toEqual([]);
  expect(await keysBelow(snapshotFolder(unfinished.id))).toEqual([]);
  expect((await keysBelow(snapshotFolder(named))).length).toBeGreaterThan(2);
});

it("is whole though its process was killed twice in the middle", { timeout: 240_000 }, async () => {
  const { bricks, freeze, holds, projectId } = await newProject();
  const { db } = server.services;
  const worker = labelWorkerOf(server.services);
  const killed = new Set<number>();
  const freezing = freeze();
  const written = async () => {
    const [row] = await db.select({ id: snapshot.id }).from(snapshot).where(eq(snapshot.projectId, projectId));
    return row ? (await keysBelow(snapshotFolder(row.id))).length : 0;
  };
  for (const least of [0, 1])
    await vi.waitFor(
      async () => {
        const { pid } = worker;
        expect(pid !== undefined && !killed.has(pid) && (await written()) >= least).toBe(true);
        if (pid === undefined) return;
        killed.add(pid);
        process.kill(pid, "SIGKILL");
      },
      { timeout: 100_000, interval: 1 },
    );
  expect(await holds(await freezing, [...bricks.values()])).toEqual([true, true]);
  expect(killed.size).toBe(2);
});

it("an image that a killed server was writing goes at the next start, and not before", async () => {
  const { db, blobs } = server.services;
  const folder = "volumes/gone/predictions/p/";
  await beginWriting(db, folder);
  await blobs.put(`${folder}labels.ome.zarr/0/c/0/0/0`, new Uint8Array(3));
  await removeScheduledBlobs(db, blobs);
  expect(await keysBelow(folder)).toHaveLength(1);
  await endAllWriting(db);
  await removeScheduledBlobs(db, blobs);
  expect(await keysBelow(folder)).toEqual([]);
  expect(await db.select().from(blobRemoval)).toEqual([]);
});
