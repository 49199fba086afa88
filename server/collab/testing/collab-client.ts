import WebSocket from "ws";
import { WebsocketProvider } from "y-websocket";
import { type CollabDocument, createLabelDocument } from "../../../core/sync/create-label-document.ts";
import type { LabelDocumentPorts, SessionLease } from "../../../core/sync/document-ports.ts";
import { decodeBrickKeys } from "../../../core/sync/fold/brick-keys.ts";
import { linkOverProvider } from "../../../core/sync/link/link.ts";
import type { PlanLimits } from "../../../core/sync/record/plan-act.ts";
import type { OutboxRow, OutboxStore, QuarantinedEdit } from "../../../core/sync/unsent/outbox.ts";
import { type ActStore, actsInMemory } from "../../../core/sync/unsent/undo-stack.ts";
import { BRICK_SIZE } from "../../../core/volume/brick.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";

/** What a browser's IndexedDB does for one person, in memory: survives the page, not the test. */
export class MemoryOutboxStore implements OutboxStore {
  rows: OutboxRow[] = [];
  edits: QuarantinedEdit[] = [];
  async load() {
    return [...this.rows];
  }
  async append(rows: readonly OutboxRow[]) {
    this.rows.push(...rows);
  }
  async replace(row: OutboxRow) {
    this.rows = this.rows.map((other) => (other.id === row.id ? row : other));
  }
  async remove(ids: readonly string[]) {
    this.rows = this.rows.filter(({ id }) => !ids.includes(id));
  }
  async loadQuarantine() {
    return [...this.edits];
  }
  async quarantine(edit: QuarantinedEdit) {
    this.edits.push(edit);
  }
  async clearQuarantine() {
    this.edits = [];
  }
}

export interface CollabClientOptions {
  /** Asked at every attempt, as a restarted server may have another port. */
  readonly address: () => string;
  readonly cookie: () => string;
  readonly volumeId: string;
  readonly shapeZyx: Zyx;
  readonly outbox: OutboxStore;
  /** Kept over page loads where given. */
  readonly acts?: ActStore;
  readonly planLimits?: PlanLimits;
  /** Told of what arrives over the socket. */
  readonly onReceived?: (bytes: number) => void;
}

const schedule: LabelDocumentPorts["schedule"] = (task, delayMs) => {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
};

/** A page without a browser: the product's document over real HTTP and a real socket. */
export function openCollabClient(options: CollabClientOptions): CollabDocument {
  const { address, cookie, volumeId, outbox } = options;
  const url = (path: string) => `${address()}/api/volumes/${volumeId}${path}`;
  const send = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(url(path), {
      ...init,
      headers: { ...init.headers, cookie: cookie(), origin: address() },
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  return createLabelDocument(
    {
      volumeId,
      shapeZyx: options.shapeZyx,
      voxelSizeZyx: [2, 0.5, 0.5],
      brickSize: BRICK_SIZE,
      who: { color: "#228be6" },
      ...(options.planLimits && { planLimits: options.planLimits }),
    },
    {
      outbox,
      acts: options.acts ?? actsInMemory(),
      startSession: async (after) =>
        (await (
          await send("/sessions", {
            method: "POST",
            body: JSON.stringify({ after }),
            headers: { "content-type": "application/json" },
          })
        ).json()) as SessionLease,
      openLink(room, doc, awareness, events) {
        class Socket extends WebSocket {
          constructor(_url: string) {
            super(`${address().replace("http", "ws")}/collab/${room}`, {
              headers: { cookie: cookie(), origin: address() },
            });
            this.on("message", (data: ArrayBuffer | Buffer) => options.onReceived?.(data.byteLength));
          }
        }
        const provider = new WebsocketProvider(`${address().replace("http", "ws")}/collab`, room, doc, {
          connect: false,
          disableBc: true,
          awareness,
          maxBackoffTime: 300,
          // ws implements the browser's interface; its types differ in what events carry.
          WebSocketPolyfill: Socket as unknown as typeof globalThis.WebSocket,
        });
        return linkOverProvider(provider, events, schedule);
      },
      async fetchBrick(key, rev, signal) {
        const response = await send(`/bricks/${key}?rev=${rev}`, { signal: signal ?? null });
        return response.status === 204 ? null : new Uint32Array(await response.arrayBuffer());
      },
      async fetchOccupied(rev) {
        return decodeBrickKeys(new Uint8Array(await (await send(`/bricks?rev=${rev}`)).arrayBuffer()));
      },
      async fetchFacts(rev) {
        const response = await send(`/facts?rev=${rev}`);
        return response.status === 204 ? null : new Uint8Array(await response.arrayBuffer());
      },
      fetchBlob: async (sha256) => new Uint8Array(await (await send(`/paint/${sha256}`)).arrayBuffer()),
      uploadBlob: async (sha256, bytes) => {
        await send(`/paint/${sha256}`, { method: "PUT", body: Uint8Array.from(bytes) });
      },
      schedule,
      now: () => new Date(),
    },
  );
}
