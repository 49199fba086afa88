import { DrizzleQueryError } from "drizzle-orm";
import pg from "pg";
import { expect, it } from "vitest";
import { createAuthLog } from "../auth/auth-log.ts";
import { createFailureLog } from "./failure-log.ts";
import { logOf } from "./log.ts";

const TOKEN = "a-session-token";
const failedQuery = (cause: Error) =>
  new DrizzleQueryError('select * from "session" where "token" = $1', [TOKEN], cause);

/** As pg throws it, of a server that is not there. */
async function refused(host: string): Promise<Error> {
  const client = new pg.Client({ host, port: 1, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  return client.connect().then(
    () => new Error("somebody answers"),
    (error: Error) => error,
  );
}

function logged() {
  const lines: string[] = [];
  let nowMs = 0;
  const wait = (ms: number): void => {
    nowMs += ms;
  };
  const output = { level: "info", format: "plain", now: () => new Date() } as const;
  const own = logOf("server", {
    ...output,
    write: (line) => void lines.push(line.trimEnd().replace(/^\S+ ERROR /, "")),
  });
  const log = createFailureLog(own, () => nowMs);
  return { lines, log, authLog: createAuthLog(log, own), wait };
}

it("says in one line, once in half a minute, that the database is away", async () => {
  const { lines, log, authLog, wait } = logged();
  const error = failedQuery(await refused("127.0.0.1"));
  for (let request = 0; request < 20; request++) {
    authLog("error", "INTERNAL_SERVER_ERROR", error);
    log.failed("volume.list", error);
  }
  expect(lines).toEqual([expect.stringMatching(/^The database is away: .*ECONNREFUSED.*$/)]);
  wait(29_000);
  log.failed("volume.list", error);
  expect(lines).toHaveLength(1);
  wait(2_000);
  log.failed("volume.list", error);
  expect(lines).toHaveLength(2);
});

it.each([
  async () => refused("/tmp/no-such-folder-of-sockets"),
  async () => Object.assign(new pg.DatabaseError("the database system is starting up", 9, "error"), { code: "57P03" }),
  async () => new Error("Connection terminated unexpectedly"),
])("knows a database that is away, %#", async (make) => {
  const { lines, log } = logged();
  log.failed("a request", failedQuery(await make()));
  expect(lines).toEqual([expect.stringMatching(/^The database is away: [^\n]+$/)]);
});

it("keeps the stack of everything else, every time, and never the parameters of a query", () => {
  const { lines, log, authLog } = logged();
  const broken = new pg.DatabaseError('column "tokn" does not exist', 9, "error");
  const missing = Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT", syscall: "open" });
  log.failed("volume.list", failedQuery(broken));
  authLog("error", "INTERNAL_SERVER_ERROR", failedQuery(broken));
  authLog("error", failedQuery(broken).message);
  log.failed("volume.list", missing);
  log.failed("volume.list", missing);
  expect(lines).toHaveLength(5);
  expect(lines[0]).toMatch(/^volume\.list failed: column "tokn" does not exist \(errorName=error\)\n +at /);
  expect(lines[1]).toContain('column "tokn" does not exist');
  expect(lines[3]).toMatch(/^volume\.list failed: ENOENT: no such file \(errorName=Error, errorCode=ENOENT\)\n +at /);
  expect(lines.join("\n")).not.toContain(TOKEN);
});
