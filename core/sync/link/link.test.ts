import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import * as encoding from "lib0/encoding";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { Awareness, encodeAwarenessUpdate } from "y-protocols/awareness";
import * as sync from "y-protocols/sync";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import { ATTEMPT_MS, connectAnew, linkOverProvider, type ProviderLike } from "./link.ts";
import { MessageType } from "./messages.ts";

/** What a server does with an attempt. `late`: it answers, but only after that many of the link's milliseconds. */
type Manner = "never answers" | "opens and stays silent" | "syncs" | "refuses" | { readonly late: number };

/** The link's clock runs this much faster than the real one, where attempts are to fail. */
const FASTER = 50;

/** The whole of a document, as the server sends it. */
function wholeOf(doc: Y.Doc): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MessageType.sync);
  sync.writeSyncStep2(encoder, doc);
  return encoding.toUint8Array(encoder);
}

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** A real server and the real provider; the n-th attempt meets the n-th manner, later ones the last. */
async function connect(manners: readonly Manner[], faster = FASTER) {
  const server: Server = createServer();
  const sockets: Duplex[] = [];
  const upgrades = new WebSocketServer({ noServer: true });
  const doc = new Y.Doc();
  const truth = new Y.Doc();
  truth.getMap("meta").set("schema", 1);
  const attempts: number[] = [];
  const heard: { frame: Uint8Array; from: WebSocket }[] = [];
  server.on("connection", (socket) => sockets.push(socket));
  server.on("upgrade", (request, socket, head) => {
    const manner = manners[Math.min(attempts.length, manners.length - 1)];
    attempts.push(performance.now());
    socket.on("error", () => {});
    if (manner === "never answers") return;
    if (manner === "refuses") return void socket.end("HTTP/1.1 503 Starting\r\nConnection: close\r\n\r\n");
    upgrades.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on("message", (data: Buffer) => heard.push({ frame: Uint8Array.from(data), from: webSocket }));
      const answer = () => webSocket.send(wholeOf(truth));
      if (manner === "syncs") answer();
      else if (typeof manner === "object") setTimeout(answer, manner.late / FASTER);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const provider = new WebsocketProvider(`ws://127.0.0.1:${port}`, "room", doc, {
    connect: false,
    disableBc: true,
    awareness: new Awareness(doc),
    maxBackoffTime: 20,
    // ws implements the browser's interface; its types differ in what events carry.
    WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
  });
  const events: string[] = [];
  const pending = new Set<NodeJS.Timeout>();
  const link = linkOverProvider(
    provider,
    {
      onSynced: () => events.push("synced"),
      onDisconnected: () => events.push("disconnected"),
      onMessage: () => {},
      onClosed: () => events.push("closed"),
    },
    (task, delayMs) => {
      const timer = setTimeout(() => {
        pending.delete(timer);
        task();
      }, delayMs / faster);
      pending.add(timer);
      return () => {
        pending.delete(timer);
        clearTimeout(timer);
      };
    },
  );
  open.push(() => {
    link.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { events, attempts, doc, provider: provider as ProviderLike, link, pending, heard };
}

describe("a link", () => {
  it.each<[string, Manner[]]>([
    ["accepts sockets and never answers", ["never answers", "never answers", "syncs"]],
    ["opens and then says nothing", ["opens and stays silent", "opens and stays silent", "syncs"]],
    ["is starting, then half open, then there", ["refuses", "never answers", "opens and stays silent", "syncs"]],
  ])("drops attempts of a server that %s, and syncs with the first that does", async (_what, manners) => {
    const { events, attempts, doc } = await connect(manners);
    await expect.poll(() => events.filter((event) => event === "synced"), { timeout: 8000 }).toEqual(["synced"]);
    expect(doc.getMap("meta").get("schema")).toBe(1);
    expect(attempts.length).toBeGreaterThanOrEqual(manners.length);
  });

  it("gives a slow line ever more time, so that a large document arrives in the end", async () => {
    const { events, attempts } = await connect([{ late: 3 * ATTEMPT_MS }]);
    await expect.poll(() => events.includes("synced"), { timeout: 8000 }).toBe(true);
    expect(attempts.length).toBeGreaterThan(1);
  });

  it("watches attempts only: nothing is pending once it has synced, nor after its end", async () => {
    const { events, attempts, link, pending } = await connect(["syncs"], 1);
    await expect.poll(() => events).toEqual(["synced"]);
    expect([attempts.length, pending.size]).toEqual([1, 0]);
    link.close();
    const hung = await connect(["never answers"], 1);
    await expect.poll(() => hung.attempts.length).toBe(1);
    expect(hung.pending.size).toBe(1);
    hung.link.close();
    expect(hung.pending.size).toBe(0);
  });

  it("tells of its own person and never passes on what it hears of the others", async () => {
    const { events, provider, heard } = await connect(["syncs"], 1);
    await expect.poll(() => events).toEqual(["synced"]);
    const other = new Awareness(new Y.Doc());
    other.setLocalState({ name: "other" });
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, MessageType.awareness);
    encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(other, [other.clientID]));
    heard[0].from.send(encoding.toUint8Array(encoder));
    await expect.poll(() => provider.awareness.getStates().has(other.clientID)).toBe(true);
    provider.awareness.setLocalState({ name: "own" });
    const told = () =>
      heard
        .filter(({ frame }) => frame[0] === MessageType.awareness)
        .map(({ frame }) => new TextDecoder().decode(frame));
    await expect.poll(() => told().some((text) => text.includes("own"))).toBe(true);
    expect(told().filter((text) => text.includes("other"))).toEqual([]);
    other.destroy();
  });

  it("asks at once when told that the network is back", async () => {
    const { events, attempts, provider } = await connect(["never answers", "syncs"], 1);
    await expect.poll(() => attempts.length).toBe(1);
    const toldAt = performance.now();
    connectAnew(provider);
    await expect.poll(() => events.includes("synced"), { timeout: 4000 }).toBe(true);
    expect(attempts[1] - toldAt).toBeLessThan(ATTEMPT_MS);
  });
});
