import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Answer, askDatabase, waitForDatabase } from "./readiness.ts";

// So that the test's clock is that of the waits too.
vi.mock("node:timers/promises", () => ({
  setTimeout: (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs)),
}));

/** An ErrorResponse as the protocol has it (PostgreSQL manual, 54.7): fields of a letter and a text each. */
function errorResponse(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

let folder: string;
let server: Server | null = null;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-"));
});
afterEach(async () => {
  vi.useRealTimers();
  await new Promise<unknown>((resolve) => (server ? server.close(resolve) : resolve(null)));
  server = null;
  await rm(folder, { recursive: true, force: true });
});

it.each([
  ["57P03", "the database system is starting up", "busy"],
  ["57P03", "the database system is in recovery mode", "busy"],
  ["28P01", "password authentication failed", "refuses"],
  ["28000", "no pg_hba.conf entry", "refuses"],
])("a database that says %s (%s) is taken for %s", async (code, message, answer) => {
  server = createServer((socket) => socket.once("data", () => socket.end(errorResponse(code, message))));
  await new Promise<void>((resolve) => server?.listen(path.join(folder, ".s.PGSQL.5432"), resolve));
  expect(await askDatabase({ host: folder, port: 5432, user: "karyoloop", password: "x" })).toBe(answer);
});

it("where nothing listens, or something else does, nothing is there", async () => {
  expect(await askDatabase({ host: folder, port: 5432, user: "karyoloop" })).toBe("absent");
  server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server?.listen(path.join(folder, ".s.PGSQL.5432"), resolve));
  expect(await askDatabase({ host: folder, port: 5432, user: "karyoloop" })).toBe("absent");
});

/** Answers as at these seconds after the start; the clock is the test's. */
async function wait(answerAt: (seconds: number) => Answer) {
  vi.useFakeTimers();
  const beganAt = Date.now();
  const said: string[] = [];
  const waited = waitForDatabase({
    ask: async () => answerAt((Date.now() - beganAt) / 1000),
    say: (text) => said.push(text),
    log: () => "LOG:  redo in progress, elapsed time: 120.00 s, current LSN: 0/5D000028\n",
  }).then(
    (answer) => ({ answer, said, seconds: (Date.now() - beganAt) / 1000 }),
    (error: Error) => ({ answer: error.message, said, seconds: (Date.now() - beganAt) / 1000 }),
  );
  await vi.advanceTimersByTimeAsync(15 * 60_000);
  return waited;
}

it("a recovery of ten minutes is waited for, with a line now and then", async () => {
  const { answer, said, seconds } = await wait((at) => (at < 2 ? "absent" : at < 600 ? "busy" : "ready"));
  expect(answer).toBe("ready");
  expect(seconds).toBeCloseTo(600, 0);
  expect(said.length).toBeGreaterThan(50);
  expect(said.length).toBeLessThan(62);
  expect(said[30]).toMatch(/3\d\d s so far \(redo in progress, elapsed time: 120.00 s/);
});

it("one that says nothing for 30 s is given up, also after it had begun to recover", async () => {
  const silent = await wait(() => "absent");
  expect(silent.answer).toMatch(/did not answer within 30 s/);
  expect(silent.seconds).toBeCloseTo(30, 0);
  vi.useRealTimers();
  const fellSilent = await wait((at) => (at < 100 ? "busy" : "absent"));
  expect(fellSilent.answer).toMatch(/did not answer within 30 s/);
  expect(fellSilent.seconds).toBeCloseTo(130, 0);
});
