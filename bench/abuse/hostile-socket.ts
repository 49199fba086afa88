import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { WebSocket } from "ws";
import * as Y from "yjs";
import { currentGenerationNumber, generationOf, roomName } from "../../core/sync/document/document-layout.ts";
import { encodeMessage, MessageType } from "../../core/sync/link/messages.ts";
import { recordIdOf } from "../../core/sync/record/record.ts";
import { encodeRecord } from "../../core/sync/record/record-codec.ts";
import { type AbuseWorld, cookieOf, type Standing } from "./abuse-world.ts";
import { asJson, PATIENCE_MS } from "./attack.ts";

const STEP_ONE = 0;
const STEP_TWO = 1;
const UPDATE = 2;

export function syncFrame(step: 0 | 1 | 2, body: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MessageType.sync);
  encoding.writeVarUint(encoder, step);
  encoding.writeVarUint8Array(encoder, body);
  return encoding.toUint8Array(encoder);
}

/** A socket of the shared document in the wrong hands: it sends frames as bytes. */
export class HostileSocket {
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** Null where the server does not let it in. */
  static open(world: AbuseWorld, standing: Standing): Promise<HostileSocket | null> {
    const url = `${world.address.replace("http", "ws")}/collab/${roomName(world.volumeId, 1)}`;
    const socket = new WebSocket(url, {
      headers: { origin: world.address, cookie: cookieOf(world, standing) },
      handshakeTimeout: PATIENCE_MS,
    });
    return new Promise((resolve) => {
      socket.once("open", () => resolve(new HostileSocket(socket)));
      socket.on("error", () => resolve(null));
      socket.once("close", () => resolve(null));
    });
  }

  /** Resolves when the frame has left, or the socket is gone. */
  send(frame: Uint8Array): Promise<void> {
    return new Promise((resolve) => this.#socket.send(frame, () => resolve()));
  }

  onFrame(listener: (frame: Uint8Array) => void): void {
    this.#socket.on("message", (data: Buffer) => listener(Uint8Array.from(data)));
  }

  /** Resolves when the server has read what was sent (it answers a ping), has closed, or does neither for a while. */
  async heard(): Promise<void> {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PATIENCE_MS);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#socket.once("pong", done);
      this.#socket.once("close", done);
      this.#socket.ping();
    });
  }

  close(): void {
    this.#socket.terminate();
  }
}

/** A member who may edit, with a program of his own: he knows the document and writes whatever he likes into it. */
export class HostileEditor {
  readonly socket: HostileSocket;
  readonly #doc: Y.Doc;
  readonly #session: number;
  readonly firstLabel: number;
  #seq = 0;

  private constructor(socket: HostileSocket, doc: Y.Doc, lease: { session: number; firstLabel: number }) {
    this.socket = socket;
    this.#doc = doc;
    this.#session = lease.session;
    this.firstLabel = lease.firstLabel;
  }

  static async open(world: AbuseWorld): Promise<HostileEditor | null> {
    const started = await fetch(`${world.address}/api/volumes/${world.volumeId}/sessions`, {
      method: "POST",
      headers: { ...asJson(world.cookies.annotator), origin: world.address },
      body: JSON.stringify({ after: null }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch(() => null);
    if (!started?.ok) return null;
    const lease = (await started.json()) as { session: number; firstLabel: number };
    const socket = await HostileSocket.open(world, "annotator");
    if (!socket) return null;
    const doc = new Y.Doc();
    socket.onFrame((frame) => {
      const decoder = decoding.createDecoder(frame);
      if (decoding.readVarUint(decoder) !== MessageType.sync) return;
      if (decoding.readVarUint(decoder) !== STEP_ONE) Y.applyUpdate(doc, decoding.readVarUint8Array(decoder), "server");
    });
    await socket.send(encodeMessage({ type: "hello", session: lease.session, outboxSessions: [] }));
    await socket.send(syncFrame(STEP_ONE, Y.encodeStateVector(doc)));
    await socket.send(syncFrame(STEP_TWO, Uint8Array.of(0, 0)));
    for (let waits = 0; waits < 50 && currentGenerationNumber(doc) === 0; waits++) {
      await socket.heard();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    if (currentGenerationNumber(doc) > 0) return new HostileEditor(socket, doc, lease);
    socket.close();
    return null;
  }

  /** A frame with records of this kind and these bodies, each under the number that the server expects of it. */
  frameOf(kind: number, bodies: readonly Uint8Array[]): Uint8Array {
    const updates: Uint8Array[] = [];
    const take = (update: Uint8Array) => updates.push(update);
    this.#doc.on("update", take);
    this.#doc.transact(() => {
      const generation = generationOf(this.#doc, currentGenerationNumber(this.#doc));
      for (const body of bodies) {
        this.#seq++;
        const header = { kind, session: this.#session, seq: this.#seq, stamp: 1 };
        generation?.set(recordIdOf(this.#session, this.#seq), encodeRecord(header, body));
      }
    });
    this.#doc.off("update", take);
    return syncFrame(UPDATE, Y.mergeUpdates(updates));
  }
}
