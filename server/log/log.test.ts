import { DrizzleQueryError } from "drizzle-orm";
import pg from "pg";
import { describe, expect, it } from "vitest";
import type { LogFormat, LogLevel } from "./env.ts";
import { logOf } from "./log.ts";
import type { LogFields } from "./log-fields.ts";
import { relayLines } from "./relay-lines.ts";
import { withRequest } from "./request-context.ts";

/** A log into memory, and the bytes that would have left the process. */
function recorded(format: LogFormat = "json", level: LogLevel = "info") {
  let text = "";
  const output = {
    level,
    format,
    write: (line: string) => {
      text += line;
    },
    now: () => new Date("2026-11-24T10:11:12.345Z"),
  };
  return {
    output,
    log: logOf("test", output),
    text: () => text,
    lines: () => text.trimEnd().split("\n"),
    only: () => JSON.parse(text) as Record<string, unknown>,
  };
}

const formats = ["json", "plain"] as const;
/** What must never stand in a line as it is: C0 but the line's own end, DEL, C1, bidirectional and invisible ones. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
const SECRET = "s3cr3tPassw0rdOfAda";
const TOKEN = "Zm9vYmFyQmF6MTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3A";

const hostile = [
  "\u001b[2J\u001b]0;title\u0007\u001b[31mred",
  "one\ntwo\r\n\u001b[1Athree",
  "\u009b31m C1 \u0085 next line",
  "\u202egnp.exe\u202c \u2066isolate\u2069",
  "\u2028line\u2029paragraph\u0000nul\u200bzero\ufeff",
  "\ud800 lone surrogate",
];

describe.each(formats)("%s lines", (format) => {
  it.each(hostile)("make visible what a terminal would obey: %j", (text) => {
    const { log, text: written, lines } = recorded(format);
    log.error(text, { link: text, folder: text, stack: [text] });
    log.failed("a request failed", new Error(text));
    expect(written()).not.toMatch(OBEYED);
    expect(Buffer.from(written()).toString()).toBe(written());
    if (format === "json") for (const line of lines()) expect(JSON.stringify(JSON.parse(line))).toBe(line);
    // What decodes the JSON again, such as `jq -r`, must not get the bytes back either.
    if (format === "json") expect(Object.values(JSON.parse(lines()[0])).join("")).not.toMatch(OBEYED);
  });

  it("are bounded, however much comes", () => {
    const { log, text } = recorded(format);
    const long = "x\u001b".repeat(500_000);
    const startedAt = performance.now();
    log.error(long, { link: long, stack: Array(1_000).fill(long) });
    log.failed(long, new Error(long));
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(text().length).toBeLessThan(300_000);
    expect(text()).toContain("(1000000 characters)");
  });

  it("cut no secret into something that looks harmless", () => {
    for (let before = 900; before < 2_050; before += 7) {
      const { log, text } = recorded(format);
      log.error(`${"a ".repeat(before / 2)}${TOKEN}`);
      expect(text()).not.toContain(TOKEN.slice(0, 8));
    }
  });

  it.each([
    ["a query in an address", `GET https://x.org/reset?token=${SECRET}#${SECRET} failed`],
    ["a query in a path", `no page at /trpc/account.me?input=${SECRET}`],
    ["a password in a database's address", `connect postgres://app:${SECRET}@db.x.org:5432/app`],
    ["a bearer token", `authorization: Bearer ${SECRET}`],
    ["a cookie", `cookie=${SECRET}; path=/`],
    ["a field of an object", `{"password": "${SECRET}"}`],
    ["a random token", `session ${TOKEN}${SECRET} ended`],
    ["a person's address", `no account for ada.${SECRET}@example.org`],
    ["a person's id", "no account 0b1f8c1e-5b1f-4a44-9d3c-0a8f6f1d2e3f"],
    ["the parameters of a query", `Failed query: select 1\nparams: ${SECRET}, 5`],
  ])("hide %s", (_what, text) => {
    const { log, text: written } = recorded(format);
    log.warn(text);
    expect(written()).not.toContain(SECRET);
    expect(written()).not.toContain("ada.");
    expect(written()).not.toContain("0b1f8c1e");
  });

  it("keep what finds the place", () => {
    const { log, text } = recorded(format);
    const key = "volumes/0b1f8c1e-5b1f-4a44-9d3c-0a8f6f1d2e3f/image.ome.zarr/0/c/0/1/2";
    log.warn(`ENOENT: no such file, open '/srv/karyoloop-data-of-the-imaging-lab-2026/${key}'`);
    expect(text()).toContain(key);
    expect(text()).toContain("karyoloop-data-of-the-imaging-lab-2026");
  });

  it("leave out every field that is not allowed, and allowed ones that are not what they should be", () => {
    const { log, text } = recorded(format);
    const trap = {
      get status(): number {
        return 500;
      },
      toJSON: () => SECRET,
      toString: () => SECRET,
    };
    log.info("something", {
      userId: SECRET,
      email: SECRET,
      body: { password: SECRET },
      volumeId: SECRET,
      route: `/a b ${SECRET}`,
      bytes: new Uint8Array([1, 2, 3]),
      seconds: Number.NaN,
      link: { href: SECRET },
      method: trap,
      status: 404,
    } as LogFields);
    expect(text()).toContain("404");
    expect(text()).not.toContain(SECRET);
    expect(text()).not.toMatch(/userId|volumeId|bytes|seconds|link|method/);
  });
});

const databaseError = (code: string, message: string): Error =>
  Object.assign(new pg.DatabaseError(message, 9, "error"), {
    code,
    severity: "ERROR",
    detail: `Key (email)=(${SECRET}) already exists.`,
    where: `unnamed portal parameter $1 = '${SECRET}'`,
    internalQuery: `select '${SECRET}'`,
    hint: SECRET,
    table: "user",
    constraint: "user_email_unique",
  });
const within = (cause: unknown): Error =>
  new Error("outer", { cause: new DrizzleQueryError("select $1", [SECRET], cause as Error) });

it.each([
  ["a row that is there", within(databaseError("23505", 'duplicate key value violates "user_email_unique"'))],
  ["a value of the wrong type", within(databaseError("22P02", `invalid input syntax for type uuid: "${SECRET}"`))],
  ["a value in a message of its own", within(databaseError("P0001", `no such thing: ${SECRET}`))],
  ["a query without a cause", new DrizzleQueryError(`select 1`, [SECRET])],
  ["an error with rows of its own", Object.assign(new Error("failed"), { rows: [SECRET], response: { body: SECRET } })],
  ["an object that is thrown", { password: SECRET, message: SECRET }],
  ["a text that is no JSON", trying(() => JSON.parse(`{"password": ${SECRET}`))],
  ["a message that poses as a frame", new Error(`x\n    at ${SECRET} (/a/b.ts:1:1)`)],
  [
    "an error that throws when it is read",
    Object.defineProperty(new Error("x"), "message", {
      get: () => {
        throw new Error(SECRET);
      },
    }),
  ],
])("says of %s no value", (what, error) => {
  const { log, text, only } = recorded();
  log.failed("a request failed", error);
  expect(text().replace(what.includes("poses") ? /"message":.*?",/ : "", "")).not.toContain(SECRET);
  expect(only()).toMatchObject({ level: "error", message: expect.stringContaining("a request failed") });
});

it("says of a database's error what finds the place", () => {
  const { log, only } = recorded();
  log.failed("a request failed", within(databaseError("42703", 'column "tokn" does not exist')));
  expect(only()).toMatchObject({
    message: 'a request failed: column "tokn" does not exist',
    errorCode: "42703",
    table: "user",
    constraint: "user_email_unique",
    stack: expect.arrayContaining([expect.stringMatching(/^at .*log\.test\.ts/)]),
  });
});

it("writes time, level, component, message and the request in whose course it is said", () => {
  const { log, lines } = recorded();
  withRequest({ id: "0123456789ab", route: "/api/volumes/:volumeId" }, () => log.warn("slow", { seconds: 2.5 }));
  expect(lines()).toEqual([
    '{"time":"2026-11-24T10:11:12.345Z","level":"warn","component":"test","message":"slow","requestId":"0123456789ab","route":"/api/volumes/:volumeId","seconds":2.5}',
  ]);
});

it.each([
  ["error", ["error"]],
  ["warn", ["error", "warn"]],
  ["info", ["error", "warn", "info"]],
  ["debug", ["error", "warn", "info", "debug"]],
] as const)("says at level %s what is as grave or graver", (level, said) => {
  const { log, lines } = recorded("json", level);
  for (const one of ["error", "warn", "info", "debug"] as const) log[one](one);
  expect(lines().map((line) => JSON.parse(line).message)).toEqual(said);
});

it("takes over lines of a process below: its own format with level and fields, anything else as text, at most so many", () => {
  const { log, lines } = recorded();
  let nowMs = 0;
  const relay = relayLines(log, () => nowMs);
  const jobId = "0b1f8c1e-5b1f-4a44-9d3c-0a8f6f1d2e3f";
  const said = { level: "error", component: "server", message: "a job failed \u001b[2J", jobId, email: SECRET };
  relay(JSON.stringify(said));
  relay(`plain \u001b[31m token=${SECRET}`);
  relay('{"level":"root"}');
  relay("");
  expect(lines().map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: "error", component: "test", message: "a job failed \\x1b[2J", jobId }),
    expect.objectContaining({ level: "info", message: "plain \\x1b[31m token=<hidden>" }),
    expect.objectContaining({ level: "info", message: '{"level":"root"}' }),
  ]);
  for (let i = 0; i < 10_000; i++) relay("again");
  expect(lines().length).toBeLessThan(250);
  nowMs = 60_000;
  relay("later");
  expect(JSON.parse(lines().at(-2) ?? "").message).toMatch(/^9\d{3} further lines were left out$/);
  expect(lines().join()).not.toContain(SECRET);
});

function trying(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
