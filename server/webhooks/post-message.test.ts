import type { lookup } from "node:dns";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { postMessage } from "./post-message.ts";

/** A receiver of our own, which does as it is told. */
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const received: { readonly path: string; readonly body: string }[] = [];
let receiver: http.Server;
let port: number;

beforeAll(async () => {
  receiver = http.createServer(async (request, response) => {
    received.push({ path: request.url ?? "", body: await text(request) });
    answer(request, response);
  });
  await new Promise<void>((done) => receiver.listen(0, "127.0.0.1", done));
  port = (receiver.address() as AddressInfo).port;
});
afterAll(() => {
  receiver.closeAllConnections();
  receiver.close();
});
beforeEach(() => {
  received.length = 0;
  answer = (_, response) => response.writeHead(204).end();
});

const message = { headers: { "webhook-id": "m" }, body: '{"type":"test"}' };
const post = (address: string, rules: Partial<Parameters<typeof postMessage>[2]> = {}) =>
  postMessage(address, message, {
    privateHosts: ["127.0.0.1", "hooks.lab"],
    signal: new AbortController().signal,
    ...rules,
  });
/** What a name means, said each time anew. */
const names = (...addresses: string[]): typeof lookup =>
  ((_host: string, _options: object, done: (error: null, found: object[]) => void) =>
    done(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    )) as unknown as typeof lookup;

it("sends a message whole, and reads nothing of the answer but its status", async () => {
  answer = (_, response) => {
    response.writeHead(200);
    const endless = () => {
      while (!response.destroyed && response.write("x".repeat(65_536)));
    };
    response.on("drain", endless);
    endless();
  };
  expect(await post(`http://127.0.0.1:${port}/hook?key=1`)).toEqual({
    status: 200,
    result: "delivered",
    outcome: "answered with 200",
  });
  expect(received).toEqual([{ path: "/hook?key=1", body: message.body }]);
});

it.each([
  [301, "refused", /redirects are not followed/],
  [307, "refused", /redirects are not followed/],
  [400, "refused", /refused it with 400/],
  [404, "refused", /404/],
  [410, "refused", /410/],
  [408, "failed", /408/],
  [429, "failed", /429/],
  [500, "failed", /500/],
  [503, "failed", /503/],
] as const)("an answer of %i is %s", async (status, result, outcome) => {
  answer = (_, response) => response.writeHead(status, { location: `http://127.0.0.1:${port}/elsewhere` }).end();
  expect(await post(`http://127.0.0.1:${port}/hook`)).toEqual({
    status,
    result,
    outcome: expect.stringMatching(outcome),
  });
  expect(received).toHaveLength(1);
});

it("says in words what went wrong on the way, and gives up in time", async () => {
  answer = (request) => request.socket.destroy();
  expect(await post(`http://127.0.0.1:${port}/hook`)).toMatchObject({ status: null, result: "failed" });
  answer = () => {}; // nothing is ever said
  expect(await post(`http://127.0.0.1:${port}/hook`, { longestMs: 50 })).toEqual({
    status: null,
    result: "failed",
    outcome: "no answer in time",
  });
  const closed = http.createServer();
  await new Promise<void>((done) => closed.listen(0, "127.0.0.1", done));
  const nobody = (closed.address() as AddressInfo).port;
  await new Promise((done) => closed.close(done));
  expect(await post(`http://127.0.0.1:${nobody}/`)).toMatchObject({
    result: "failed",
    outcome: "nothing listens there",
  });
  const abort = new AbortController();
  abort.abort();
  expect(await post(`http://127.0.0.1:${port}/hook`, { signal: abort.signal })).toMatchObject({ status: null });
});

it("asks no machine of the own network, whatever a name is said to mean", async () => {
  for (const address of [
    `http://127.0.0.1:${port}/`,
    `https://127.0.0.1:${port}/`,
    "https://[::1]/",
    "https://10.0.0.1/",
  ])
    expect((await post(address, { privateHosts: [] })).result, address).not.toBe("delivered");
  // A name of the public internet that means this machine, alone or beside a public one.
  for (const found of [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["169.254.169.254"], []])
    expect(await post(`https://hooks.example.org:${port}/`, { resolve: names(...found) }), found.join()).toMatchObject({
      status: null,
      result: "failed",
      outcome: expect.stringContaining("public internet"),
    });
  for (const address of [
    `http://hooks.example.org:${port}/`,
    "ftp://hooks.lab/",
    "https://ada:pw@hooks.lab/",
    "no address",
  ])
    expect((await post(address, { resolve: names("127.0.0.1") })).result, address).toMatch(/refused|failed/);
  expect(received).toEqual([]);
  // An administrator's word for one name is for no other.
  expect(await post(`http://hooks.lab:${port}/`, { resolve: names("127.0.0.1") })).toMatchObject({ status: 204 });
  expect(received).toHaveLength(1);
});
