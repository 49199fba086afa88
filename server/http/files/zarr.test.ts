import { gzipSync } from "node:zlib";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { BRICK_VOXELS } from "../../../core/volume/brick.ts";
import { session } from "../../../db/schema/index.ts";
import { seedVolume } from "../../testing/seed-training.ts";
import { startTestServer, type TestPerson, type TestServer } from "../../testing/test-server.ts";

let server: TestServer;
let ada: TestPerson;
let volumeId: string;
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada");
  const projectId = await server.createProject("chunks", [[ada, "viewer"]]);
  volumeId = await seedVolume(server.services, { projectId, createdBy: ada.id });
  const chunk = gzipSync(new Uint8Array(BRICK_VOXELS * 2));
  await server.services.blobs.put(`volumes/${volumeId}/image.ome.zarr/0/c/0/0/0`, chunk);
  await server.services.blobs.put(`volumes/${volumeId}/channels/2.ome.zarr/0/c/0/0/0`, chunk);
  await server.services.db.update(session).set({ lastSeenAt: new Date() }).where(eq(session.userId, ada.id));
});
afterAll(() => server.close());

/** Statements that the server sends while `act` runs: each goes through its pool or through a connection of it. */
async function statementsOf(act: () => Promise<unknown>): Promise<number> {
  const { pool } = server.services.connection;
  const query = vi.spyOn(pool, "query");
  const connect = vi.spyOn(pool, "connect");
  await act();
  // `pool.query` takes a connection itself.
  const count = Math.max(query.mock.calls.length, connect.mock.calls.length);
  query.mockRestore();
  connect.mockRestore();
  return count;
}

const get = (path: string) => fetch(`${server.address}${path}`, { headers: { cookie: ada.cookie } });

it.each([
  ["a chunk of an image", "zarr", "image.ome.zarr/0/c/0/0/0", 200],
  ["a chunk of another channel", "zarr", "channels/2.ome.zarr/0/c/0/0/0", 200],
  ["a chunk that is empty", "zarr", "image.ome.zarr/0/c/0/0/1", 404],
])("%s costs one statement", async (_name, route, path, status) => {
  let answered = 0;
  const statements = await statementsOf(async () => {
    answered = (await get(`/${route}/${volumeId}/${path}`)).status;
  });
  expect({ answered, statements }).toEqual({ answered: status, statements: 1 });
});

it("a brick of labels costs one statement while its room is open", async () => {
  const path = `/api/volumes/${volumeId}/bricks/0?rev=0`;
  expect((await get(path)).status).toBe(204);
  await vi.waitFor(async () => expect(await statementsOf(() => get(path))).toBe(1));
});

it("serves the arrays of a channel, with the headers of an image, and nothing else below its folder", async () => {
  const at = `${server.address}/zarr/${volumeId}/channels`;
  const chunk = await get(`/zarr/${volumeId}/channels/2.ome.zarr/0/c/0/0/0`);
  expect(chunk.headers.get("cache-control")).toContain("immutable");
  const headers = { cookie: ada.cookie, "if-none-match": chunk.headers.get("etag") ?? "" };
  expect((await fetch(chunk.url, { headers })).status).toBe(304);
  expect((await fetch(`${at}/2.ome.zarr/0/c/0/0/0`)).status).toBe(401);
  await server.services.blobs.put(`volumes/${volumeId}/channels/2.ome.zarr/labels/x/0/c/0/0/0`, Uint8Array.of(1));
  for (const path of [
    "2.ome.zarr/labels/x/0/c/0/0/0",
    "x.ome.zarr/0/c/0/0/0",
    "2.ome.zarr/../../base/0",
    "2.ome.zarr/",
  ])
    expect((await fetch(`${at}/${path}`, { headers: { cookie: ada.cookie } })).status, path).toBe(404);
  // Damage is found by the type of the volume, as every channel has it.
  await server.services.blobs.put(`volumes/${volumeId}/channels/3.ome.zarr/0/c/0/0/0`, gzipSync(new Uint8Array(9)));
  const damaged = await get(`/zarr/${volumeId}/channels/3.ome.zarr/0/c/0/0/0`);
  expect(await damaged.json()).toMatchObject({ tag: "chunk-damaged", where: "channels/3.ome.zarr/0/c/0/0/0" });
});
