import net from "node:net";
import { appRouter } from "../../server/root.ts";
import type { SeededRandom } from "../co-editing/seeded-random.ts";
import { type AbuseWorld, cookieOf, type Standing } from "./abuse-world.ts";
import { type Attack, asJson, mutateBytes, request } from "./attack.ts";

/** What a stranger or a member sends to the port without a socket of the shared document. */

const STANDINGS: readonly Standing[] = ["stranger", "viewer", "annotator", "owner"];
const MIB = 2 ** 20;

interface Procedure {
  readonly _def: { readonly type: "query" | "mutation" | "subscription" };
}
const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>);

const deepJson = (depth: number): string => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

/** A value of a kind that no honest page sends. */
function strangeValue(random: SeededRandom): unknown {
  return random.pick<() => unknown>([
    () => null,
    () => -1,
    () => 1e308,
    () => "\u0000\u202e\u200b",
    () => "x".repeat(random.below(20_000)),
    () => Array.from({ length: random.below(2000) }, () => ({})),
    () => ({ __proto__: { isAdministrator: true }, constructor: { prototype: {} } }),
    () => "'; drop table volume; --",
    () => ["../../../etc/passwd"],
  ])();
}

function inputOf(world: AbuseWorld, random: SeededRandom): unknown {
  const json: Record<string, unknown> = { projectId: world.projectId, volumeId: world.volumeId };
  for (const name of ["token", "name", "email", "password", "uploadId", "fields", "limit", "cursor", "kind", "minZyx"])
    if (random.chance(0.4)) json[name] = strangeValue(random);
  return { json };
}

const randomProcedure: Attack = {
  name: "a procedure with a strange input",
  weight: 6,
  async send(world, random) {
    const [path, { _def }] = random.pick(procedures.filter(([, one]) => one._def.type !== "subscription"));
    const input = JSON.stringify(inputOf(world, random));
    const headers = asJson(cookieOf(world, random.pick(STANDINGS)));
    if (_def.type === "query") await request(world, `/trpc/${path}?input=${encodeURIComponent(input)}`, { headers });
    else await request(world, `/trpc/${path}`, { method: "POST", headers, body: input });
    return 1;
  },
};

const mutatedInput: Attack = {
  name: "a procedure whose body is broken",
  weight: 3,
  async send(world, random) {
    const [path] = random.pick(procedures);
    const body = mutateBytes(new TextEncoder().encode(JSON.stringify(inputOf(world, random))), random);
    const headers = asJson(cookieOf(world, random.pick(STANDINGS)));
    await request(world, `/trpc/${path}`, { method: "POST", headers, body: Uint8Array.from(body) });
    return 1;
  },
};

/** One batch of accounts behind links that do not work. */
const deadInvitations: Attack = {
  name: "100 accounts in one batch behind dead links",
  weight: 1,
  async send(world, random) {
    const count = random.pick([20, 100]);
    const path = Array.from({ length: count }, () => "invitation.acceptWithNewAccount").join(",");
    const body = JSON.stringify(
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [
          i,
          { json: { token: "x".repeat(43), name: `n${i}`, email: `n${i}@example.org`, password: "a long password" } },
        ]),
      ),
    );
    await request(world, `/trpc/${path}?batch=1`, { method: "POST", headers: asJson(""), body });
    return 1;
  },
};

const signIn = (world: AbuseWorld, email: string, password: string) =>
  request(world, "/api/auth/sign-in/email", {
    method: "POST",
    headers: asJson(""),
    body: JSON.stringify({ email, password }),
  });

const passwordGuesses: Attack = {
  name: "60 guesses of a password at once",
  weight: 1,
  async send(world, random) {
    const email = random.pick(["mal@example.org", "nobody@example.org"]);
    await Promise.all(Array.from({ length: 60 }, (_, i) => signIn(world, email, `guess number ${i}`)));
    return 60;
  },
};

const hugeBody: Attack = {
  name: "a sign-in of 64 MB",
  weight: 1,
  async send(world, random) {
    let left = 64;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (left-- > 0) controller.enqueue(new Uint8Array(MIB).fill(0x20));
        else controller.close();
      },
    });
    const path = random.pick(["/api/auth/sign-in/email", "/trpc/account.me", "/trpc/invitation.lookUp"]);
    await request(world, path, { method: "POST", headers: asJson(""), body, duplex: "half" });
    return 1;
  },
};

