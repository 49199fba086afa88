import { afterAll, beforeAll, expect, it } from "vitest";
import { createSeededRandom } from "../../core/simulator/seeded-random.ts";
import { connectionBounds } from "../entrance/connections.ts";
import { sendRaw } from "../testing/raw-request.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";

/** Seeded nonsense over a raw socket: always an answer or a closed socket, and the process goes on. */

let server: TestServer;
const unhandled: unknown[] = [];
const note = (error: unknown) => unhandled.push(error);
beforeAll(async () => {
  server = await startTestServer({}, { ...connectionBounds, headersMs: 200, upgradeMs: 200, lingerMs: 50 });
  process.on("unhandledRejection", note).on("uncaughtException", note);
});
afterAll(async () => {
  process.off("unhandledRejection", note).off("uncaughtException", note);
  await server.close();
});

function choices(seed: number) {
  const { uniform } = createSeededRandom(seed);
  return {
    chance: (share: number) => uniform() < share,
    one: <T>(list: readonly T[]): T => list[Math.floor(uniform() * list.length)],
  };
}

const methods = "GET GET GET POST PUT HEAD DELETE PATCH OPTIONS TRACE CONNECT PROPFIND M-SEARCH get G\x00T".split(" ");
const starts =
  "/trpc/account.me /trpc/account.me /healthz /collab/vol/x/e1 / // /// /trpc/ /api/auth/ /api/auth/sign-in/email /collab/ /zarr/ /healthz /projects * ? # \\ //[ //@: http: http:// http://evil.example/ http://[ ws://x/ evil.example:443 /api/projects/ /api/trainer/claim /_next/static/ /collab/vol/".split(
    " ",
  );
const tails = [
  "",
  "",
  "",
  "",
  "",
  "%",
  "%zz",
  "%00",
  "%ff%fe",
  "%c0%ae%c0%ae/",
  "..",
  "/../..",
  "a".repeat(9000),
  "?input=",
  "?input={",
  "?input=%7B%22json%22:[[[[",
  "?batch=1&input=[]",
  "account.me",
  "account.me,account.me?batch=1&input={}",
  "event.ofProject",
  ",,,",
  ";",
  "\u00e4",
  "\x7f",
  "?",
  "?&&==",
  "[",
  "]:x",
  "@",
  ":99999",
  "//",
  "vol/x/e1",
];
const headers = [
  "Host: localhost",
  "Host: ",
  "Host: evil.example",
  "Host: [",
  "Host: a b",
  "Host: localhost:99999999",
  "X-Forwarded-For: ,,,[",
  "X-Forwarded-Host: [",
  "Origin: null",
  "Origin: http://[",
  "Origin: http://localhost",
  "Upgrade: websocket",
  "Upgrade: h2c",
  "Connection: Upgrade",
  "Connection: close",
  "Sec-WebSocket-Key: x",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Cookie: karyoloop.session_token=%",
  "Cookie: =;=;\x00",
  `Cookie: ${"a=b; ".repeat(2000)}`,
  "Content-Length: 5",
  "Content-Length: -1",
  "Content-Length: 99999999999999999999",
  "Content-Length: 5, 6",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: gzip, chunked",
  "Content-Type: application/json",
  "Content-Type: application/x-www-form-urlencoded",
  "Content-Type: \x00",
  "Expect: 100-continue",
  "Authorization: Bearer ",
  "If-None-Match: *",
  "Accept: application/jsonl",
  "trpc-accept: application/jsonl",
  ": empty",
  "Bad Name: x",
  "X: \u00ff",
  "Last-Event-Id: x",
  "Range: bytes=0-",
];
const bodies = [
  "",
  "",
  "{}",
  '{"json":null}',
  "[[[[",
  '{"email":1}',
  "\x00\xff",
  "5\r\nhello\r\n0\r\n\r\n",
  "zz\r\n",
  "-1\r\n\r\n",
  "FFFFFFFFFFFFFFFF\r\n",
  '5;ext="\r\nhello',
  "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
];
const versions = "HTTP/1.1 HTTP/1.1 HTTP/1.1 HTTP/1.1 HTTP/1.1 HTTP/1.1 HTTP/1.0 HTTP/2.0 HTTP/9 FTP/1.1".split(" ");

/** Mostly one or two things are wrong: what is wrong everywhere gets no further than the parser of HTTP. */
function nonsense(seed: number): string {
  const { chance, one } = choices(seed);
  const maybe = <T>(share: number, wild: readonly T[], tame: T): T => (chance(share) ? one(wild) : tame);
  const method = maybe(0.3, methods, chance(0.3) ? "POST" : "GET");
  const line = `${method} ${one(starts)}${maybe(0.5, tails, "")} ${maybe(0.1, versions, "HTTP/1.1")}`;
  const given = [maybe(0.15, headers.slice(0, 6), "Host: localhost")];
  if (chance(0.2)) given.push("Connection: Upgrade", "Upgrade: websocket");
  while (chance(0.4)) given.push(one(headers));
  const ending = maybe(0.05, ["\n\n", "\r\n", "\r\r", ""], "\r\n\r\n");
  const request = `${line}\r\n${given.join("\r\n")}${ending}${maybe(0.3, bodies, "")}`;
  return chance(0.2) ? request + request : request;
}

it("any of 900 wild requests is answered or closed, and nothing is left unhandled", async () => {
  const statuses = new Map<number, number>();
  const seeds = Array.from({ length: 900 }, (_, seed) => seed);
  const work = async () => {
    for (let seed = seeds.pop(); seed !== undefined; seed = seeds.pop()) {
      const { status } = await sendRaw(server.address, Buffer.from(nonsense(seed), "latin1"));
      expect(status, `seed ${seed} ${JSON.stringify(nonsense(seed)).slice(0, 300)}`).not.toBe(500);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      expect(unhandled, `seed ${seed}`).toEqual([]);
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
  // They reach more than the parser of HTTP.
  for (const status of [200, 400, 401, 404, 405, 421]) expect([...statuses.keys()], `${status}`).toContain(status);
  expect((await fetch(`${server.address}/healthz`)).status).toBe(200);
}, 120_000);
