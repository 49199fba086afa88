import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { connectionBounds } from "../entrance/connections.ts";
import { MAX_BODY_BYTES } from "../entrance/read-body.ts";
import { sendRaw } from "../testing/raw-request.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";

const PROXY = { "x-forwarded-for": "198.51.100.7", "x-forwarded-proto": "https", "x-forwarded-host": "lab.example" };

let server: TestServer;
let behindProxy: TestServer;
let ada: TestPerson;
beforeAll(async () => {
  const bounds = {
    ...connectionBounds,
    headersMs: 300,
    upgradeMs: 300,
    lingerMs: 100,
    perNetwork: 40,
  };
  server = await startTestServer({ KARYOLOOP_HOSTS: "lab.example" }, bounds);
  behindProxy = await startTestServer({ TRUSTED_PROXIES: "127.0.0.1", KARYOLOOP_HOSTS: "lab.example" });
  ada = await server.signUp("Ada");
});
afterAll(async () => {
  await server.close();
  await behindProxy.close();
});

const chunk = new Uint8Array(64 << 10).fill(32);
const head = (line: string, ...headers: string[]) => `${[line, "Host: localhost", ...headers].join("\r\n")}\r\n\r\n`;
const get = (target: string, ...headers: string[]) =>
  sendRaw(server.address, head(`GET ${target} HTTP/1.1`, ...headers));

describe("a body too large", () => {
  it.each([
    "/api/auth/sign-in/email",
    "/trpc/account.rename",
    "/trpc/account.isLinkLive,account.me?batch=1",
    "/api/auth/get-session",
    "/projects",
    "/healthz",
  ])("at %s is refused after little of it", async (path) => {
    for (const length of ["Content-Length: 1610612736", "Transfer-Encoding: chunked"]) {
      const asChunk = Buffer.concat([Buffer.from("10000\r\n"), chunk, Buffer.from("\r\n")]);
      const { said, taken } = await sendRaw(
        server.address,
        head(`POST ${path} HTTP/1.1`, "Content-Type: application/json", length),
        { goOn: () => (length.startsWith("T") ? asChunk : chunk) },
      );
      // What the kernel's buffers hold besides was never read.
      expect(taken, `${length}: ${said.slice(0, 80)}`).toBeLessThan(64 << 20);
    }
  });

  it("of guidelines in three-byte letters is none", async () => {
    const projectId = await server.createProject("Guided", [[ada, "owner"]]);
    const say = (bytes: number) =>
      fetch(`${server.address}/trpc/project.update`, {
        method: "POST",
        headers: { "content-type": "application/json", cookie: ada.cookie },
        body: JSON.stringify({ json: { projectId, fields: { guidelines: "核".repeat(bytes / 3) } } }),
      });
    expect((await say(150_000)).status).toBe(200);
    expect((await say(300_000)).status).toBe(413);
    expect(MAX_BODY_BYTES).toBeLessThan(150_000);
  });
});

describe("tRPC", () => {
  const post = (path: string, body: string) =>
    fetch(`${server.address}/trpc/${path}`, { method: "POST", headers: { "content-type": "application/json" }, body });

  it("takes twenty calls at once, not one more", async () => {
    const calls = (count: number) =>
      fetch(`${server.address}/trpc/${Array(count).fill("account.me").join(",")}?batch=1&input={}`);
    expect((await calls(20)).status).toBe(200);
    expect((await calls(21)).status).toBe(400);
  });

  it("refuses deep, wide and polluting JSON before anything is made of it", async () => {
    const deep = `{"json":{"token":${"[".repeat(30_000)}${"]".repeat(30_000)}}}`;
    const wide = `{"json":[${"1,".repeat(30_000)}1]}`;
    for (const body of [deep, wide]) {
      const answer = await post("account.resetPassword", body);
      expect(await answer.text()).toContain("At most");
      expect(answer.status).toBe(400);
    }
    for (const key of ["__proto__", "constructor", "\\u005f_proto__", "a.__proto__.b", "a.prototype"]) {
      const answer = await post("account.rename", `{"json":{"name":"x"},"meta":{"values":{"${key}":["Date"]}}}`);
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("names what it must not")]);
    }
    const query = encodeURIComponent(deep.slice(0, 1500));
    expect((await fetch(`${server.address}/trpc/account.isLinkLive?input=${query}`)).status).toBe(400);
  });

  it("answers are for nobody's cache", async () => {
    for (const path of ["/trpc/account.me", "/api/auth/get-session", "/api/nothing", "/healthz"]) {
      const { headers } = await fetch(server.address + path);
      expect(headers.get("cache-control"), path).toMatch(/private, no-store/);
      if (!path.startsWith("/api/auth/")) expect(headers.get("content-disposition"), path).toMatch(/^attachment/);
    }
  });
});

