import { readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { writePlainTiff } from "./testing/plain-tiff.ts";
import { poll } from "./testing/poll.ts";
import { readBackPyramid } from "./testing/read-back-pyramid.ts";
import { uploadBytes } from "./testing/upload-bytes.ts";

let server: TestServer;
let ada: TestPerson;
let projectId: string;
let client: ReturnType<typeof createTestClient>;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada Lovelace");
  projectId = await server.createProject("Embryos", [[ada, "owner"]]);
  client = createTestClient(server.address, ada.cookie);
});
afterAll(() => server.close());

const shape = [11, 70, 133] as const;
const image = Uint16Array.from({ length: 11 * 70 * 133 }, (_, i) => (i * 7919) % 4001);
const labels = Uint16Array.from({ length: 11 * 70 * 133 }, (_, i) => {
  const x = i % 133;
  return x < 20 ? 3 : x > 100 ? 70 : 0;
});

const ready = (volumeId: string) =>
  poll(async () => {
    const row = await client.volume.byId.query({ volumeId });
    if (row.state === "failed") throw new Error(JSON.stringify(row.problem));
    return row.state === "ready" && row.import?.state !== "running" ? row : null;
  });

it("turns an uploaded TIFF into a volume that a viewer can open, its labels the base at revision 0", async () => {
  const uploadId = await uploadBytes(server.address, ada.cookie, projectId, "embryo.tif", writePlainTiff(image, shape));
  const labelsId = await uploadBytes(
    server.address,
    ada.cookie,
    projectId,
    "embryo_labels.tif",
    writePlainTiff(labels, shape),
  );
  const { contents } = await client.volume.inspectUpload.mutate({ projectId, uploadId });
  expect(contents.images).toMatchObject([{ shapeZyx: shape, pixelType: "uint16", voxelSizeZyx: null }]);
  const [{ path: imagePath }] = contents.images;
  const request = { projectId, name: "Embryo 1", specimen: "embryo 1", image: { uploadId, image: imagePath } };
  await expect(client.volume.startImport.mutate({ ...request, voxelSizeZyx: null })).rejects.toMatchObject({
    data: { problem: { tag: "voxel-size-missing" } },
  });
  const { volumeId } = await client.volume.startImport.mutate({
    ...request,
    voxelSizeZyx: [2, 0.5, 0.5],
    labels: { uploadId: labelsId, image: imagePath, mode: "accepted" },
  });
  const row = await ready(volumeId);
  expect(row).toMatchObject({ shapeZyx: shape, voxelSizeFrom: "person", baseLabels: "imported" });
  expect(row.quality).toMatchObject({ min: 0, max: 4000 });
  expect(row.import?.labels).toEqual({ mode: "accepted", count: 2, largestId: 70, renamed: {} });

  const read = (key: string) => fetch(`${server.address}/zarr/${volumeId}/${key}`, { headers: { cookie: ada.cookie } });
  const stored = await readBackPyramid(read, "image.ome.zarr");
  expect(stored.levels[0].pixels).toEqual(image);
  expect(stored.levels.map((level) => level.shapeZyx)).toEqual([shape, [11, 35, 67], [11, 18, 34]]);
  const storedLabels = await readBackPyramid(read, "image.ome.zarr/labels/imported");
  expect([...storedLabels.levels[0].pixels]).toEqual([...labels]);
  expect(storedLabels.levels).toHaveLength(3);
  const bricks = await readdir(path.join(server.dataRoot, "blobs/volumes", volumeId, "base"));
  expect(bricks.length).toBe(2 * 3);
  expect(await readdir(path.join(server.dataRoot, "uploads"))).toEqual([]);
  expect(await readdir(path.join(server.dataRoot, "scratch"))).toEqual([]);
});
