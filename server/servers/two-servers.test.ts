import { once } from "node:events";
import { eq, sql } from "drizzle-orm";
import superjson from "superjson";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import type { NucleusPatch } from "../../core/labels/nucleus-columns.ts";
import type { CollabDocument } from "../../core/sync/create-label-document.ts";
import { CloseCode } from "../../core/sync/link/messages.ts";
import { brickKeyOf, indexInBrick } from "../../core/volume/brick.ts";
import { lease, projectMember } from "../../db/schema/index.ts";
import { PostgresRoomStore } from "../collab/journal/postgres-room-store.ts";
import { RoomTaken } from "../collab/journal/room-store.ts";
import { liveVolumesOf } from "../collab/live/live-volumes.ts";
import { MemoryOutboxStore, openCollabClient } from "../collab/testing/collab-client.ts";
import { createReadyVolume } from "../collab/testing/collab-fixture.ts";
import { waitFor } from "../collab/testing/wait-for.ts";
import type { ServerEvent, TrainingEvent } from "../events.ts";
import { writePlainTiff } from "../ingest/testing/plain-tiff.ts";
import { poll } from "../ingest/testing/poll.ts";
import { type BegunUpload, beginUploadRequest, fingerprintOf, putPiece } from "../ingest/testing/upload-bytes.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { operationPath } from "./ask-server.ts";
import { SIGNATURE_HEADER, signRequest } from "./internal-signature.ts";
import { payloadOf } from "./shared-events.ts";
import { prepareSharedGround, type SharedGround } from "./testing/several-servers.ts";

const shapeZyx = [30, 80, 140] as const;
const key = brickKeyOf(0, 0, 0);

let ground: SharedGround;
let servers: TestServer[];
let people: Record<"ada" | "ben" | "vera", TestPerson>;
let projectId: string;
const open: CollabDocument[] = [];

beforeAll(async () => {
  ground = await prepareSharedGround();
  servers = [await startTestServer(ground.environment)];
  servers.push(await startTestServer(ground.environment));
  const [first] = servers;
  people = { ada: await first.signUp("Ada"), ben: await first.signUp("Ben"), vera: await first.signUp("Vera") };
  projectId = await first.createProject("p", [
    [people.ada, "owner"],
    [people.ben, "annotator"],
    [people.vera, "viewer"],
  ]);
});
afterAll(async () => {
  for (const document of open) document.close();
  for (const server of servers) await server.close();
  await ground.close();
});

const newVolume = (name: string) =>
  createReadyVolume(servers[0].services, { projectId, createdBy: people.ada.id, shapeZyx, name });

function page(server: TestServer, person: TestPerson, volumeId: string): CollabDocument {
  const document = openCollabClient({
    address: () => server.address,
    cookie: () => person.cookie,
    volumeId,
    shapeZyx,
    outbox: new MemoryOutboxStore(),
  });
  open.push(document);
  void document.start();
  return document;
}

const saved = (document: CollabDocument) =>
  waitFor(
    () => document.saveState.kind === "saved",
    () => `saved, but ${JSON.stringify(document.saveState)}`,
  );

function paint(document: CollabDocument, z: number, y: number): number {
  const label = document.newLabel();
  const runs = Int32Array.from([z, y, 10, 20]);
  void document.commit({ name: "brush", records: [{ kind: "paint", label, runs }] });
  return label;
}
const labelAt = (document: CollabDocument, z: number, y: number) => document.readBrick(key)?.[indexInBrick(z, y, 15)];
async function refusal(address: string, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(address, { headers });
  socket.on("error", () => {});
  const [, response] = await once(socket, "unexpected-response");
  socket.terminate();
  return response.statusCode;
}
const clusterOf = ({ services }: TestServer) => {
  if (!services.cluster) throw new Error("a server alone");
  return services.cluster;
};
const ownerOf = async (volumeId: string) =>
  (
    await servers[0].services.db
      .select()
      .from(lease)
      .where(eq(lease.name, `volume ${volumeId}`))
  )[0]?.ownerId;

