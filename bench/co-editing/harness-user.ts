import { WebsocketProvider } from "y-websocket";
import { type CollabDocument, createLabelDocument } from "../../core/sync/create-label-document.ts";
import type { LabelDocumentPorts } from "../../core/sync/document-ports.ts";
import { linkOverProvider } from "../../core/sync/link/link.ts";
import { allBrickKeys, type LabelGrid } from "../../core/sync/record/label-grid.ts";
import type { OutboxRow, OutboxStore, QuarantinedEdit } from "../../core/sync/unsent/outbox.ts";
import { actsInMemory } from "../../core/sync/unsent/undo-stack.ts";
import { type BaseVersion, FACTS_KEY } from "../../server/collab/base/base-store.ts";
import type { HarnessServer } from "./harness-server.ts";
import { HarnessSocket } from "./harness-socket.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** What a computer keeps for a person over page loads. */
export class HarnessOutboxStore implements OutboxStore {
  rows: OutboxRow[] = [];
  readonly refused: QuarantinedEdit[] = [];
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
    const gone = new Set(ids);
    this.rows = this.rows.filter(({ id }) => !gone.has(id));
  }
  async loadQuarantine() {
    return [...this.refused];
  }
  async quarantine(edit: QuarantinedEdit) {
    this.refused.push(edit);
  }
  async clearQuarantine() {
    this.refused.length = 0;
  }
}

/** Older states than this are not read any more. */
const KEPT_REVS = 2;

export type BaseOf = (key: number) => Uint32Array | null;

/** One person: a computer with an outbox, and the page that is open on it. Everything but the wire is the product's. */
export class HarnessUser {
  readonly userId: string;
  readonly store = new HarnessOutboxStore();
  readonly acts = actsInMemory();
  readonly sockets: HarnessSocket[] = [];
  readonly chores: (() => void)[] = [];
  page: CollabDocument | null = null;
  online = true;
  readonly #server: HarnessServer;
  readonly #grid: LabelGrid;
  readonly #random: SeededRandom;
  readonly #planLimits: { bodyBytes: number; inlineRecords: number };
  #providers: WebsocketProvider[] = [];

  constructor(
    userId: string,
    server: HarnessServer,
    grid: LabelGrid,
    random: SeededRandom,
    planLimits: { bodyBytes: number; inlineRecords: number },
  ) {
    this.userId = userId;
    this.#server = server;
    this.#grid = grid;
    this.#random = random;
    this.#planLimits = planLimits;
  }

  get socket(): HarnessSocket | undefined {
    return this.sockets.at(-1);
  }

  /** A fresh page: the outbox survives, and the names of the acts that may be undone. */
  openPage(): void {
    this.page?.close();
    this.#providers = [];
    this.page = createLabelDocument(
      {
        volumeId: "v",
        shapeZyx: this.#grid.shapeZyx,
        voxelSizeZyx: [2, 1, 1],
        brickSize: this.#grid.brickSize,
        who: { userId: this.userId, name: this.userId },
        planLimits: this.#planLimits,
      },
      this.#ports(),
    );
    void this.page.start();
    this.look();
  }

  /** Wants to see all of the volume. */
  look(): void {
    void this.page?.loadBricks(allBrickKeys(this.#grid)).catch(() => {});
  }

  goOffline(): void {
    this.online = false;
    for (const socket of this.sockets) {
      socket.drop();
      this.#server.hangUp(socket);
    }
  }

  goOnline(): void {
    this.online = true;
    this.reconnect();
  }

  /** What the provider does by a timer. */
  reconnect(): void {
    for (const provider of this.#providers) if (!provider.wsconnected && provider.ws === null) provider.connect();
  }

  /** A timer or a download of this page comes due. */
  runChore(): void {
    const [chore] = this.chores.splice(this.#random.below(this.chores.length), 1);
    chore?.();
  }

  #later<T>(make: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) =>
      this.chores.push(() => {
        try {
          resolve(make());
        } catch (error) {
          reject(error);
        }
      }),
    );
  }

  /** R50: what the server answers when the question gets there. */
  async #asOf(key: number, rev: number): Promise<BaseVersion | undefined> {
    if (!this.online || !this.#server.room) throw new Error("offline");
    if (rev < this.#server.room.rev - KEPT_REVS && rev > 0) throw new Error("gone");
    const { versions } = this.#server.room;
    await versions.reach(rev, [key]);
    return versions.asOf(key, rev);
  }

  #ports(): LabelDocumentPorts {
    return {
      outbox: this.store,
      acts: this.acts,
      startSession: (after) =>
        this.#later(() => {
          if (!this.online || !this.#server.room) throw new Error("offline");
          const [session, seq] = (after ?? "").split(".").map((part) => Number.parseInt(part, 36));
          const lease = this.#server.store.startSession(this.userId, after ? { session, seq } : null);
          this.#server.room.addSession(lease.row, lease.labelCounter);
          return {
            session: lease.row.session,
            epoch: 1,
            canEdit: this.#server.roleOf(this.userId) !== "viewer",
            firstLabel: lease.firstLabel,
            labelCount: 256,
            hasBase: true,
            historyDays: 30,
          };
        }),
      openLink: (room, doc, awareness, events) => {
        const { sockets } = this;
        const online = () => this.online;
        class Socket extends HarnessSocket {
          constructor() {
            super(() => {});
            sockets.push(this);
            if (!online()) queueMicrotask(() => this.drop());
          }
        }
        const provider = new WebsocketProvider("ws://harness", room, doc, {
          connect: false,
          disableBc: true,
          awareness,
          // The provider uses the parts of the interface that HarnessSocket has.
          WebSocketPolyfill: Socket as unknown as typeof WebSocket,
        });
        // Reconnects when the harness says so, not by its own timer.
        provider.on("connection-close", () => {
          provider.shouldConnect = false;
        });
        this.#providers.push(provider);
        const link = linkOverProvider(provider, events, () => () => {}); // no attempt lasts too long
        return {
          send: (bytes) => link.send(bytes),
          close: () => {
            this.#providers = this.#providers.filter((other) => other !== provider);
            link.close();
          },
        };
      },
      fetchBrick: (key, rev) =>
        this.#later(async () => this.#server.store.base.brickOf(key, await this.#asOf(key, rev))),
      fetchOccupied: (rev) =>
        this.#later(async () => {
          const versions = await Promise.all(
            allBrickKeys(this.#grid).map(async (key) => [key, await this.#asOf(key, rev)] as const),
          );
          const { base } = this.#server.store;
          return versions.flatMap(([key, version]) => (base.brickOf(key, version) === null ? [] : [key]));
        }),
      fetchFacts: (rev) => this.#later(async () => this.#server.store.base.factsOf(await this.#asOf(FACTS_KEY, rev))),
      fetchBlob: (sha256) =>
        this.#later(() => {
          const bytes = this.#server.store.blobs.get(sha256);
          if (!bytes) throw new Error("no such blob");
          return bytes;
        }),
      uploadBlob: (sha256, bytes) =>
        this.#later(() => {
          if (!this.online) throw new Error("offline");
          this.#server.store.blobs.set(sha256, bytes);
        }),
      schedule: (task) => {
        this.chores.push(task);
        return () => {
          const at = this.chores.indexOf(task);
          if (at >= 0) this.chores.splice(at, 1);
        };
      },
      now: () => new Date(0),
    };
  }
}
