import { readdir, rename } from "node:fs/promises";
import path from "node:path";
import { and, eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { blobRemoval, importJob, project, upload, volume } from "../../db/schema/index.ts";
import { writePlainTiff } from "../ingest/testing/plain-tiff.ts";
import { poll } from "../ingest/testing/poll.ts";
import { beginUploadRequest, fingerprintOf, putPiece, uploadBytes } from "../ingest/testing/upload-bytes.ts";
import { insertVolume } from "../routers/volume/insert-volume.ts";
import { uploadFile, uploadFolder } from "../storage/import-places.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { sweepUploads } from "./clean-up.ts";
import { finishWithBase } from "./finish-import.ts";

let server: TestServer;
let ada: TestPerson;
let client: ReturnType<typeof createTestClient>;
let projectId: string;
let projects = 0;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada Lovelace");
  client = createTestClient(server.address, ada.cookie);
});
afterAll(() => server.close());
beforeEach(async () => {
  projectId = await server.createProject(`Embryos ${projects++}`, [[ada, "owner"]]);
});
afterEach(async () => {
  const [row] = await server.services.db.select().from(project).where(eq(project.id, projectId));
  if (row) await client.project.delete.mutate({ projectId, name: row.name });
});

const shape = [41, 150, 170] as const;
const voxels = 41 * 150 * 170;
const image = Uint16Array.from({ length: voxels }, (_, i) => (i * 7919) % 4001);
const labels = Uint16Array.from({ length: voxels }, (_, i) => (i % 170 < 60 ? 3 : 0));

const send = (name: string, pixels: Uint16Array) =>
  uploadBytes(server.address, ada.cookie, projectId, name, writePlainTiff(pixels, shape));

/** As `volume.startImport` does once it has looked into the files. */
async function startImport(name: string, withLabels = true) {
  const imageUpload = await send(`${name}.tif`, image);
  const labelUpload = withLabels ? await send(`${name}_labels.tif`, labels) : "";
  const origin = (uploadId: string) =>
    ({ kind: "upload", uploadId, fileName: `${name}.tif`, image: "stack", channel: 0, time: 0 }) as const;
  const { volumeId } = await insertVolume(
    server.services,
    {
      projectId,
      name,
      specimen: name,
      shapeZyx: [...shape],
      voxelSizeZyx: [2, 0.5, 0.5],
      voxelSizeFrom: "person",
      pixelType: "uint16",
      sourceFileName: `${name}.tif`,
      createdBy: ada.id,
    },
    {
      image: origin(imageUpload),
      labels: withLabels ? { origin: origin(labelUpload), mode: "accepted", complete: true } : null,
    },
  );
  return { volumeId, imageUpload, labelUpload };
}

const jobOf = async (volumeId: string) =>
  (await server.services.db.select().from(importJob).where(eq(importJob.volumeId, volumeId)))[0];

const settled = (volumeId: string) =>
  poll(async () => {
    const row = await client.volume.byId.query({ volumeId });
    return row.import?.state === "done" || row.import?.state === "failed" ? row : null;
  }, 150_000);

const inFolder = (name: string): Promise<string[]> => readdir(path.join(server.dataRoot, name)).catch(() => []);

async function blobKeys(volumeId: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of server.services.blobs.list(`volumes/${volumeId}/`)) keys.push(key);
  return keys;
}

/** Everything that an import of this project could have left: rows, blobs, pieces of uploads, scratch files. */
async function remains() {
  const { db } = server.services;
  const volumes = await db.select().from(volume).where(eq(volume.projectId, projectId));
  const uploads = await db.select().from(upload).where(eq(upload.projectId, projectId));
  return {
    volumes: volumes.map(({ name }) => name).sort(),
    jobs: (await db.select().from(importJob).where(eq(importJob.projectId, projectId))).length,
    uploads: uploads.map(({ fileName }) => fileName),
    pieces: await inFolder("uploads"),
    blobs: await inFolder("blobs/volumes"),
    scratch: await inFolder("scratch"),
    removals: (await db.select().from(blobRemoval)).length,
  };
}
const nothing = { volumes: [], jobs: 0, uploads: [], pieces: [], blobs: [], scratch: [], removals: 0 };

