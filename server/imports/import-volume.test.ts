import { readdir } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prediction, proposal, trainingBox, upload, volume } from "../../db/schema/index.ts";
import { liveVolumesOf } from "../collab/live/live-volumes.ts";
import { writePlainTiff } from "../ingest/testing/plain-tiff.ts";
import { poll } from "../ingest/testing/poll.ts";
import { readBackPyramid } from "../ingest/testing/read-back-pyramid.ts";
import { beginUploadRequest, fingerprintOf, putPiece, uploadBytes } from "../ingest/testing/upload-bytes.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";

let server: TestServer;
let ada: TestPerson;
let eve: TestPerson;
let projectId: string;
let client: ReturnType<typeof createTestClient>;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada Lovelace");
  eve = await server.signUp("Eve Stranger");
  projectId = await server.createProject("Embryos", [[ada, "owner"]]);
  await server.createProject("Other", [[eve, "owner"]]);
  client = createTestClient(server.address, ada.cookie);
});
afterAll(() => server.close());

const shape = [11, 70, 133] as const;
const voxels = 11 * 70 * 133;
const image = Uint16Array.from({ length: voxels }, (_, i) => (i * 7919) % 4001);
const labels = Uint16Array.from({ length: voxels }, (_, i) => {
  const x = i % 133;
  return x < 20 ? 3 : x > 100 ? 70 : 0;
});
const spaced = "ImageJ=1.53t\nimages=11\nslices=11\n";

const send = (name: string, bytes: Uint8Array) => uploadBytes(server.address, ada.cookie, projectId, name, bytes);
const blobs = (id: string, folder = "") =>
  readdir(path.join(server.dataRoot, "blobs/volumes", id, folder)).catch(() => null);
const folder = (name: string) => readdir(path.join(server.dataRoot, name)).catch(() => []);

/** When nothing of it is queued or running any more. */
const settled = (volumeId: string) =>
  poll(async () => {
    const row = await client.volume.byId.query({ volumeId });
    return row.import?.state === "done" || row.import?.state === "failed" ? row : null;
  }, 110_000);

async function importStack(name: string, labelsAs?: "accepted" | "proposals") {
  const uploadId = await send(`${name}.tif`, writePlainTiff(image, shape, spaced));
  const labelsId = labelsAs && (await send(`${name}_labels.tif`, writePlainTiff(labels, shape, spaced)));
  const { volumeId } = await client.volume.startImport.mutate({
    projectId,
    name,
    specimen: name,
    image: { uploadId, image: "stack" },
    voxelSizeZyx: [2, 0.5, 0.5],
    labels: labelsId && labelsAs ? { uploadId: labelsId, image: "stack", mode: labelsAs, complete: true } : null,
  });
  return volumeId;
}