describe("a request that is none", () => {
  it.each([
    ["TRACE / HTTP/1.1", 405],
    ["OPTIONS /trpc/account.me HTTP/1.1", 405],
    ["PROPFIND / HTTP/1.1", 405],
    ["GET http://evil.example/ HTTP/1.1", 400],
    ["GET /%zz HTTP/1.1", 404],
    ["GET /trpc/%zz HTTP/1.1", 400],
    [`GET /${"a".repeat(9000)} HTTP/1.1`, 400],
    [`GET /${"a".repeat(20_000)} HTTP/1.1`, 431],
    ["GET // HTTP/1.1", 404],
    ["CONNECT evil.example:443 HTTP/1.1", 405],
  ])("%s", async (line, status) => expect((await sendRaw(server.address, head(line))).status).toBe(status));

  it("has many headers, expects something, or names two hosts", async () => {
    const many = Array.from({ length: 150 }, (_, i) => `X-${i}: 1`);
    expect((await get("/healthz", ...many)).status).toBe(431);
    expect((await get("/healthz", "Expect: 100-continue")).status).toBe(417);
    expect((await get("/healthz", "Expect: a miracle")).status).toBe(417);
    expect((await get("/healthz", "Host: evil.example")).status).toBe(431);
  });
});

describe("a socket", () => {
  it("with GET // and an Upgrade header is answered, and the process goes on", async () => {
    const upgrade = ["Connection: Upgrade", "Upgrade: websocket"];
    for (const target of ["//", "//collab/", "/collab/%zz", "/collab/vol/x/e1", "/nothing", "http://x/collab/"]) {
      const { status } = await sendRaw(server.address, head(`GET ${target} HTTP/1.1`, ...upgrade), {
        untilClosed: true,
      });
      expect([400, 401, 404], target).toContain(status);
    }
    expect((await get("/healthz")).status).toBe(200);
  });

  it.each([
    ["", "nothing"],
    ["GET /healthz HT", "half a request line"],
    ["GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-", "half its headers"],
    [head("GET /projects HTTP/1.1", "Content-Length: 100"), "a body that never comes, where none is read"],
  ])("%j (%s) is closed by the server", async (bytes) => {
    await sendRaw(server.address, bytes, { untilClosed: true }); // never ends where it stays
  });

  it("is refused beyond so many of one address, and others are served again when they go", async () => {
    const { hostname, port } = new URL(server.address);
    const sockets = Array.from({ length: 60 }, () => connect(Number(port), hostname));
    const outcomes = await Promise.all(
      sockets.map((socket) => {
        socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return new Promise((resolve) => {
          socket.on("error", () => {});
          socket.once("data", () => resolve("served"));
          socket.once("close", () => resolve("closed"));
        });
      }),
    );
    expect(outcomes.filter((one) => one === "served").length).toBeLessThanOrEqual(40);
    expect(outcomes.filter((one) => one === "served").length).toBeGreaterThan(20);
    for (const socket of sockets) socket.destroy();
    let status = 0;
    while (status !== 200) ({ status } = await get("/healthz"));
  });
});

