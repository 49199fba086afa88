import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { baseBrickKey } from "../../collab/base/label-blob-keys.ts";
import { createReadyVolume } from "../../collab/testing/collab-fixture.ts";
import { unzipLabelBrick } from "../../label-images/read-label-chunk.ts";
import { startTestServer, type TestPerson, type TestServer } from "../../testing/test-server.ts";

let server: TestServer;
let ada: TestPerson;
let volumeId: string;
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada Lovelace");
  const projectId = await server.createProject("Embryos", [[ada, "owner"]]);
  const base = new Map([[0, new Uint32Array(64 ** 3).fill(7)]]);
  volumeId = await createReadyVolume(server.services, { projectId, createdBy: ada.id, shapeZyx: [30, 60, 50], base });
});
afterAll(() => server.close());

const get = (path: string) => fetch(`${server.address}${path}`, { headers: { cookie: ada.cookie } });
const chunk = gzipSync(Uint8Array.from({ length: 2 * 64 ** 3 }, (_, i) => i * 31));
const ways: readonly (readonly [string, (whole: Uint8Array) => Uint8Array])[] = [
  ["cut off", (whole) => whole.slice(0, whole.length >> 1)],
  ["emptied", () => new Uint8Array(0)],
  ["overwritten with zeros", (whole) => new Uint8Array(whole.length)],
  ["of another size", () => gzipSync(new Uint8Array(1000))],
];

it.each(ways)(
  "a stored chunk or brick that was %s answers 422 and says which, so that nobody repeats it",
  async (_, damage) => {
    const { blobs } = server.services;
    const key = `volumes/${volumeId}/image.ome.zarr/0/c/0/0/0`;
    await blobs.put(key, chunk);
    expect((await get(`/zarr/${volumeId}/image.ome.zarr/0/c/0/0/0`)).status).toBe(200);
    await blobs.put(key, damage(chunk));
    const answer = await get(`/zarr/${volumeId}/image.ome.zarr/0/c/0/0/0`);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ tag: "chunk-damaged", where: "image.ome.zarr/0/c/0/0/0" });

    const brick = baseBrickKey(volumeId, 0);
    const whole = (await blobs.get(brick)) ?? new Uint8Array(0);
    await blobs.put(brick, damage(whole));
    const refused = await get(`/api/volumes/${volumeId}/bricks/0`);
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ tag: "brick-damaged", where: brick });
    await expect(unzipLabelBrick(damage(whole), "a/b")).rejects.toMatchObject({ tag: "brick-damaged", where: "a/b" });
    await blobs.put(brick, whole);
    expect((await get(`/api/volumes/${volumeId}/bricks/0`)).status).toBe(200);
  },
);

it("names that are no chunks are not looked for", async () => {
  for (const name of [
    "0/c/0/0/0/0",
    "0/c/-1/0/0",
    "0/c/99999/0/0",
    "../base/0",
    "0/c/0/0/%2e%2e",
    "0/c/0/0/0%00",
    "zarr.json/",
  ])
    expect((await get(`/zarr/${volumeId}/image.ome.zarr/${name}`)).status, name).toBe(404);
});
