import { once } from "node:events";
import { eq, sql } from "drizzle-orm";
import * as encoding from "lib0/encoding";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import * as Y from "yjs";
import { roomName } from "../../core/sync/document/document-layout.ts";
import { encodeMessage, MessageType } from "../../core/sync/link/messages.ts";
import { labelJournal, labelWal, projectMember, volume, volumeSession } from "../../db/schema/index.ts";
import { socketRoutes } from "../http/socket-routes.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { type Cast, castPeople, everyRole, type Scene, setScene } from "./cast.ts";

let server: TestServer;
let cast: Cast;
let scene: Scene;
beforeAll(async () => {
  server = await startTestServer();
  cast = await castPeople(server);
  scene = await setScene(server, everyRole(cast));
  await setScene(server, [[cast.outsider, "owner"]]);
});
afterAll(() => server.close());

const collabPath = () => `/collab/${roomName(scene.volumeId, 1)}`;

function open(path: string, person: TestPerson | null, origin = server.address): WebSocket {
  return new WebSocket(server.address.replace("http", "ws") + path, {
    headers: { origin, ...(person ? { cookie: person.cookie } : {}) },
  });
}

/** `open`, or the status of the refusal. */
function knock(path: string, person: TestPerson | null, origin?: string): Promise<"open" | number> {
  const socket = open(path, person, origin);
  return new Promise((resolve) => {
    socket.once("open", () => {
      resolve("open");
      socket.terminate();
    });
    socket.once("unexpected-response", (_request, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
    socket.once("error", () => {});
  });
}

const syncFrame = (step: number, body: Uint8Array): Uint8Array => {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MessageType.sync);
  encoding.writeVarUint(encoder, step);
  encoding.writeVarUint8Array(encoder, body);
  return encoding.toUint8Array(encoder);
};

function someUpdate(): Uint8Array {
  const doc = new Y.Doc();
  doc.getMap("anything").set("key", new Uint8Array([1, 2, 3]));
  return Y.encodeStateAsUpdate(doc);
}

/** Every message a client may send. */
const messages: Readonly<Record<string, () => Uint8Array>> = {
  "sync step 1": () => syncFrame(0, Y.encodeStateVector(new Y.Doc())),
  "sync step 2": () => syncFrame(1, someUpdate()),
  update: () => syncFrame(2, someUpdate()),
  hello: () => encodeMessage({ type: "hello", session: 1, outboxSessions: [1] }),
  want: () => encodeMessage({ type: "want", count: 100 }),
  nonsense: () => Uint8Array.from([250, 250, 250]),
};

async function everything(): Promise<string> {
  const { db } = server.services;
  const [row] = await db.select().from(volume).where(eq(volume.id, scene.volumeId));
  const counts = await Promise.all(
    [labelJournal, labelWal, volumeSession].map(async (table) => {
      const { rows } = await db.execute<{ n: number }>(sql`select count(*)::int as n from ${table}`);
      return rows[0].n;
    }),
  );
  return JSON.stringify([row.labelCounter, row.sessionCounter, counts]);
}

it.each(socketRoutes.map((route) => [route.prefix, route] as const))("%s bounds its messages", (_prefix, route) => {
  expect(route.maxPayloadBytes).toBeLessThanOrEqual(64 * 2 ** 20);
});

it.each(socketRoutes.map((route) => route.prefix))(
  "%s is closed to strangers and to pages of other sites",
  async (prefix) => {
    const path = prefix === "/collab/" ? collabPath() : `${prefix}x`;
    expect(await knock(path, null)).toBe(401);
    expect(await knock(path, cast.members.owner, "https://evil.example")).toBe(403);
  },
);

describe("the shared document's socket", () => {
  // The first who opens a volume has its empty document written down, a moment after they are let in.
  beforeAll(async () => {
    const first = open(collabPath(), cast.members.owner);
    await once(first, "open");
    await vi.waitFor(async () => expect(await server.services.db.select().from(labelWal)).not.toEqual([]), 10_000);
    first.terminate();
  });

  it("opens for every member, and not for the owner of another project nor an administrator", async () => {
    for (const person of Object.values(cast.members))
      expect(await knock(collabPath(), person), person.name).toBe("open");
    for (const person of [cast.outsider, cast.administrator])
      expect([403, 404], person.name).toContain(await knock(collabPath(), person));
  });

  it.each(Object.keys(messages))("ignores %s of a viewer whole: nothing is stored, nobody sees it", async (name) => {
    const before = await everything();
    const viewer = open(collabPath(), cast.members.viewer);
    const watcher = open(collabPath(), cast.members.owner);
    await Promise.all([once(viewer, "open"), once(watcher, "open")]);
    const heard: Buffer[] = [];
    watcher.send(syncFrame(0, Y.encodeStateVector(new Y.Doc())));
    watcher.on("message", (data: Buffer) => heard.push(data));
    viewer.send(messages[name]());
    // The server answers each socket in order: once it has answered this ping it has read what came before.
    viewer.ping();
    await Promise.race([once(viewer, "pong"), once(viewer, "close")]);
    watcher.ping();
    await once(watcher, "pong");
    expect(await everything()).toBe(before);
    const needle = Buffer.from("anything");
    expect(heard.some((frame) => frame.includes(needle))).toBe(false);
    viewer.terminate();
    watcher.terminate();
  });

  it("takes the same messages of an annotator seriously, so the test above tests something", async () => {
    const before = await everything();
    const annotator = open(collabPath(), cast.members.annotator);
    await once(annotator, "open");
    const closed = once(annotator, "close");
    annotator.send(messages["sync step 1"]());
    annotator.send(messages.want());
    const deadline = Date.now() + 10_000;
    while ((await everything()) === before && Date.now() < deadline) await new Promise((r) => setTimeout(r, 20));
    expect(await everything()).not.toBe(before); // labels were leased
    annotator.send(messages["sync step 2"]());
    expect((await closed)[0]).toBe(4400); // no record: refused, and the socket with it
  });

  it("closes for a person who is removed from the project", async () => {
    const reviewer = open(collabPath(), cast.members.reviewer);
    await once(reviewer, "open");
    const closed = once(reviewer, "close");
    await server.services.db.delete(projectMember).where(eq(projectMember.userId, cast.members.reviewer.id));
    server.services.events.publish({
      topic: "members",
      projectId: scene.projectId,
      userId: cast.members.reviewer.id,
    });
    expect((await closed)[0]).toBe(4403);
  });
});
