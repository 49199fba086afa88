import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { connect } from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import { roomName } from "../../core/sync/document/document-layout.ts";
import { project, projectMember } from "../../db/schema/index.ts";
import { readEnvironment } from "../env.ts";
import { type RunningServer, startServer } from "../start-server.ts";
import { copyClusterTemplate } from "../testing/cluster-template.ts";
import { seedVolume } from "../testing/seed-training.ts";
import { makeSelfSignedCertificate } from "../testing/self-signed-certificate.ts";

const PASSWORD = "correct horse battery";
const { certificatePem: ca, keyPem } = makeSelfSignedCertificate();

let folder: string;
let server: RunningServer;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-"));
  const [TLS_CERT, TLS_KEY] = [path.join(folder, "cert.pem"), path.join(folder, "key.pem")];
  await Promise.all([writeFile(TLS_CERT, ca), writeFile(TLS_KEY, keyPem, { mode: 0o600 })]);
  const environment = {
    KARYOLOOP_DATA: path.join(folder, "data"),
    PORT: "0",
    KARYOLOOP_TRAINER: "none",
    TLS_CERT,
    TLS_KEY,
  };
  await copyClusterTemplate(environment.KARYOLOOP_DATA);
  server = await startServer(readEnvironment({ ...environment, NODE_ENV: "test" }), async () => null);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function ask(route: string, options: { method?: string; cookie?: string; body?: unknown } = {}) {
  const { cookie, method = "GET", body } = options;
  const headers = { origin: server.address, "content-type": "application/json", ...(cookie && { cookie }) };
  const asked = request(server.address + route, { method, ca, headers });
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  return { status: response.statusCode, cookies: response.headers["set-cookie"] ?? [], text: await text(response) };
}

it("speaks https under its own certificate only", async () => {
  expect(server.address).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  expect(await ask("/healthz")).toMatchObject({ status: 200, text: '{"ok":true}' });
  const { port } = new URL(server.address);
  const socket = connect({ port: Number(port), host: "127.0.0.1", ca: makeSelfSignedCertificate().certificatePem });
  const [error] = await once(socket, "error");
  expect(error.code).toMatch(/SELF_SIGNED|SIGNATURE/);
});

it("signs people in with a cookie for https only, and opens their socket", async () => {
  const { services } = server;
  const ada = await services.authentication.createUser({ name: "Ada", email: "ada@example.org", password: PASSWORD });
  const [{ projectId }] = await services.db
    .insert(project)
    .values({ name: "Embryos", createdBy: ada.id })
    .returning({ projectId: project.id });
  await services.db.insert(projectMember).values({ projectId, userId: ada.id, role: "owner", pseudonym: "one" });
  const volumeId = await seedVolume(services, { projectId, createdBy: ada.id });
  const signIn = { method: "POST", body: { email: "ada@example.org", password: PASSWORD } };
  const { status, cookies } = await ask("/api/auth/sign-in/email", signIn);
  expect(status).toBe(200);
  expect(cookies[0]).toMatch(/^__Host-karyoloop\.session_token=.*; Secure/);
  const cookie = cookies.map((one) => one.split(";")[0]).join("; ");
  expect((await ask("/trpc/project.list", { cookie })).text).toContain("Embryos");

  const address = `${server.address.replace("https:", "wss:")}/collab/${roomName(volumeId, 1)}`;
  const socket = new WebSocket(address, { ca, headers: { origin: server.address, cookie } });
  const [frame] = await once(socket, "message");
  expect((frame as Buffer).length).toBeGreaterThan(0);
  socket.close();
  await once(socket, "close");

  const stranger = new WebSocket(address, { ca, headers: { origin: server.address } });
  const [, refusal] = await once(stranger, "unexpected-response");
  expect(refusal.statusCode).toBe(401);
  stranger.on("error", () => {});
  stranger.terminate();
});

it("answers its own trainer without TLS, on this machine only", async () => {
  expect(server.nearAddress).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(await (await fetch(`${server.nearAddress}/healthz`)).json()).toEqual({ ok: true });
});