describe("a volume that is open at both servers", () => {
  it("has one room: strokes, lists, bricks and events cross over", async () => {
    const volumeId = await newVolume("both");
    const ada = page(servers[0], people.ada, volumeId);
    await saved(ada);
    const ben = page(servers[1], people.ben, volumeId);
    await saved(ben);
    await Promise.all([ada.loadBricks([key]), ben.loadBricks([key])]);
    expect(await ownerOf(volumeId)).toBe(clusterOf(servers[0]).id);
    expect((await liveVolumesOf(servers[1].services).counts()).rooms).toBe(0);
    const heard: ServerEvent[] = [];
    const stop = servers[1].services.events.subscribe((event) => heard.push(event));
    const [first, second] = [paint(ada, 1, 1), paint(ben, 1, 2)];
    await waitFor(() => labelAt(ada, 1, 2) === second && labelAt(ben, 1, 1) === first, "each other's strokes");
    await Promise.all([saved(ada), saved(ben)]);
    // Before somebody asks for the list, which then has them already.
    await waitFor(() => heard.some((event) => event.topic === "nuclei" && event.volumeId === volumeId), "the event");
    stop();
    for (const server of servers) {
      const list = await createTestClient(server.address, people.vera.cookie).nucleus.list.query({ volumeId });
      expect([...list.label].sort()).toEqual([first, second].sort());
    }
  });

  it("asks for the role at the route that is reached, and again when it changes", async () => {
    const volumeId = await newVolume("roles");
    await saved(page(servers[0], people.ada, volumeId));
    const address = (server: TestServer) => `${server.address.replace("http", "ws")}/collab/vol/${volumeId}/e1`;
    const stranger = await servers[0].signUp("Olga");
    for (const server of servers)
      for (const [cookie, status] of [
        [stranger.cookie, 403],
        ["", 401],
      ] as const)
        expect(await refusal(address(server), { cookie, origin: server.address })).toBe(status);
    const vera = page(servers[1], people.vera, volumeId);
    await waitFor(
      () => vera.saveState.kind === "read-only",
      () => `the viewer, but ${JSON.stringify(vera.saveState)}`,
    );
    const ben = new WebSocket(address(servers[1]), {
      headers: { cookie: people.ben.cookie, origin: servers[1].address },
    });
    await once(ben, "open");
    const closed = once(ben, "close");
    // Told at one server, the socket is at the other.
    const api = createTestClient(servers[1].address, people.ada.cookie);
    await api.member.setRole.mutate({ projectId, userId: people.ben.id, role: "viewer" });
    expect((await closed)[0]).toBe(CloseCode.forbidden);
    await servers[0].services.db
      .update(projectMember)
      .set({ role: "annotator" })
      .where(eq(projectMember.userId, people.ben.id));
  });

  it("ends with the session at the server that passes it on", async () => {
    const volumeId = await newVolume("signed out");
    await saved(page(servers[0], people.ada, volumeId));
    const dan = await servers[0].signUp("Dan");
    await servers[0].services.db.insert(projectMember).values({
      projectId,
      userId: dan.id,
      role: "annotator",
      pseudonym: "annotator 9",
    });
    const socket = new WebSocket(`${servers[1].address.replace("http", "ws")}/collab/vol/${volumeId}/e1`, {
      headers: { cookie: dan.cookie, origin: servers[1].address },
    });
    await once(socket, "open");
    const closed = once(socket, "close");
    await servers[0].services.authentication.endSessions({ userId: dan.id }, dan.id);
    await closed;
  });
});

describe("fences", () => {
  it("refuse every write of an owner whose room has been taken", async () => {
    const volumeId = await newVolume("fence");
    const [a, b] = servers.map(({ services: { db, blobs } }) => new PostgresRoomStore(db, blobs, volumeId));
    const { position } = await a.open();
    const tick = { position: position + 1, update: new Uint8Array([0, 0]), journal: [], base: null };
    await a.append(tick);
    await b.open();
    await expect(a.append({ ...tick, position: position + 2 })).rejects.toThrow(RoomTaken);
    await expect(a.writeState(position + 1, new Uint8Array([0, 0]))).rejects.toThrow(RoomTaken);
    await expect(a.whileOwned(async () => {})).rejects.toThrow(RoomTaken);
    await b.append({ ...tick, position: position + 2 });
  });

  it("an owner that lost its lease closes the room, and its pages go on at the next owner with all that was saved", async () => {
    const volumeId = await newVolume("lost");
    const ada = page(servers[0], people.ada, volumeId);
    await saved(ada);
    await ada.loadBricks([key]);
    const before = paint(ada, 2, 2);
    await saved(ada);
    const { cluster, db } = servers[1].services;
    // As after a standstill: the lease has run out, and another has taken it.
    await db.execute(sql`update ${lease} set expires_at = '-infinity' where name = ${`volume ${volumeId}`}`);
    cluster?.leases.forget(`volume ${volumeId}`);
    await liveVolumesOf(servers[1].services).use(volumeId, async (live) => live);
    expect(await ownerOf(volumeId)).toBe(clusterOf(servers[1]).id);
    const after = paint(ada, 2, 3);
    await waitFor(() => ada.saveState.kind !== "saved", "an unsaved stroke");
    await saved(ada);
    expect((await liveVolumesOf(servers[0].services).peek(volumeId))?.volumeId).toBeUndefined();
    const ben = page(servers[0], people.ben, volumeId);
    await saved(ben);
    await ben.loadBricks([key]);
    expect([labelAt(ben, 2, 2), labelAt(ben, 2, 3)]).toEqual([before, after]);
  });

  it("a lease that its owner still renews is not taken", async () => {
    const volumeId = await newVolume("held");
    await liveVolumesOf(servers[0].services).use(volumeId, async (live) => live);
    clusterOf(servers[1]).leases.noteGone(clusterOf(servers[0]).id);
    await expect(liveVolumesOf(servers[1].services).use(volumeId, async (live) => live)).rejects.toThrow(
      /held by another/,
    );
    expect(await ownerOf(volumeId)).toBe(clusterOf(servers[0]).id);
  });
});