describe("a cancelled import leaves nothing", { timeout: 240_000 }, () => {
  it.each([
    ["as its process starts", "Reading"],
    ["while it writes the image", "Writing the image"],
    ["while it writes the labels", "Writing the labels"],
  ])("%s", async (_, phase) => {
    const { volumeId } = await startImport("Cancelled");
    expect((await remains()).pieces).toHaveLength(2);
    await poll(async () => (await jobOf(volumeId)).phase === phase, 60_000);
    await client.volume.cancelImport.mutate({ volumeId });
    expect(await remains()).toEqual(nothing);
    await expect(client.volume.byId.query({ volumeId })).rejects.toMatchObject({ data: { code: "NOT_FOUND" } });
  });

  it("while it waits for another, which goes on, and so does the one behind it", async () => {
    const running = await startImport("Running", false);
    const waiting = await startImport("Waiting");
    const behind = await startImport("Behind", false);
    await poll(async () => (await jobOf(running.volumeId)).state === "running", 60_000);
    expect((await jobOf(waiting.volumeId)).state).toBe("queued");
    await client.volume.cancelImport.mutate({ volumeId: waiting.volumeId });
    const left = await remains();
    expect(left).toMatchObject({ volumes: ["Behind", "Running"], jobs: 2, removals: 0 });
    expect(left.pieces.sort()).toEqual([running.imageUpload, behind.imageUpload].sort());
    expect(left.blobs).not.toContain(waiting.volumeId);
    expect((await settled(running.volumeId)).state).toBe("ready");
    expect((await settled(behind.volumeId)).state).toBe("ready");
    expect((await remains()).blobs.sort()).toEqual([running.volumeId, behind.volumeId].sort());
  });

  it("all of them at once, by two people", async () => {
    const begun = [await startImport("One"), await startImport("Two"), await startImport("Three")];
    await poll(async () => (await jobOf(begun[0].volumeId)).phase === "Writing the image", 60_000);
    const both = begun.flatMap(({ volumeId }) => [
      client.volume.cancelImport.mutate({ volumeId }),
      client.volume.cancelImport.mutate({ volumeId }),
    ]);
    // The second of a pair may find nothing there any more; none may fail.
    for (const answer of await Promise.allSettled(both))
      if (answer.status === "rejected") expect(answer.reason).toMatchObject({ data: { code: "NOT_FOUND" } });
    expect(await remains()).toEqual(nothing);
  });

  it("when it was already finishing: what comes too late changes nothing", async () => {
    const { db } = server.services;
    const { volumeId } = await startImport("Late");
    const job = await jobOf(volumeId);
    await client.volume.cancelImport.mutate({ volumeId });
    await expect(finishWithBase(server.services, job, null, null)).rejects.toMatchObject({ tag: "import-cancelled" });
    expect(await db.select().from(volume).where(eq(volume.id, volumeId))).toEqual([]);
    expect(await remains()).toEqual(nothing);
  });

  it("labels for a volume that is there: the volume stays as it was", async () => {
    const { volumeId } = await startImport("There", false);
    await settled(volumeId);
    const before = await blobKeys(volumeId);
    expect(before.length).toBeGreaterThan(10);
    const uploadId = await send("late_labels.tif", labels);
    await client.volume.addLabels.mutate({ volumeId, labels: { uploadId, image: "stack", mode: "accepted" } });
    await poll(async () => {
      const rows = await server.services.db
        .select()
        .from(importJob)
        .where(and(eq(importJob.volumeId, volumeId), eq(importJob.phase, "Writing the labels")));
      return rows.length > 0;
    }, 60_000);
    await client.volume.cancelImport.mutate({ volumeId });
    expect(await blobKeys(volumeId)).toEqual(before);
    expect(await client.volume.byId.query({ volumeId })).toMatchObject({ state: "ready", baseLabels: "none" });
    expect((await remains()).pieces).toEqual([]);
  });

  it("with its volume, or its whole project, deleted while it runs and a file is half-way", async () => {
    const first = await startImport("Deleted");
    await poll(async () => (await jobOf(first.volumeId)).phase === "Writing the image", 60_000);
    await client.volume.delete.mutate({ volumeId: first.volumeId, name: "Deleted" });
    expect(await remains()).toEqual(nothing);

    const second = await startImport("Running");
    const waiting = await startImport("Waiting");
    const bytes = new Uint8Array(9_000_000);
    const file = { fileName: "half.tif", sizeBytes: bytes.length, fingerprint: fingerprintOf("half.tif", bytes) };
    const { uploadId, pieceBytes } = await (
      await beginUploadRequest(server.address, ada.cookie, projectId, file)
    ).json();
    await putPiece(server.address, ada.cookie, projectId, uploadId, 0, bytes.subarray(0, pieceBytes));
    await poll(async () => (await jobOf(second.volumeId)).phase === "Writing the image", 60_000);
    expect((await remains()).pieces).toHaveLength(5);
    const { name } = await client.project.byId.query({ projectId });
    await client.project.delete.mutate({ projectId, name });
    expect(await remains()).toEqual(nothing);
    expect(await jobOf(waiting.volumeId)).toBeUndefined();
  });
});

it("a failed import can be tried again as long as its file is there", async () => {
  const { dataRoot, db } = { ...server, ...server.services };
  const { volumeId, imageUpload } = await startImport("Again");
  await poll(async () => (await jobOf(volumeId)).phase === "Reading", 60_000);
  const file = uploadFile(dataRoot, imageUpload);
  await rename(file, `${file}.away`);
  expect((await settled(volumeId)).state).toBe("failed");
  await rename(`${file}.away`, file);
  await client.volume.retryImport.mutate({ volumeId });
  expect(await settled(volumeId)).toMatchObject({ state: "ready", problem: null, import: { labels: { count: 1 } } });
  await poll(async () => (await remains()).pieces.length === 0);
  await expect(client.volume.retryImport.mutate({ volumeId })).rejects.toMatchObject({
    data: { problem: { tag: "nothing-failed" } },
  });
  await db.update(importJob).set({ state: "failed" }).where(eq(importJob.volumeId, volumeId));
  await expect(client.volume.retryImport.mutate({ volumeId })).rejects.toMatchObject({
    data: { problem: { tag: "upload-gone", hint: expect.stringContaining("choose the file again") } },
  });
}, 240_000);

it("an upload that nobody goes on with is removed after a week, and a folder that has no row", async () => {
  const { db } = server.services;
  const [old, fresh] = [await send("old.tif", image), await send("fresh.tif", image)];
  const age = (id: string, days: number) =>
    db
      .update(upload)
      .set({ touchedAt: sql`now() - make_interval(days => ${days})` })
      .where(eq(upload.id, id));
  await age(old, 8);
  await age(fresh, 6);
  const orphan = "00000000-0000-4000-8000-000000000000";
  await rename(uploadFolder(server.dataRoot, old), uploadFolder(server.dataRoot, orphan));
  await sweepUploads(db, server.dataRoot);
  expect(await remains()).toMatchObject({ uploads: ["fresh.tif"], pieces: [fresh] });
});