const deepBody: Attack = {
  name: "JSON nested 50,000 deep",
  weight: 1,
  async send(world, random) {
    const body = `{"json":${deepJson(50_000)},"meta":{"values":${deepJson(50_000)}}}`;
    const path = random.pick(["/trpc/invitation.lookUp", "/api/auth/sign-in/email", "/trpc/project.create"]);
    await request(world, path, { method: "POST", headers: asJson(cookieOf(world, random.pick(STANDINGS))), body });
    return 1;
  },
};

const PATHS = [
  "/zarr/:v/image.ome.zarr/zarr.json",
  "/zarr/:v/image.ome.zarr/0/c/0/0/0",
  "/zarr/:v/channels/1.ome.zarr/0/c/0/0/0",
  "/zarr/:v/../../secrets/session",
  "/api/volumes/:v/bricks/0?rev=0",
  "/api/volumes/:v/paint/0000",
  "/api/volumes/:v/sessions",
  "/api/projects/:p/uploads",
  "/api/projects/:p/exports/x/zip?format=ome-zarr",
  "/api/trainer/claim",
  "/api/auth/get-session",
  "/volumes/:v",
  "/%00",
  "/%E0%A4%A",
  "//",
];
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

const randomRoute: Attack = {
  name: "a route with a strange path, method or header",
  weight: 5,
  async send(world, random) {
    let path = random.pick(PATHS).replace(":v", world.volumeId).replace(":p", world.projectId);
    if (random.chance(0.5))
      path += random.pick(["?rev=-1", "/..%2f..%2f", "%2e%2e/", "?a[]=1", `/${"a".repeat(4000)}`]);
    const method = random.pick(METHODS);
    const headers: Record<string, string> = { cookie: cookieOf(world, random.pick(STANDINGS)) };
    if (random.chance(0.3)) headers.range = random.pick(["bytes=0-", "bytes=-1", "bytes=9999999999-", "bytes=0-1,2-3"]);
    if (random.chance(0.2)) headers.authorization = `Bearer ${"x".repeat(random.below(3000))}`;
    if (random.chance(0.2)) headers["x-forwarded-for"] = "127.0.0.1, ".repeat(random.below(100));
    const body = ["GET", "HEAD"].includes(method) ? undefined : "x".repeat(random.below(100_000));
    await request(world, path, { method, headers, body });
    return 1;
  },
};

/** What goes over a bare connection; it waits until the server closes it, or for a moment. */
function overBareConnection(world: AbuseWorld, bytes: string | Uint8Array, waitMs: number): Promise<void> {
  const { hostname, port } = new URL(world.address);
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), hostname, () => socket.write(bytes));
    const timer = setTimeout(() => socket.destroy(), waitMs);
    socket.on("data", () => {});
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

const RAW = [
  "GET // HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
  "GET http:// HTTP/1.1\r\nHost: x\r\n\r\n",
  "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n",
  "GET /collab/vol/%zz/e1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n",
  "POST /trpc/account.me HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\nabc",
  "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
  "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(50),
  `GET / HTTP/1.1\r\nHost: x\r\nCookie: ${"a".repeat(60_000)}\r\n\r\n`,
  "POST /api/auth/sign-in/email HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n{",
];

const rawConnection: Attack = {
  name: "bytes that are hardly HTTP",
  weight: 3,
  async send(world, random) {
    const bytes = new TextEncoder().encode(random.pick(RAW));
    await overBareConnection(world, random.chance(0.5) ? mutateBytes(bytes, random) : bytes, 1000);
    return 1;
  },
};

const openConnections: Attack = {
  name: "50 connections that say half a request",
  weight: 1,
  async send(world, random) {
    const half = random.pick(["", "GET / HT", "GET /collab/ HTTP/1.1\r\nUpgrade: websocket\r\n"]);
    await Promise.all(Array.from({ length: 50 }, () => overBareConnection(world, half, 3000)));
    return 50;
  },
};

export const requestAttacks: readonly Attack[] = [
  randomProcedure,
  mutatedInput,
  deadInvitations,
  passwordGuesses,
  hugeBody,
  deepBody,
  randomRoute,
  rawConnection,
  openConnections,
];