describe("the internal listener", () => {
  const ask = (path: string, signature: string | null, body = new Uint8Array()) =>
    fetch(clusterOf(servers[0]).address + path, {
      method: "POST",
      body,
      headers: signature === null ? {} : { [SIGNATURE_HEADER]: signature },
    });
  const request = (path: string, body: Uint8Array) => ({
    method: "POST",
    path,
    to: clusterOf(servers[0]).id,
    cookie: "",
    told: "",
    body,
  });

  it("refuses what is not signed, forged, changed, for another, too old or sent again", async () => {
    const path = operationPath("nudge-imports", "all");
    const body = new Uint8Array([1, 2, 3]);
    const { secret } = clusterOf(servers[0]);
    const signed = (change: object = {}, key = secret, nowMs = Date.now()) =>
      signRequest(key, { ...request(path, body), ...change }, nowMs).header;
    expect((await ask(path, null, body)).status).toBe(403);
    expect((await ask(path, signed({}, "another secret"), body)).status).toBe(403);
    expect((await ask(path, signed({ path: operationPath("stop-import", "all") }), body)).status).toBe(403);
    expect((await ask(path, signed({ method: "PUT" }), body)).status).toBe(403);
    expect((await ask(path, signed({ to: clusterOf(servers[1]).id }), body)).status).toBe(403);
    expect((await ask(path, signed({}, secret, Date.now() - 60_000), body)).status).toBe(403);
    expect((await ask(path, signed(), new Uint8Array([1, 2, 4]))).status).toBe(403);
    const once = signed({ path: operationPath("no-such-work", "all") });
    expect((await ask(operationPath("no-such-work", "all"), once, body)).status).toBe(404);
    expect((await ask(operationPath("no-such-work", "all"), once, body)).status).toBe(403);
  });

  it("takes no socket without a signature, and people's addresses take none of its headers", async () => {
    const volumeId = await newVolume("forged");
    const headers = {
      cookie: people.ada.cookie,
      origin: servers[0].address,
      "x-karyoloop-client": Buffer.from(JSON.stringify({ address: "10.0.0.1", network: "10.0.0.1" })).toString(
        "base64url",
      ),
      [SIGNATURE_HEADER]: "1 9999999999999 abc def ghi",
    };
    const inside = `${clusterOf(servers[0]).address.replace("http", "ws")}/collab/vol/${volumeId}/e1`;
    expect(await refusal(inside, headers)).toBe(403);
    const outside = await fetch(servers[0].address + operationPath("nudge-imports", "all"), {
      method: "POST",
      headers,
    });
    expect(outside.status).toBe(404);
  });
});

