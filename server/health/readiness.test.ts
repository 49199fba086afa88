import { rename } from "node:fs/promises";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { startTestServer, type TestServer } from "../testing/test-server.ts";

const disk = vi.hoisted(() => ({ aboveReserveBytes: null as number | null }));
vi.mock("../storage/disk-room.ts", async (original) => {
  const real = await original<typeof import("../storage/disk-room.ts")>();
  return {
    ...real,
    async diskSpace(folder: string) {
      const space = await real.diskSpace(folder);
      if (disk.aboveReserveBytes === null) return space;
      return { ...space, freeBytes: space.reserveBytes + disk.aboveReserveBytes };
    },
  };
});

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

// An answer is kept for a second: each question is asked on a clock that has moved on.
const realNow = performance.now.bind(performance);
let aheadMs = 0;
beforeEach(() => vi.spyOn(performance, "now").mockImplementation(() => realNow() + aheadMs));
afterEach(() => {
  vi.restoreAllMocks();
  disk.aboveReserveBytes = null;
});

async function ready() {
  aheadMs += 2_000;
  const response = await fetch(`${server.address}/readyz`);
  return { status: response.status, body: await response.json() };
}
const well = { status: 200, body: { ready: true, notReady: [] } };
const without = (...notReady: string[]) => ({ status: 503, body: { ready: false, notReady } });

it("says that all is well", async () => {
  expect(await ready()).toEqual(well);
});

it("names a database that hangs, in about a second; however many ask, each part is looked at once", async () => {
  const { pool } = server.services.connection;
  let letGo = (_error: Error): void => {};
  const hanging = vi.spyOn(pool, "query").mockImplementation(
    () =>
      new Promise((_resolve, reject) => {
        const others = letGo;
        letGo = (error) => {
          others(error);
          reject(error);
        };
      }),
  );
  const startedAt = Date.now();
  for (let round = 0; round < 3; round++)
    expect(await Promise.all([ready(), ready(), ready()])).toEqual(Array(3).fill(without("database", "migrations")));
  expect(Date.now() - startedAt).toBeLessThan(10_000);
  // What else the server does in the background may hang, too.
  const isProbe = (query: unknown): boolean =>
    /^select 1$|__drizzle_migrations/.test(JSON.stringify(query).replace(/^"|"$/g, ""));
  expect(hanging.mock.calls.filter(([query]) => isProbe(query))).toHaveLength(2);
  expect((await fetch(`${server.address}/healthz`)).status).toBe(200);
  letGo(new Error("the database is back"));
  vi.mocked(pool.query).mockRestore();
  await expect.poll(ready).toEqual(well);
});

it("names a migration that is missing", async () => {
  const { db } = server.services;
  const newest = sql`(select max(created_at) from drizzle.__drizzle_migrations)`;
  await db.execute(
    sql`update drizzle.__drizzle_migrations set created_at = created_at - 1 where created_at = ${newest}`,
  );
  expect(await ready()).toEqual(without("migrations"));
  await db.execute(
    sql`update drizzle.__drizzle_migrations set created_at = created_at + 1 where created_at = ${newest}`,
  );
  expect(await ready()).toEqual(well);
});

it("names blobs that cannot be reached, and a data folder that is gone", async () => {
  vi.spyOn(server.services.blobs, "list").mockImplementation(() => {
    throw new Error("no such bucket");
  });
  expect(await ready()).toEqual(without("blobs"));
  vi.mocked(server.services.blobs.list).mockRestore();
  await rename(server.dataRoot, `${server.dataRoot}-away`);
  const { body } = await ready();
  await rename(`${server.dataRoot}-away`, server.dataRoot);
  expect(body.notReady).toEqual(expect.arrayContaining(["blobs", "disk"]));
  expect(await ready()).toEqual(well);
});

it("names a disk that has come to its reserve", async () => {
  disk.aboveReserveBytes = 0;
  expect(await ready()).toEqual(without("disk"));
  disk.aboveReserveBytes = 1;
  expect(await ready()).toEqual(well);
});
