import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { startEmbeddedPostgres } from "./embedded/embedded-postgres.ts";
import { holdSingleServerLock } from "./single-server.ts";
import { visitDatabase } from "./visit-database.ts";

const folder = await mkdtemp(path.join(os.tmpdir(), "kl-"));
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 8 }));

it("uses a database that runs, starts one that does not and holds it meanwhile, and says in words what hinders", async () => {
  const place = { dataRoot: path.join(folder, "data"), databaseUrl: null };
  const database = await startEmbeddedPostgres(place.dataRoot);
  const beside = await visitDatabase(place, () => {});
  expect(beside).toMatchObject({ startedHere: false, config: database.config });
  await beside.close();
  await database.stop();
  const alone = await visitDatabase(place, () => {});
  expect(alone.startedHere).toBe(true);
  await expect(holdSingleServerLock(alone.config, () => {})).rejects.toThrow("Another Karyoloop server is running");
  await alone.close();
  // A socket's path has room for 107 bytes.
  const deep = path.join(folder, "d".repeat(100));
  await mkdir(path.join(deep, "postgres"), { recursive: true });
  await writeFile(path.join(deep, "postgres", "PG_VERSION"), "18\n");
  await expect(visitDatabase({ dataRoot: deep, databaseUrl: null }, () => {})).rejects.toMatchObject({
    _tag: "Problem",
    tag: "database-unavailable",
    what: expect.stringContaining("choose a shorter KARYOLOOP_DATA"),
  });
});
