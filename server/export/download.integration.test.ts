import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { and, asc, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../core/edit/testing/seeded-random.ts";
import { EMPTY_PUBLICATION } from "../../core/publication/publication.ts";
import {
  auditEvent,
  checkpoint,
  datasetVersion,
  nucleusClass,
  project,
  projectMember,
  user,
  volume,
} from "../../db/schema/index.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { datasetArchive } from "./dataset-zip.ts";
import { datasetDescriptionSchema } from "./frozen/dataset-description.ts";
import { openDataset } from "./frozen/frozen-dataset.ts";
import { writeCheckpointFiles } from "./testing/dataset-fixture.ts";
import { addLabelledVolume } from "./testing/labelled-volume.ts";
import { untilFrozen } from "./testing/until-frozen.ts";
import { unzipTo } from "./testing/unzip-to.ts";
import { streamOf } from "./testing/zip-of.ts";

let server: TestServer;
let ada: TestPerson;
let bob: TestPerson;
let eve: TestPerson;
let projectId: string;
let folder: string;
let first: string;
let whole: Buffer;
let tag: string;
const owner = () => createTestClient(server.address, ada.cookie);
const FORMATS = "format=ome-zarr&format=ome-tiff&format=imagej&format=model";

const addressOf = (versionId: string, query = FORMATS) =>
  `${server.address}/api/projects/${projectId}/exports/${versionId}/zip?${query}`;
const ask = (headers: Record<string, string> = {}, method = "GET", cookie = ada.cookie, address = addressOf(first)) =>
  fetch(address, { method, headers: { cookie, ...headers } });
const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());

async function freeze(): Promise<string> {
  const { id } = await owner().export.create.mutate({ projectId, licence: "CC-BY-4.0" });
  expect((await untilFrozen(owner(), projectId, id)).problem).toBeNull();
  return id;
}

async function addCheckpoint(): Promise<string> {
  const [row] = await server.services.db
    .insert(checkpoint)
    .values({
      projectId,
      blobPrefix: "checkpoints/fixture/",
      configuration: { seed: 3 },
      nucleiLabelled: 2,
      activeMinutes: 1,
    })
    .returning({ id: checkpoint.id });
  await server.services.db.update(project).set({ currentCheckpointId: row.id }).where(eq(project.id, projectId));
  return row.id;
}

beforeAll(async () => {
  server = await startTestServer();
  [ada, bob, eve] = [await server.signUp("Ada Lovelace"), await server.signUp("Bob"), await server.signUp("Eve")];
  projectId = await server.createProject("Embryos", [
    [ada, "owner"],
    [bob, "viewer"],
  ]);
  await addLabelledVolume(server, projectId, ada.id, { name: "Embryo 1", specimen: "e1" });
  await writeCheckpointFiles(server.services.blobs, "checkpoints/fixture/");
  await addCheckpoint();
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-download-"));
  first = await freeze();
  const response = await ask();
  expect(response.status).toBe(200);
  tag = response.headers.get("etag") ?? "";
  whole = await bytesOf(response);
}, 120_000);
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

describe("a download", () => {
  it("says beforehand how large it is, that it resumes, and what it is", async () => {
    const response = await ask({}, "HEAD", bob.cookie);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-length": String(whole.length),
      "accept-ranges": "bytes",
      "content-type": "application/zip",
      "content-disposition": 'attachment; filename="embryos-v1.zip"',
      etag: tag,
    });
    expect(tag).toMatch(/^"[\w-]{43}"$/);
    expect((await bytesOf(response)).length).toBe(0);
  });

  it("is sent in any range", async () => {
    const random = seededRandom(17);
    for (let i = 0; i < 25; i++) {
      const start = Math.floor(random() * whole.length);
      const last = Math.min(whole.length - 1, start + Math.floor(random() ** 5 * whole.length));
      const response = await ask({ range: `bytes=${start}-${last}`, "if-range": tag });
      expect(response.status).toBe(206);
      expect(response.headers.get("content-range")).toBe(`bytes ${start}-${last}/${whole.length}`);
      const part = await bytesOf(response);
      expect(part.equals(whole.subarray(start, last + 1)), `${start} to ${last}`).toBe(true);
    }
    const end = await ask({ range: "bytes=-40" });
    expect(end.headers.get("content-length")).toBe("40");
    expect((await bytesOf(end)).equals(whole.subarray(-40))).toBe(true);
  });

  it("is sent whole where its begin is of another zip, and not at all where the client has it", async () => {
    const changed = await ask({ range: "bytes=5-9", "if-range": '"another"' });
    expect(changed.status).toBe(200);
    expect((await bytesOf(changed)).equals(whole)).toBe(true);
    expect((await ask({ "if-none-match": tag })).status).toBe(304);
    const beyond = await ask({ range: `bytes=${whole.length}-` });
    expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, `bytes */${whole.length}`]);
  });

  it("is for members in parts, too", async () => {
    for (const method of ["GET", "HEAD"]) {
      expect((await ask({ range: "bytes=100-" }, method, eve.cookie)).status).toBe(404);
      expect((await ask({ range: "bytes=100-" }, method, "")).status).toBe(401);
    }
  });

  it("goes on with curl where it broke off", async (context) => {
    if (!existsSync("/usr/bin/curl")) return context.skip("curl is not here: apt-get install curl");
    const file = path.join(folder, "resumed.zip");
    await writeFile(file, whole.subarray(0, Math.floor(whole.length * 0.6)));
    await promisify(execFile)("/usr/bin/curl", [
      ...["--silent", "--fail", "--continue-at", "-", "--header", `Cookie: ${ada.cookie}`],
      ...["--output", file, addressOf(first)],
    ]);
    expect((await readFile(file)).equals(whole)).toBe(true);
  });

  it("is one line of the audit log, in however many ranges it is fetched", async () => {
    const lines = () =>
      server.services.db
        .select()
        .from(auditEvent)
        .where(and(eq(auditEvent.act, "export.downloaded"), eq(auditEvent.actorId, bob.id)));
    for (const range of ["bytes=9-10", "bytes=20-", "bytes=-5"]) await bytesOf(await ask({ range }, "GET", bob.cookie));
    expect(await lines()).toHaveLength(1);
    await bytesOf(await ask({}, "GET", bob.cookie));
    expect(await lines()).toHaveLength(2);
  });

  it("is made of a version that was frozen before there were lists of its files", async () => {
    const { blobs } = server.services;
    await blobs.remove(`datasets/${first}/packing/`);
    await forgetIt();
    const response = await ask({ range: `bytes=${whole.length - 1000}-`, "if-range": tag });
    expect(response.status).toBe(206);
    expect((await bytesOf(response)).equals(whole.subarray(-1000))).toBe(true);
    expect(await blobs.head(`datasets/${first}/packing/imagej.json`)).toBeGreaterThan(0);
  }, 60_000);
});

