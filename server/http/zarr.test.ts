import { gzipSync } from "node:zlib";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { BRICK_VOXELS } from "../../core/volume/brick.ts";
import { session } from "../../db/schema/index.ts";
import { seedVolume } from "../testing/seed-training.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";

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
  ["a chunk that is empty", "zarr", "image.ome.zarr/0/c/0/0/1", 404],
])("%s costs one statement", async (_name, door, path, status) => {
  let answered = 0;
  const statements = await statementsOf(async () => {
    answered = (await get(`/${door}/${volumeId}/${path}`)).status;
  });
  expect({ answered, statements }).toEqual({ answered: status, statements: 1 });
});

it("a brick of labels costs one statement while its room is open", async () => {
  const path = `/api/volumes/${volumeId}/bricks/0?rev=0`;
  expect((await get(path)).status).toBe(204);
  await vi.waitFor(async () => expect(await statementsOf(() => get(path))).toBe(1));
});
