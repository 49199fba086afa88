import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { datasetVersion, snapshot, upload } from "../../../db/schema/index.ts";
import { seedVolume } from "../../testing/seed-training.ts";
import { startTestServer, type TestPerson, type TestServer } from "../../testing/test-server.ts";
import { storageMeterOf } from "./storage-meter.ts";

let server: TestServer;
let ada: TestPerson;
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada");
});
afterAll(() => server.close());

it("sums up by kind and by project what lies there, in a process of its own, and keeps it", async () => {
  const { db, blobs } = server.services;
  const [one, two] = [
    await server.createProject("One", [[ada, "owner"]]),
    await server.createProject("Two", [[ada, "owner"]]),
  ];
  const put = (key: string, bytes: number) => blobs.put(key, new Uint8Array(bytes));
  const volumeId = await seedVolume(server.services, { projectId: one, createdBy: ada.id });
  const otherId = await seedVolume(server.services, { projectId: two, createdBy: ada.id });
  const [frozen] = await db.insert(snapshot).values({ projectId: one, reason: "training" }).returning();
  const [version] = await db
    .insert(datasetVersion)
    .values({ projectId: two, version: 1, createdBy: ada.id, state: "failed" })
    .returning();
  const file = { projectId: two, userId: ada.id, fileName: "a.tif", sizeBytes: 900, fingerprint: "f" };
  const [uploaded] = await db.insert(upload).values(file).returning();
  await put(`volumes/${volumeId}/image.ome.zarr/0/c/0/0/0`, 1_000);
  await put(`volumes/${volumeId}/image.ome.zarr/zarr.json`, 10);
  await put(`volumes/${volumeId}/image.ome.zarr/labels/imported/0/c/0/0/0`, 200);
  await put(`volumes/${volumeId}/paint/abc`, 30);
  await put(`volumes/${otherId}/image.ome.zarr/0/c/0/0/0`, 4_000);
  await put(`snapshots/${frozen.id}/${volumeId}/labels.ome.zarr/zarr.json`, 5);
  await put(`datasets/${version.id}/x/known.ome.zarr/zarr.json`, 6);
  await put(`projects/${one}/jobs/j/1/weights.bin`, 70);
  await put("volumes/00000000-0000-4000-8000-000000000000/base/1", 8);
  const folder = path.join(server.dataRoot, "uploads", uploaded.id);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "file"), new Uint8Array(900));

  const meter = storageMeterOf(server.services);
  expect(await meter.read()).toMatchObject({ usage: null, measuring: true, failure: null });
  await meter.settled();
  const { usage, disk, measuring } = await meter.read();
  expect(measuring).toBe(false);
  expect(disk.freeBytes).toBeGreaterThan(0);
  expect(disk.totalBytes).toBeGreaterThan(disk.freeBytes);
  expect(disk.low).toBe(disk.freeBytes < disk.totalBytes / 10);
  const nothing = { images: 0, labels: 0, snapshots: 0, versions: 0, checkpoints: 0, uploads: 0 };
  expect(usage?.projects).toEqual([
    { projectId: two, name: "Two", bytes: { ...nothing, images: 4_000, versions: 6, uploads: 900 } },
    { projectId: one, name: "One", bytes: { ...nothing, images: 1_010, labels: 230, snapshots: 5, checkpoints: 70 } },
  ]);
  expect(usage?.total).toEqual({
    images: 5_010,
    labels: 238,
    snapshots: 5,
    versions: 6,
    checkpoints: 70,
    uploads: 900,
  });
  expect(usage?.ownerlessBytes).toBe(8);
  expect(usage?.databaseBytes).toBeGreaterThan(1_000_000);

  await put(`volumes/${volumeId}/paint/def`, 1);
  expect((await meter.read()).usage).toBe(usage); // still fresh
  expect((await meter.read({ afresh: true })).measuring).toBe(true);
  await meter.settled();
  expect((await meter.read()).usage?.total.labels).toBe(239);
});