/** The server lays out other zips meanwhile, so that it has to make this one anew. */
async function forgetIt(): Promise<void> {
  for (const query of ["format=ome-zarr", "format=ome-tiff", "format=imagej", "format=model"])
    expect((await ask({}, "HEAD", ada.cookie, addressOf(first, query))).status).toBe(200);
}

describe("frozen", () => {
  it("is the same to the last byte, whatever becomes of its project, its people and the model", async () => {
    const { db } = server.services;
    await db
      .update(project)
      .set({ name: "Another name", description: "Other words.", guidelines: "Otherwise.", dataLicence: "CC0-1.0" })
      .where(eq(project.id, projectId));
    await db.update(volume).set({ name: "Renamed", specimen: "e9" }).where(eq(volume.projectId, projectId));
    await db.update(user).set({ name: "Countess of Lovelace" }).where(eq(user.id, ada.id));
    await db.update(projectMember).set({ exportAs: "name" }).where(eq(projectMember.userId, ada.id));
    await db.insert(nucleusClass).values({ projectId, name: "mitotic", numberKey: 1, color: "#ff0000" });
    await addCheckpoint();
    await owner().publication.save.mutate({
      projectId,
      fields: { ...EMPTY_PUBLICATION, title: "A title" },
      revision: 0,
    });
    await forgetIt();
    const again = await ask();
    expect(again.headers.get("etag")).toBe(tag);
    expect((await bytesOf(again)).equals(whole)).toBe(true);
  });

  it("again from the same labels it differs in what is said of it, and in no file of data", async () => {
    const second = await freeze();
    const response = await ask({}, "GET", ada.cookie, addressOf(second));
    const digests = async (name: string, bytes: Buffer): Promise<Map<string, string>> => {
      const file = path.join(folder, `${name}.zip`);
      await writeFile(file, bytes);
      const files = await unzipTo(file, path.join(folder, name));
      const sums = [...files].find(([one]) => one.endsWith("/SHA256SUMS"))?.[1].toString() ?? "";
      return new Map(
        sums
          .trimEnd()
          .split("\n")
          .map((line) => [line.slice(66), line.slice(0, 64)] as const),
      );
    };
    const [before, after] = [await digests("first", whole), await digests("second", await bytesOf(response))];
    // The volume has another name now, which its files have, too.
    const renamed = new Map([...after].map(([name, sha256]) => [name.replace("renamed", "embryo-1"), sha256]));
    const others = [...before].filter(([name, sha256]) => renamed.get(name) !== sha256).map(([name]) => name);
    expect(others.filter((name) => /\.(tif|csv)$|\.ome\.zarr/.test(name))).toEqual(["nuclei.csv"]);
  });

  it("again with nothing changed it differs in number, ids and time alone", async () => {
    const { db, blobs } = server.services;
    await freeze();
    const rows = await db
      .select()
      .from(datasetVersion)
      .where(eq(datasetVersion.projectId, projectId))
      .orderBy(asc(datasetVersion.version));
    const [one, other] = rows.slice(-2).map((row) => datasetDescriptionSchema.parse(row.description));
    expect(other.version).toBe(one.version + 1);
    const { id, version, createdAt, snapshotId } = one;
    const { signal } = new AbortController();
    const formats = ["ome-zarr", "ome-tiff", "imagej"] as const;
    const bytesFrom = async (dataset: ReturnType<typeof openDataset>) =>
      buffer(streamOf(await datasetArchive({ dataset, formats, model: null }, new Map(), signal)));
    const asFirst = { ...openDataset(blobs, other), description: { ...other, id, version, createdAt, snapshotId } };
    expect((await bytesFrom(asFirst)).equals(await bytesFrom(openDataset(blobs, one)))).toBe(true);
  });
});