describe("the name in the address", () => {
  const by = async (host: string) => {
    const { status, said } = await sendRaw(server.address, `GET /trpc/account.me HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    return [status, said] as const;
  };

  it("is one that is known, or an address", async () => {
    for (const host of ["localhost:1", "127.0.0.1", "[::1]:3000", "lab.example", "LAB.example.:80", "192.168.7.7:3000"])
      expect((await by(host))[0], host).toBe(200);
  });

  it("of another is refused with what to do, for a socket too", async () => {
    for (const host of [
      "evil.example",
      "localhost.evil.example",
      "lab.example.evil.example",
      "127.0.0.1.evil.example",
    ]) {
      const [status, said] = await by(host);
      expect(status, host).toBe(421);
      expect(said).toContain("KARYOLOOP_URL");
    }
    // No cookie counts at these.
    const probe = (path: string) => sendRaw(server.address, `GET ${path} HTTP/1.1\r\nHost: server:3000\r\n\r\n`);
    expect((await probe("/healthz")).status).toBe(200);
    expect((await probe("/api/trainer/none")).status).toBe(404);
    const socket = new WebSocket(`${server.address.replace("http", "ws")}/collab/vol/x/e1`, {
      headers: { host: "evil.example", origin: "http://evil.example", cookie: ada.cookie },
    });
    socket.on("error", () => {});
    const [, refused] = await once(socket, "unexpected-response");
    expect(refused.statusCode).toBe(421);
    socket.terminate();
  });

  it("and its scheme are the origin's, where something is changed", async () => {
    const from = async (origin: string, address = server.address, headers: Record<string, string> = {}) =>
      (await fetch(`${address}/api/auth/sign-out`, { method: "POST", headers: { origin, ...headers } })).status;
    expect(await from(server.address)).toBe(200);
    for (const origin of [
      server.address.replace("http:", "https:"),
      "null",
      "http://127.0.0.1:1",
      "http://evil.example",
    ])
      expect(await from(origin), origin).toBe(403);
    expect(await from("https://lab.example", behindProxy.address, PROXY)).toBe(200);
    expect(await from("http://lab.example", behindProxy.address, PROXY)).toBe(403);
    expect(await from("https://lab.example", server.address, PROXY)).toBe(403);
  });
});

describe("every answer", () => {
  it("says what a browser may do with it", async () => {
    for (const path of ["/healthz", "/trpc/account.me", "/api/auth/get-session", "/api/nothing", "/nothing"]) {
      const { headers } = await fetch(server.address + path);
      expect(Object.fromEntries(headers), path).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": expect.stringContaining("camera=()"),
        "content-security-policy": expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
      });
      expect(headers.get("x-powered-by")).toBeNull();
      expect(headers.get("strict-transport-security")).toBeNull();
    }
    const { headers } = await fetch(`${behindProxy.address}/healthz`, { headers: PROXY });
    expect(headers.get("strict-transport-security")).toMatch(/^max-age=\d{8}$/);
  });
});

it("behind a TLS proxy cookies are for https only, and links lead to it", async () => {
  const { services, address } = behindProxy;
  await services.authentication.createUser({
    name: "Grace",
    email: "grace@example.org",
    password: "correct horse battery",
  });
  const signedIn = await fetch(`${address}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { ...PROXY, origin: "https://lab.example", "content-type": "application/json" },
    body: JSON.stringify({ email: "grace@example.org", password: "correct horse battery" }),
  });
  const [cookie] = signedIn.headers.getSetCookie();
  expect(cookie).toMatch(/; secure/i);
  const ask = async (path: string, json: unknown) => {
    const answer = await fetch(`${address}/trpc/${path}`, {
      method: "POST",
      headers: { ...PROXY, "content-type": "application/json", cookie: cookie.split(";")[0] },
      body: JSON.stringify({ json }),
    });
    return ((await answer.json()) as { result: { data: { json: Record<string, string> } } }).result.data.json;
  };
  const { projectId } = await ask("project.create", { name: "Behind" });
  expect((await ask("invitation.create", { projectId, role: "viewer", days: 1 })).url).toMatch(
    /^https:\/\/lab\.example\/join#/,
  );
});
