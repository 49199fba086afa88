import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { upload, user, volume } from "../../../db/schema/index.ts";
import { forgetAbandoned } from "../../imports/clean-up.ts";
import { changeInstallationSettings } from "../../settings/installation-settings.ts";
import { uploadFolder } from "../../storage/import-places.ts";
import { startTestServer, type TestPerson, type TestServer } from "../../testing/test-server.ts";
import { createTestClient } from "../../testing/trpc-client.ts";
import { writePlainTiff } from "../testing/plain-tiff.ts";
import { poll } from "../testing/poll.ts";
import { beginUploadRequest, fingerprintOf, putPiece, uploadBytes } from "../testing/upload-bytes.ts";
import { countStoredBytes } from "./count-stored-bytes.ts";

let server: TestServer;
let ada: TestPerson;
let ben: TestPerson;
let projectId: string;
let otherProject: string;
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada Lovelace");
  ben = await server.signUp("Ben Franklin");
  const root = await server.signUp("Grace Hopper");
  await server.services.db.update(user).set({ isAdministrator: true }).where(eq(user.id, root.id));
  projectId = await server.createProject("Embryos", [
    [ada, "owner"],
    [ben, "reviewer"],
  ]);
  otherProject = await server.createProject("Organoids", [[ada, "owner"]]);
});
afterAll(() => server.close());
afterEach(async () => {
  await changeInstallationSettings(server.services.db, { personQuotaGb: null, projectQuotaGb: null });
  await server.services.db.delete(upload);
});

const begin = (who: TestPerson, project: string, name: string, sizeBytes: number) =>
  beginUploadRequest(server.address, who.cookie, project, {
    fileName: name,
    sizeBytes,
    fingerprint: fingerprintOf(name, new Uint8Array()),
  });

it("a person's room: of all projects together, also of files that are still coming", async () => {
  const { db } = server.services;
  await changeInstallationSettings(db, { personQuotaGb: 0.01 });
  expect((await begin(ada, projectId, "one.tif", 6e6)).status).toBe(200);
  const refused = await begin(ada, otherProject, "two.tif", 5e6);
  expect(refused.status).toBe(422);
  expect(await refused.json()).toMatchObject({
    tag: "quota-exceeded",
    what: "You have room for 10 MB on this server, of which 6 MB are in use. two.tif needs 5 MB.",
    hint: expect.stringContaining("ask Grace Hopper"),
  });
  expect((await begin(ada, otherProject, "small.tif", 3e6)).status).toBe(200);
  expect((await begin(ben, projectId, "ben.tif", 9e6)).status).toBe(200);
  // The same file chosen again is the same upload.
  expect((await begin(ada, projectId, "one.tif", 6e6)).status).toBe(200);
});

it("two that begin at once do not both get the last room", async () => {
  await changeInstallationSettings(server.services.db, { projectQuotaGb: 0.01 });
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, i) => begin(i % 2 ? ada : ben, projectId, `at-once-${i}.tif`, 4e6)),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
  const refused = answers.find(({ status }) => status !== 200);
  expect(await refused?.json()).toMatchObject({
    what: expect.stringContaining("The project “Embryos” has room for 10 MB"),
  });
});

it("a quota that was lowered ends an upload that is under way", async () => {
  const { uploadId } = (await (await begin(ada, projectId, "long.tif", 20e6)).json()) as { uploadId: string };
  const put = (offset: number) =>
    putPiece(server.address, ada.cookie, projectId, uploadId, offset, new Uint8Array(1000));
  expect((await put(0)).status).toBe(200);
  await changeInstallationSettings(server.services.db, { personQuotaGb: 0.01 });
  const refused = await put(1000);
  expect(refused.status).toBe(422);
  expect(await refused.json()).toMatchObject({ tag: "quota-exceeded" });
});

it("what is stored is counted, for old volumes too; a volume beyond the quota is refused and leaves nothing", async () => {
  const { db } = server.services;
  const client = createTestClient(server.address, ada.cookie);
  const shape = [9, 80, 90] as const;
  // Noise: nothing of it gets smaller.
  let state = 1;
  const noise = Uint16Array.from({ length: 9 * 80 * 90 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >>> 16;
  });
  const start = async (name: string) => {
    const uploadId = await uploadBytes(
      server.address,
      ada.cookie,
      projectId,
      `${name}.tif`,
      writePlainTiff(noise, shape),
    );
    await client.volume.inspectUpload.mutate({ projectId, uploadId });
    return client.volume.startImport.mutate({
      projectId,
      name,
      specimen: name,
      image: { uploadId, image: "stack" },
      voxelSizeZyx: [2, 0.5, 0.5],
    });
  };
  const ended = (volumeId: string) =>
    poll(async () => {
      const row = await client.volume.byId.query({ volumeId });
      return (row.import?.state === "done" || row.import?.state === "failed") && row;
    }, 110_000);
  const { volumeId } = await start("noise");
  expect((await ended(volumeId)).state).toBe("ready");
  const folder = path.join(server.dataRoot, "blobs/volumes", volumeId);
  let onDisk = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) onDisk += (await readFile(path.join(entry.parentPath, entry.name))).length;
  const counted = async () => (await db.select().from(volume).where(eq(volume.id, volumeId)))[0].storedBytes;
  expect(await counted()).toBe(onDisk);
  expect((await client.volume.roomInUse.query({ projectId })).project).toEqual({ usedBytes: onDisk, quotaBytes: null });

  await db.update(volume).set({ storedBytes: null });
  await countStoredBytes(server.services, new AbortController().signal);
  expect(await counted()).toBe(onDisk);

  // The file fits; its pyramid does not.
  await changeInstallationSettings(db, { projectQuotaGb: (onDisk + noise.byteLength + 4000) / 1e9 });
  const second = await start("more noise");
  const failed = await ended(second.volumeId);
  expect(failed.problem).toMatchObject({
    tag: "quota-exceeded",
    what: expect.stringContaining("needs more than that"),
  });
  expect(await readdir(path.join(server.dataRoot, "blobs/volumes"))).toEqual([volumeId]);
}, 120_000);

it("abandoned uploads make room, the oldest first; what somebody still sends stays", async () => {
  const { db, environment } = server.services;
  const made: string[] = [];
  for (const name of ["old.tif", "older.tif", "fresh.tif"]) {
    const { uploadId } = (await (await begin(ada, projectId, name, 5000)).json()) as { uploadId: string };
    await putPiece(server.address, ada.cookie, projectId, uploadId, 0, new Uint8Array(1000));
    made.push(uploadId);
  }
  const [old, older, fresh] = made;
  await db.update(upload).set({ touchedAt: sql`now() - interval '2 hours'` }).where(eq(upload.id, old));
  await db.update(upload).set({ touchedAt: sql`now() - interval '3 hours'` }).where(eq(upload.id, older));
  const left = async () => new Set((await db.select({ id: upload.id }).from(upload)).map(({ id }) => id));
  expect(await forgetAbandoned(server.services, 500, null)).toBe(true);
  expect(await left()).toEqual(new Set([old, fresh]));
  await expect(readdir(uploadFolder(environment.dataRoot, older))).rejects.toThrow();
  expect(await forgetAbandoned(server.services, 1e9, null)).toBe(true);
  expect(await left()).toEqual(new Set([fresh]));
  expect(await forgetAbandoned(server.services, 1e9, null)).toBe(false);
});