describe("an import", { timeout: 120_000 }, () => {
  it("turns an uploaded TIFF into a volume that a viewer can open, its labels the base at revision 0", async () => {
    const uploadId = await send("size.tif", writePlainTiff(image, shape, spaced));
    const { contents } = await client.volume.inspectUpload.mutate({ projectId, uploadId });
    expect(contents.images).toMatchObject([{ shapeZyx: shape, pixelType: "uint16", voxelSizeZyx: null }]);
    await expect(
      client.volume.startImport.mutate({
        projectId,
        name: "Embryo 1",
        specimen: "embryo 1",
        image: { uploadId, image: "stack" },
        voxelSizeZyx: null,
      }),
    ).rejects.toMatchObject({ data: { problem: { tag: "voxel-size-missing" } } });

    const volumeId = await importStack("Embryo 1", "accepted");
    const row = await settled(volumeId);
    expect(row).toMatchObject({ state: "ready", shapeZyx: shape, voxelSizeFrom: "person", baseLabels: "imported" });
    expect(row.quality).toMatchObject({ min: 0, max: 4000, emptySlices: [] });
    expect(row.import?.labels).toEqual({ mode: "accepted", count: 2, largestId: 70, renamed: {} });
    const boxes = await server.services.db.select().from(trainingBox).where(eq(trainingBox.volumeId, volumeId));
    expect(boxes).toMatchObject([{ kind: "fully-labelled", minZyx: [0, 0, 0], maxZyx: shape }]);
    const [{ labelCounter }] = await server.services.db.select().from(volume).where(eq(volume.id, volumeId));
    expect(labelCounter).toBe(70);

    const read = (key: string) =>
      fetch(`${server.address}/zarr/${volumeId}/${key}`, { headers: { cookie: ada.cookie } });
    const stored = await readBackPyramid(read, "image.ome.zarr");
    expect(stored.levels[0].pixels).toEqual(image);
    expect(stored.levels.map((level) => level.shapeZyx)).toEqual([shape, [11, 35, 67], [11, 18, 34]]);
    expect(stored.levels.map((level) => level.dimensionNames)).toEqual([
      ["z", "y", "x"],
      ["z", "y", "x"],
      ["z", "y", "x"],
    ]);
    const storedLabels = await readBackPyramid(read, "image.ome.zarr/labels/imported");
    expect(storedLabels.levels[0].pixels).toEqual(Uint32Array.from(labels));
    expect(storedLabels.levels).toHaveLength(3);
    expect(await blobs(volumeId, "base")).toHaveLength(2 * 3);
    expect(await folder("scratch")).toEqual([]);

    const again = await read("image.ome.zarr/0/c/0/0/0");
    const etag = again.headers.get("etag") ?? "";
    expect(again.headers.get("cache-control")).toContain("immutable");
    const unchanged = await fetch(again.url, { headers: { cookie: ada.cookie, "if-none-match": etag } });
    expect(unchanged.status).toBe(304);
  });

  it("makes a volume of every time point in one act, with the labels of that time; all or none", async () => {
    const size = [3, 14, 9] as const;
    const [plane, channels, times] = [14 * 9, 2, 2];
    // As ImageJ lays them out: channels, then slices, then times.
    const page = (t: number, z: number, c: number) => ((t * size[0] + z) * channels + c) * plane;
    const stack = Uint16Array.from({ length: times * size[0] * channels * plane }, (_, i) => (i * 7919) % 60_013);
    const labelled = Uint16Array.from({ length: times * size[0] * plane }, (_, i) => {
      const t = Math.floor(i / (size[0] * plane));
      return i % 9 < 4 ? 10 + t : 0;
    });
    const hyperstack = (c: number) =>
      `ImageJ=1.53t\nimages=${times * size[0] * c}\nchannels=${c}\nslices=3\nframes=${times}\nhyperstack=true\n`;
    const moving = await send("Movie.tif", writePlainTiff(stack, [times * 6, 14, 9], hyperstack(channels)));
    const movingLabels = await send("Movie_labels.tif", writePlainTiff(labelled, [times * 3, 14, 9], hyperstack(1)));
    const still = await send("Movie_one.tif", writePlainTiff(labelled.slice(0, 3 * plane), size, hyperstack(1)));
    const request = {
      projectId,
      name: "Movie",
      specimen: "embryo 9",
      image: { uploadId: moving, image: "stack", channel: 1 },
      voxelSizeZyx: [2, 0.5, 0.25] as [number, number, number],
      everyTime: true,
    };
    const one = { image: "stack", mode: "accepted", otherVoxelSize: true } as const;
    await expect(client.volume.startImport.mutate({ ...request, labels: { ...one, uploadId: still } })).rejects.toThrow(
      "do not have the times of the image",
    );
    const labels = { ...one, uploadId: movingLabels };
    const { volumeIds } = await client.volume.startImport.mutate({ ...request, labels });
    expect(volumeIds).toHaveLength(times);
    // One name is taken: none of them is made.
    await client.volume.rename.mutate({ volumeId: volumeIds[0], name: "Movie one", specimen: "embryo 9" });
    await expect(client.volume.startImport.mutate(request)).rejects.toThrow("called “Movie t2”");
    const names = (await client.volume.list.query({ projectId })).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith("Movie")).sort()).toEqual(["Movie one", "Movie t2"]);
    for (const [t, volumeId] of volumeIds.entries()) {
      expect((await settled(volumeId)).state).toBe("ready");
      const read = (key: string) =>
        fetch(`${server.address}/zarr/${volumeId}/${key}`, { headers: { cookie: ada.cookie } });
      const { pixels } = (await readBackPyramid(read, "image.ome.zarr")).levels[0];
      const wanted = [0, 1, 2].flatMap((z) => [...stack.subarray(page(t, z, 1), page(t, z, 1) + plane)]);
      expect([...pixels]).toEqual(wanted);
      const imported = (await readBackPyramid(read, "image.ome.zarr/labels/imported")).levels[0].pixels;
      expect([...imported]).toEqual([...labelled.subarray(t * 3 * plane, (t + 1) * 3 * plane)]);
    }
  });

  it("takes labels as proposals, never as labels", async () => {
    const volumeId = await importStack("Embryo 2", "proposals");
    const row = await settled(volumeId);
    expect(row).toMatchObject({ state: "ready", baseLabels: "none" });
    expect(row.import?.labels).toMatchObject({ mode: "proposals", count: 2 });
    const { db } = server.services;
    const rows = await db.select().from(prediction).where(eq(prediction.volumeId, volumeId));
    expect(rows).toMatchObject([{ source: "import", current: true }]);
    const proposals = await db.select().from(proposal).where(eq(proposal.volumeId, volumeId));
    expect(proposals.map((one) => one.voxels).sort((a, b) => a - b)).toEqual([20 * 770, 32 * 770]);
    expect(proposals.every((one) => one.state === "undecided" && one.touchesBorder)).toBe(true);
    expect(await blobs(volumeId, "base")).toBeNull();
    await poll(async () => (await blobs(volumeId, "incoming"))?.length === 0);
  });

  it("takes labels later, and names both shapes where they differ", async () => {
    const volumeId = await importStack("Embryo 3");
    await settled(volumeId);
    const small = await send("small_labels.tif", writePlainTiff(labels.subarray(0, 10 * 70 * 133), [10, 70, 133]));
    await expect(
      client.volume.addLabels.mutate({ volumeId, labels: { uploadId: small, image: "stack", mode: "accepted" } }),
    ).rejects.toMatchObject({
      data: { problem: { tag: "label-shape", what: expect.stringMatching(/10 × 70 × 133.*11 × 70 × 133/) } },
    });
    const uploadId = await send("late_labels.tif", writePlainTiff(labels, shape));
    await client.volume.addLabels.mutate({ volumeId, labels: { uploadId, image: "stack", mode: "accepted" } });
    expect(await settled(volumeId)).toMatchObject({
      state: "ready",
      baseLabels: "imported",
      import: { labels: { count: 2 } },
    });
    expect(await blobs(volumeId, "base")).toHaveLength(6);

    // A second label image never takes the place of the first: it goes over background only, under new ids.
    const shifted = Uint16Array.from(labels, (_, i) => (i % 133 < 40 ? 3 : 0));
    const second = await send("more_labels.tif", writePlainTiff(shifted, shape));
    await client.volume.addLabels.mutate({ volumeId, labels: { uploadId: second, image: "stack", mode: "accepted" } });
    await settled(volumeId);
    const [{ importedIdMap }] = await server.services.db.select().from(volume).where(eq(volume.id, volumeId));
    const renamed = importedIdMap ?? {};
    expect(Object.keys(renamed)).toEqual(["3"]);
    expect(renamed[3]).toBeGreaterThan(70);
    const live = await liveVolumesOf(server.services).use(volumeId, async (live) => live);
    const brick = await live.labels.readBrick(0);
    expect([0, 19, 20, 39, 40].map((x) => brick?.[x])).toEqual([3, 3, renamed[3], renamed[3], 0]);
  });

  it("says what is wrong with a broken file, and leaves nothing", async () => {
    const cut = await send("cut.tif", writePlainTiff(image, shape).slice(0, -300));
    await expect(client.volume.inspectUpload.mutate({ projectId, uploadId: cut })).rejects.toMatchObject({
      data: { problem: { tag: "file-truncated", where: expect.stringContaining("page 9") } },
    });
    const text = await send("notes.tif", new TextEncoder().encode("dear diary, no image today"));
    await expect(client.volume.inspectUpload.mutate({ projectId, uploadId: text })).rejects.toMatchObject({
      data: { problem: { tag: "unknown-format", what: expect.stringContaining("text file") } },
    });
    const fractions = Float32Array.from(labels, (label) => label + 0.5);
    const floats = await send("floats_labels.tif", writePlainTiff(fractions, shape));
    const imageId = await send("floats.tif", writePlainTiff(image, shape));
    const { volumeId } = await client.volume.startImport.mutate({
      projectId,
      name: "Broken labels",
      specimen: "x",
      image: { uploadId: imageId, image: "stack" },
      voxelSizeZyx: [1, 1, 1],
      labels: { uploadId: floats, image: "stack", mode: "accepted" },
    });
    const row = await settled(volumeId);
    expect(row).toMatchObject({ state: "failed", problem: { tag: "labels-not-whole", where: "z 0, y 0, x 0" } });
    expect(await blobs(volumeId)).toBeNull();
    await client.volume.cancelImport.mutate({ volumeId });
    expect((await client.volume.list.query({ projectId })).some(({ id }) => id === volumeId)).toBe(false);
  });

  it("can be cancelled while it runs, and leaves nothing", async () => {
    const first = await importStack("Cancelled 1", "accepted");
    await poll(async () => (await client.volume.byId.query({ volumeId: first })).import?.state === "running");
    await client.volume.cancelImport.mutate({ volumeId: first });
    const names = (await client.volume.list.query({ projectId })).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith("Cancelled"))).toEqual([]);
    expect(await blobs(first)).toBeNull();
    expect(await folder("scratch")).toEqual([]);
    const left = await server.services.db.select().from(upload);
    expect(left.filter(({ fileName }) => fileName.startsWith("Cancelled"))).toEqual([]);
  });

  it("makes the sample, and deletes it only when its name is given", async () => {
    const { volumeId } = await client.volume.createSample.mutate({ projectId, labels: "third" });
    const row = await settled(volumeId);
    expect(row).toMatchObject({ name: "Sample 1", shapeZyx: [48, 256, 256], state: "ready" });
    expect(row.import?.labels?.count).toBeGreaterThan(20);
    expect(row.quality?.signalToNoise).toBeGreaterThan(2);
    await expect(client.volume.delete.mutate({ volumeId, name: "Sample" })).rejects.toMatchObject({
      data: { problem: { tag: "name-differs" } },
    });
    await client.volume.delete.mutate({ volumeId, name: "Sample 1" });
    expect(await blobs(volumeId)).toBeNull();
  });
});

