import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { readEnvironment } from "../env.ts";
import { startServer } from "../start-server.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** Null while there is none. */
function postmasterPid(): number | null {
  try {
    return Number(readFileSync(path.join(server.dataRoot, "postgres", "postmaster.pid"), "utf8").split("\n")[0]);
  } catch {
    return null;
  }
}
const holders = async (): Promise<number> => {
  const { rows } = await server.services.db.execute<{ n: number }>(
    sql`select count(*)::int as n from pg_locks where locktype = 'advisory' and granted`,
  );
  return rows[0].n;
};

it("refuses a second server on the same data", async () => {
  const environment = readEnvironment({ KARYOLOOP_DATA: server.dataRoot, PORT: "0", KARYOLOOP_TRAINER: "none" });
  await expect(startServer(environment, async () => null)).rejects.toThrow("Another Karyoloop server is running");
  expect(await holders()).toBe(1);
});

it("starts a PostgreSQL that was killed with -9 again, loses nothing, and holds its lock again", async () => {
  const ada = await server.signUp("Ada");
  const killed = postmasterPid();
  const log = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  process.kill(Number(killed), "SIGKILL");
  const deadline = Date.now() + 30_000;
  for (;;) {
    // Its children answer for a moment longer.
    const isAnother = ![null, killed].includes(postmasterPid());
    const user = await server.services.authentication.userOf({ cookie: ada.cookie }).catch(() => null);
    if (isAnother && user && (await holders().catch(() => 0)) === 1) {
      expect(user.id).toBe(ada.id);
      break;
    }
    if (Date.now() > deadline) throw new Error("the database did not come back within 30 s");
    await sleep(50);
  }
  const said = log.mock.calls.map(([line]) => JSON.parse(String(line)) as { message: string; stack?: string[] });
  log.mockRestore();
  expect(said.map(({ message }) => message)).toContain("The embedded PostgreSQL ended; starting it again.");
  // However often it was asked meanwhile: no stack, and no session's token.
  expect(said.filter(({ stack }) => stack)).toEqual([]);
  expect(said.length).toBeLessThan(20);
});