describe("events", () => {
  it("that are too large to be told become hints, and others go as they are", () => {
    const patch = { rows: "x".repeat(9000) } as unknown as NucleusPatch;
    const counts = { truth: 1, unfinished: 2, toReview: 0, approved: 1, sentBack: 0 };
    const large: ServerEvent = {
      topic: "nuclei",
      projectId,
      volumeId: "v",
      patch,
      counts,
    };
    expect(superjson.parse(payloadOf("a", large))).toEqual({
      from: "a",
      event: { topic: "nuclei", projectId, volumeId: "v", counts },
    });
    const points = Array.from({ length: 500 }, (_, step) => ({ step, name: "loss", value: 1 / 3 }));
    const metrics = { jobId: "j", points } as unknown as NonNullable<TrainingEvent["metrics"]>;
    for (const event of [large, { topic: "training", projectId, metrics } as const])
      expect(Buffer.byteLength(payloadOf(clusterOf(servers[0]).id, event))).toBeLessThan(8000);
    const small: ServerEvent = { topic: "queue", projectId, decided: true };
    expect(superjson.parse(payloadOf("a", small))).toEqual({ from: "a", event: small });
  });

  it("that may have been missed are told as such, and later ones arrive again", async () => {
    const [here, there] = servers.map(({ services }) => services.events);
    let missed = 0;
    const heard: ServerEvent[] = [];
    const stop = there.subscribe(
      (event) => heard.push(event),
      () => missed++,
    );
    await servers[0].services.db.execute(
      sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'karyoloop-events'`,
    );
    await waitFor(() => missed > 0, "word of what was missed");
    const event: ServerEvent = { topic: "project", projectId: "after the cut" };
    here.publish(event);
    await waitFor(() => heard.some((one) => "projectId" in one && one.projectId === event.projectId), "the event");
    stop();
  });
});

describe("what is done once", () => {
  it("is done by one server, whichever is asked", async () => {
    const held = await Promise.all(servers.map((server) => clusterOf(server).leases.isHeld("background")));
    expect(held.filter(Boolean)).toHaveLength(1);
    const api = createTestClient(servers[held.indexOf(false)].address, people.ada.cookie);
    await expect(
      api.volume.uploadState.query({ projectId, uploadId: "00000000-0000-4000-8000-000000000000" }),
    ).rejects.toThrow(/upload/);
  });

  it("imports a file whose pieces came to both servers, asked for at the one that does not import", async () => {
    const held = await Promise.all(servers.map((server) => clusterOf(server).leases.isHeld("background")));
    const [leading, other] = [servers[held.indexOf(true)], servers[held.indexOf(false)]];
    const pixels = Uint16Array.from({ length: 3 * 20 * 30 }, (_, i) => i % 500);
    const bytes = writePlainTiff(pixels, [3, 20, 30], "ImageJ=1.53t\nimages=3\nslices=3\n");
    const { cookie } = people.ada;
    const file = { fileName: "embryo.tif", sizeBytes: bytes.length, fingerprint: fingerprintOf("embryo.tif", bytes) };
    const begun = await beginUploadRequest(other.address, cookie, projectId, file);
    const { uploadId } = (await begun.json()) as BegunUpload;
    const [first, second] = [bytes.subarray(0, 1000), bytes.subarray(1000)];
    expect((await putPiece(other.address, cookie, projectId, uploadId, 0, first)).status).toBe(200);
    expect((await putPiece(leading.address, cookie, projectId, uploadId, 1000, second)).status).toBe(200);
    const api = createTestClient(other.address, cookie);
    expect(await api.volume.uploadState.query({ projectId, uploadId })).toEqual({ kind: "ready" });
    const { volumeId } = await api.volume.startImport.mutate({
      projectId,
      name: "from both",
      specimen: "embryo",
      image: { uploadId, image: "stack" },
      voxelSizeZyx: [2, 0.5, 0.5],
    });
    const row = await poll(async () => {
      const seen = await api.volume.byId.query({ volumeId });
      return seen.import?.state === "done" || seen.import?.state === "failed" ? seen : null;
    });
    expect([row.state, row.import?.state]).toEqual(["ready", "done"]);
  });
});

it("a server that stops gives its rooms back at once", async () => {
  const third = await startTestServer(ground.environment);
  const volumeId = await newVolume("given back");
  await liveVolumesOf(third.services).use(volumeId, async (live) => live);
  await third.close();
  await liveVolumesOf(servers[0].services).use(volumeId, async (live) => live);
  expect(await ownerOf(volumeId)).toBe(clusterOf(servers[0]).id);
});

describe("at the start", () => {
  it("a server with another data folder is refused, in words", async () => {
    await expect(
      startTestServer({ ...ground.environment, KARYOLOOP_DATA: `${ground.environment.KARYOLOOP_DATA}-other` }),
    ).rejects.toThrow(/one and the same KARYOLOOP_DATA/);
  });

  it("a server that would be alone is refused, and what several need is said", async () => {
    const { rows } = await servers[0].services.db.execute(sql`select pg_try_advisory_lock(7310441) as taken`);
    expect(rows).toEqual([{ taken: false }]);
    await expect(startTestServer({ KARYOLOOP_SERVERS: "several" })).rejects.toThrow(/DATABASE_URL/);
    await expect(startTestServer({ ...ground.environment, KARYOLOOP_INTERNAL_ADDRESS: "server-1" })).rejects.toThrow(
      /KARYOLOOP_INTERNAL_ADDRESS/,
    );
    await expect(startTestServer({ ...ground.environment, KARYOLOOP_TRAINER: "local" })).rejects.toThrow(/dial in/);
  });
});