describe("an upload", () => {
  const bytes = Uint8Array.from({ length: 20_000_000 }, (_, i) => (i * 31) >> 3);
  const file = { fileName: "long.tif", sizeBytes: bytes.length, fingerprint: fingerprintOf("long.tif", bytes) };

  it("goes on where it stopped, ignores pieces twice or out of order, and refuses too much", async () => {
    const begin = async () =>
      (await (await beginUploadRequest(server.address, ada.cookie, projectId, file)).json()) as {
        uploadId: string;
        receivedBytes: number;
        pieceBytes: number;
      };
    const { uploadId, pieceBytes } = await begin();
    const put = async (offset: number, end: number) =>
      (await (
        await putPiece(server.address, ada.cookie, projectId, uploadId, offset, bytes.subarray(offset, end))
      ).json()) as { receivedBytes: number };
    expect(await put(0, pieceBytes)).toEqual({ receivedBytes: pieceBytes });
    expect(await put(0, pieceBytes)).toEqual({ receivedBytes: pieceBytes });
    expect(await put(12_000_000, 13_000_000)).toEqual({ receivedBytes: pieceBytes });
    await expect(client.volume.inspectUpload.mutate({ projectId, uploadId })).rejects.toMatchObject({
      data: { problem: { tag: "upload-incomplete" } },
    });
    // The same file chosen again, as after a closed tab.
    expect(await begin()).toMatchObject({ uploadId, receivedBytes: pieceBytes });
    expect(await put(pieceBytes, 2 * pieceBytes)).toEqual({ receivedBytes: 2 * pieceBytes });
    expect(await put(2 * pieceBytes, bytes.length)).toEqual({ receivedBytes: bytes.length });
    const beyond = await putPiece(server.address, ada.cookie, projectId, uploadId, bytes.length, new Uint8Array(8));
    expect(beyond.status).toBe(422);
    const large = await putPiece(server.address, ada.cookie, projectId, uploadId, 0, new Uint8Array(pieceBytes + 1));
    expect(large.status).toBe(413);
  });

  it("belongs to its project and person", async () => {
    const { uploadId } = (await (await beginUploadRequest(server.address, ada.cookie, projectId, file)).json()) as {
      uploadId: string;
    };
    expect((await beginUploadRequest(server.address, eve.cookie, projectId, file)).status).toBe(404);
    expect((await putPiece(server.address, eve.cookie, projectId, uploadId, 0, new Uint8Array(1))).status).toBe(404);
    const absurd = await beginUploadRequest(server.address, ada.cookie, projectId, { ...file, sizeBytes: 1e15 });
    expect(absurd.status).toBe(422);
  });

  it("shows no part of a volume to strangers, and nothing beside the images to anyone", async () => {
    const [{ id }] = await client.volume.list.query({ projectId });
    const get = (who: TestPerson, key: string) =>
      fetch(`${server.address}/zarr/${id}/${key}`, { headers: { cookie: who.cookie } });
    expect((await get(ada, "image.ome.zarr/zarr.json")).status).toBe(200);
    expect((await get(eve, "image.ome.zarr/zarr.json")).status).toBe(404);
    for (const key of ["base/0", "image.ome.zarr/../base/0", "..%2f..%2fblobs", "image.ome.zarr/0/c/0/0/99999"])
      expect((await get(ada, key)).status).toBe(404);
  });
});
