import type { LabelGrid } from "../../core/sync/record/label-grid.ts";
import { WorkBudgets } from "../../server/collab/gate/work-budget.ts";
import { Room } from "../../server/collab/room/room.ts";
import type { RoomConnection } from "../../server/collab/room/room-connection.ts";
import { MemoryRoomStore } from "../../server/collab/testing/memory-room-store.ts";
import type { HarnessSocket } from "./harness-socket.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** The product's room over a database that loses its tail, with a clock that stands still. */
export class HarnessServer {
  readonly store: MemoryRoomStore;
  room: Room | null = null;
  refusals: string[] = [];
  readonly #connections = new Map<HarnessSocket, RoomConnection>();
  /** Budgets refill with every look at them: a history has no clock. */
  #budgetMs = 0;
  /** What a fold or a repair waits for: reads and writes of its store. */
  readonly chores: (() => void)[] = [];
  #ticks = 0;
  #isSealDue = false;
  readonly #roles = new Map<string, "annotator" | "reviewer" | "viewer">();

  constructor(grid: LabelGrid, labelCounter: number) {
    this.store = new MemoryRoomStore(grid, labelCounter);
    this.store.base.before = () => new Promise((resolve) => this.chores.push(resolve));
  }

  async boot(): Promise<void> {
    this.room = await Room.open(this.store, await this.store.open(), {
      onWork: () => {},
      onPresence: () => {},
      onRecords: () => {},
      onCrash: () => {
        this.room = null;
      },
      onTrouble: (error) => this.refusals.push(String(error)),
      now: () => new Date(0),
      monotonicMs: () => 0,
      budgets: new WorkBudgets(() => this.#budgetMs++ * 1000),
    });
  }

  tick(): void {
    if (!this.room) return;
    this.#ticks++;
    void this.room.tick().finally(() => {
      this.#ticks--;
      this.#sealWhenDue();
    });
  }

  /** Only between two ticks, as the room itself does: what a tick answers with is durable. */
  seal(): void {
    this.#isSealDue = true;
    this.#sealWhenDue();
  }

  #sealWhenDue(): void {
    if (this.#ticks > 0 || !this.#isSealDue) return;
    this.#isSealDue = false;
    this.room?.seal();
  }

  roleOf(userId: string): "annotator" | "reviewer" | "viewer" {
    return this.#roles.get(userId) ?? "annotator";
  }

  /** Something that a fold waits for comes back from the disk. */
  runChore(random: SeededRandom): void {
    const [chore] = this.chores.splice(random.below(this.chores.length), 1);
    chore?.();
  }

  setRole(userId: string, role: "annotator" | "reviewer" | "viewer"): void {
    this.#roles.set(userId, role);
  }

  /** Power cut: what is not on the disk is lost, every line is cut; then the machine starts again. */
  async crash(sockets: readonly HarnessSocket[]): Promise<void> {
    const room = this.room;
    this.store.loseTail();
    this.chores.length = 0;
    room?.crash(new Error("the machine went away"));
    this.#connections.clear();
    for (const socket of sockets) socket.drop();
    await this.boot();
  }

  accept(socket: HarnessSocket, userId: string): void {
    if (!this.room) return;
    socket.open();
    const connection = this.room.connect(
      {
        send: (frame) => socket.down.push({ frame }),
        close: (code, reason) => {
          if (code === 4400) this.refusals.push(reason);
          socket.down.push({ close: { code, reason } });
        },
        bufferedBytes: 0,
        pause: () => {},
        resume: () => {},
      },
      { userId, name: `Person ${userId}`, role: this.roleOf(userId) },
    );
    const { tell } = connection;
    connection.tell = (message) => {
      if (message.type === "reject") this.refusals.push(`${message.reason} ${message.recordId}`);
      tell.call(connection, message);
    };
    this.#connections.set(socket, connection);
  }

  deliverUp(socket: HarnessSocket): void {
    const frame = socket.up.shift();
    const connection = this.#connections.get(socket);
    if (frame && connection && this.room) this.room.receive(connection, frame);
    if (socket.readyState === 3 && socket.up.length === 0) this.hangUp(socket);
  }

  hangUp(socket: HarnessSocket): void {
    const connection = this.#connections.get(socket);
    if (!connection) return;
    this.#connections.delete(socket);
    this.room?.disconnect(connection);
  }
}
