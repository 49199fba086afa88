import { createHmac, timingSafeEqual } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { KEPT_DELIVERIES, MAX_WEBHOOKS, RETRY_AFTER_MS } from "../../core/webhook/webhook.ts";
import { auditEvent, webhook, webhookDelivery } from "../../db/schema/index.ts";
import { addLabelledVolume } from "../export/testing/labelled-volume.ts";
import { untilFrozen } from "../export/testing/until-frozen.ts";
import { changeInstallationSettings } from "../settings/installation-settings.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { deliveryQueueOf } from "./delivery-queue.ts";
import { putMessages } from "./webhooks.ts";

interface Received {
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of our own. */
const received: Received[] = [];
let statuses: number[] = [];
/** Answers that are not given yet, of those who were asked at `/slow`. */
const held: (() => void)[] = [];
let receiver: http.Server;
let address: string;
let server: TestServer;
let ada: TestPerson;
let bob: TestPerson;
let projectId: string;
const log: string[] = [];
const owner = () => createTestClient(server.address, ada.cookie).webhook;
const list = () => owner().list.query({ projectId });

beforeAll(async () => {
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((said) => log.push(String(said)) > 0);
  receiver = http.createServer(async (request, response) => {
    received.push({ path: request.url ?? "", headers: request.headers, body: await text(request) });
    if (request.url?.startsWith("/slow")) await new Promise<void>((answer) => held.push(answer));
    response.writeHead(statuses.shift() ?? 204).end("said by the receiver");
  });
  await new Promise<void>((done) => receiver.listen(0, "127.0.0.1", done));
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  server = await startTestServer();
  [ada, bob] = [await server.signUp("Ada Lovelace"), await server.signUp("Bob")];
  projectId = await server.createProject("Embryos", [
    [ada, "owner"],
    [bob, "reviewer"],
  ]);
  await changeInstallationSettings(server.services.db, { privateWebhookHosts: "127.0.0.1" });
});
afterAll(async () => {
  await server.close();
  receiver.close();
  vi.restoreAllMocks();
});
beforeEach(async () => {
  await server.services.db.delete(webhook);
  received.length = 0;
  statuses = [];
});

const settled = (webhookId: string, attempts: number) =>
  vi.waitFor(async () => {
    const [one] = (await list()).find(({ id }) => id === webhookId)?.deliveries ?? [];
    expect(one.attempts).toBe(attempts);
    return one;
  });

/** As a receiver checks it, written from https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md. */
function verified({ headers, body }: Received, secret: string): unknown {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const said = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const expected = Buffer.from(createHmac("sha256", key).update(said).digest("base64"));
  const given = String(headers["webhook-signature"])
    .split(" ")
    .map((one) => Buffer.from(one.replace(/^v1,/, "")));
  if (!given.some((one) => one.length === expected.length && timingSafeEqual(one, expected))) return "forged";
  if (Math.abs(Date.now() / 1000 - Number(headers["webhook-timestamp"])) > 300) return "old";
  return JSON.parse(body);
}

it("tells of a frozen version, signed, to those who asked for it", async () => {
  const frozen = await owner().create.mutate({ projectId, address, events: ["version.frozen"] });
  const other = await owner().create.mutate({ projectId, address, events: ["training.done"] });
  expect(frozen.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  await addLabelledVolume(server, projectId, ada.id, { name: "Embryo 1", specimen: "e1" });
  const api = createTestClient(server.address, ada.cookie);
  const { id } = await api.export.create.mutate({ projectId, licence: "CC-BY-4.0" });
  await untilFrozen(api, projectId, id);
  const delivery = await settled(frozen.id, 1);
  expect(delivery).toMatchObject({ event: "version.frozen", state: "delivered", status: 204 });
  expect(received).toHaveLength(1);
  const [message] = received;
  expect(message.headers["webhook-id"]).toBe(delivery.id);
  expect(message.headers["content-type"]).toBe("application/json");
  expect(verified(message, frozen.secret)).toEqual({
    type: "version.frozen",
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    data: { project: { id: projectId, name: "Embryos" }, version: { id, number: 1, nuclei: 2, volumes: 1 } },
  });
  expect(verified(message, other.secret)).toBe("forged");
  expect(verified({ ...message, body: message.body.replace("Embryos", "Embryo") }, frozen.secret)).toBe("forged");
}, 120_000);

it("tries again, waiting longer each time, and then gives up; what is refused is not tried again", async () => {
  const { db } = server.services;
  const { id, secret } = await owner().create.mutate({ projectId, address, events: ["training.done"] });
  statuses = Array(RETRY_AFTER_MS.length + 1).fill(503);
  await owner().sendTest.mutate({ projectId, webhookId: id });
  for (const [attempt, waitMs] of RETRY_AFTER_MS.entries()) {
    const one = await settled(id, attempt + 1);
    expect(one).toMatchObject({ state: "waiting", status: 503, outcome: "answered with 503" });
    expect(one.dueAt.getTime() - (one.triedAt?.getTime() ?? 0)).toBe(waitMs);
    // Not before its time, however often somebody nudges.
    deliveryQueueOf(server.services).nudge();
    await db.update(webhookDelivery).set({ dueAt: sql`now()` }).where(eq(webhookDelivery.id, one.id));
    deliveryQueueOf(server.services).nudge();
  }
  expect(await settled(id, RETRY_AFTER_MS.length + 1)).toMatchObject({ state: "failed" });
  // The same message each time, signed for its own moment.
  expect(new Set(received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  for (const message of received) expect(verified(message, secret)).toMatchObject({ type: "test" });
  statuses = [410];
  await owner().sendTest.mutate({ projectId, webhookId: id });
  expect(await settled(id, 1)).toMatchObject({ state: "failed", outcome: "refused it with 410" });
});

it("sends nothing into a network that nobody allowed, not even to an address that was allowed once", async () => {
  await expect(
    owner().create.mutate({ projectId, address: "http://10.0.0.7/", events: ["training.done"] }),
  ).rejects.toThrow(/https/);
  await expect(
    owner().create.mutate({ projectId, address: "https://169.254.169.254/latest", events: ["training.done"] }),
  ).rejects.toThrow(/public internet/);
  await expect(
    owner().create.mutate({ projectId, address: "https://ada:pw@example.org/", events: ["training.done"] }),
  ).rejects.toThrow(/password/);
  await expect(owner().create.mutate({ projectId, address: "hooks", events: ["training.done"] })).rejects.toThrow(
    /no address/,
  );
  const { id } = await owner().create.mutate({ projectId, address, events: ["training.done"] });
  await changeInstallationSettings(server.services.db, { privateWebhookHosts: "" });
  await owner().sendTest.mutate({ projectId, webhookId: id });
  expect(await settled(id, 1)).toMatchObject({ status: null, state: "failed" });
  await changeInstallationSettings(server.services.db, { privateWebhookHosts: "127.0.0.1" });
  expect(received).toEqual([]);
});

it("is for owners, bounded, and tells its secret once", async () => {
  const { db } = server.services;
  const made = [];
  for (let i = 0; i < MAX_WEBHOOKS; i++)
    made.push(await owner().create.mutate({ projectId, address: `${address}?key=${i}`, events: ["training.done"] }));
  await expect(owner().create.mutate({ projectId, address, events: ["training.done"] })).rejects.toThrow(/10 webhooks/);
  await expect(createTestClient(server.address, bob.cookie).webhook.list.query({ projectId })).rejects.toThrow();
  const [first] = made;
  for (let i = 0; i < KEPT_DELIVERIES + 3; i++)
    await db.transaction((tx) =>
      putMessages(tx, projectId, {
        type: "training.done",
        data: { project: { id: "p", name: "n" }, checkpoint: { id: String(i), nucleiLabelled: i, promoted: true } },
      }),
    );
  expect(await db.$count(webhookDelivery, eq(webhookDelivery.webhookId, first.id))).toBe(KEPT_DELIVERIES);
  const told = JSON.stringify([
    await list(),
    await db.select().from(webhookDelivery),
    await db.select({ address: webhook.address, sealed: sql<string>`encode(sealed_secret, 'escape')` }).from(webhook),
    await db.select({ details: auditEvent.details }).from(auditEvent),
    log,
  ]);
  for (const { secret } of made) {
    expect(told).not.toContain(secret);
    expect(told).not.toContain(secret.slice("whsec_".length, 30));
  }
  // What follows the question mark may be a key: it is kept to be asked, and not written down elsewhere.
  expect(JSON.stringify(await db.select({ details: auditEvent.details }).from(auditEvent))).not.toContain("key=");
  expect(JSON.stringify(await db.select().from(webhookDelivery))).not.toContain("said by the receiver");
  await owner().remove.mutate({ projectId, webhookId: first.id });
  expect(await db.$count(webhookDelivery, eq(webhookDelivery.webhookId, first.id))).toBe(0);
  await expect(owner().remove.mutate({ projectId, webhookId: first.id })).rejects.toThrow(/no such webhook/);
});

it("sends to each in order, and to others while one is silent, however many webhooks lead to it", async () => {
  const { db } = server.services;
  // In a project of her own: nobody makes so many webhooks at once.
  const grace = await server.signUp("Grace");
  const projectId = await server.createProject("Told", [[grace, "owner"]]);
  const hooks = createTestClient(server.address, grace.cookie).webhook;
  const slow = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/slow`;
  const other = await new Promise<http.Server>((done) => {
    const listening: http.Server = http.createServer((_request, response) => response.writeHead(204).end());
    listening.listen(0, "127.0.0.1", () => done(listening));
  });
  try {
    const events = ["training.done" as const];
    const silent: string[] = [];
    for (let i = 0; i < MAX_WEBHOOKS - 1; i++)
      silent.push((await hooks.create.mutate({ projectId, address: `${slow}/${i}`, events })).id);
    const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
    const quick = await hooks.create.mutate({ projectId, address, events });
    for (const nucleiLabelled of [1, 2])
      await db.transaction((tx) =>
        putMessages(tx, projectId, {
          type: "training.done",
          data: { project: { id: projectId, name: "n" }, checkpoint: { id: "c", nucleiLabelled, promoted: true } },
        }),
      );
    deliveryQueueOf(server.services).nudge();
    const outcomes = async (id: string) =>
      (await hooks.list.query({ projectId })).find((hook) => hook.id === id)?.deliveries.map(({ state }) => state);
    await vi.waitFor(async () => expect(await outcomes(quick.id)).toEqual(["delivered", "delivered"]));
    // Nobody has answered, and the host is asked for no more than two of its webhooks at once.
    expect(received).toHaveLength(2);
    await vi.waitFor(
      async () => {
        for (const answer of held.splice(0)) answer();
        for (const id of silent) expect(await outcomes(id)).toEqual(["delivered", "delivered"]);
      },
      { timeout: 20_000 },
    );
    const numbers = new Map<string, number[]>();
    for (const { path, body } of received)
      numbers.set(path, [...(numbers.get(path) ?? []), JSON.parse(body).data.checkpoint.nucleiLabelled]);
    expect([...numbers.values()]).toEqual(silent.map(() => [1, 2]));
  } finally {
    for (const answer of held.splice(0)) answer();
    other.close();
  }
}, 60_000);

it("sends nothing where the secret was sealed in another installation", async () => {
  const { id } = await owner().create.mutate({ projectId, address, events: ["training.done"] });
  await server.services.db
    .update(webhook)
    .set({ sealedSecret: new Uint8Array(60) })
    .where(eq(webhook.id, id));
  await owner().sendTest.mutate({ projectId, webhookId: id });
  expect((await settled(id, 1)).outcome).toContain("secret");
  expect(received).toEqual([]);
});
