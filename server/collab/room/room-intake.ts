import { nextTurn } from "../event-loop/next-turn.ts";
import type { WorkBudgets } from "../gate/work-budget.ts";
import type { IncomingMessage } from "./incoming-message.ts";
import type { RoomConnection } from "./room-connection.ts";

/** A message that is longer than this is put aside for the others', and goes on in its next turn. */
const SLICE_MS = 5;
/** Sockets, requests and timers of the process wait no longer than this for a room. */
const PAUSE_AFTER_MS = 8;
/** Then what was taken in so far is made durable. */
const TAKE_IN_MS = 25;

/** A message counts for what its parsed form takes, too. */
const MESSAGE_BYTES = 256;
/** Above this nothing more is read of a socket, or of all sockets of a person, until it has been worked off. */
const PAUSE_SOCKET_BYTES = 4 * 1024 * 1024;
const PAUSE_PERSON_BYTES = 16 * 1024 * 1024;
/** What had been read before the pause can still arrive; more is no pause. */
const CLOSE_BYTES = 16 * 1024 * 1024;

interface Line {
  readonly messages: { readonly message: IncomingMessage; readonly bytes: number }[];
  bytes: number;
  isPaused: boolean;
  /** A message that is being handled, over several turns if need be. */
  task: AsyncGenerator<number, void, void> | null;
}

/** Handles a message step by step, and says what each step cost in units. */
export type HandleInSteps = (
  connection: RoomConnection,
  message: IncomingMessage,
) => AsyncGenerator<number, void, void>;

/**
 * What sockets have sent and nobody has handled yet. Sockets have their turns one after the other, a slice of a message
 * each; a person whose budget is spent waits until it has refilled. Nobody is refused here, only slowed down.
 */
export class RoomIntake {
  readonly #handle: HandleInSteps;
  readonly #budgets: WorkBudgets;
  readonly #lines = new Map<RoomConnection, Line>();

  constructor(handle: HandleInSteps, budgets: WorkBudgets) {
    this.#handle = handle;
    this.#budgets = budgets;
  }

  get isEmpty(): boolean {
    return this.#lines.size === 0;
  }

  /** False when the socket goes on sending although nothing more is read. */
  put(connection: RoomConnection, message: IncomingMessage, frameBytes: number): boolean {
    let line = this.#lines.get(connection);
    if (!line) {
      line = { messages: [], bytes: 0, isPaused: false, task: null };
      this.#lines.set(connection, line);
    }
    const bytes = frameBytes + MESSAGE_BYTES;
    const budget = this.#budgets.of(connection.userId);
    line.messages.push({ message, bytes });
    line.bytes += bytes;
    budget.queuedBytes += bytes;
    if (!line.isPaused && (line.bytes > PAUSE_SOCKET_BYTES || budget.queuedBytes > PAUSE_PERSON_BYTES)) {
      line.isPaused = true;
      connection.pause();
    }
    return line.bytes <= CLOSE_BYTES;
  }

  /** What a socket that is gone had sent is nobody's any more: its page sends it again. */
  drop(connection: RoomConnection): void {
    const line = this.#lines.get(connection);
    if (!line) return;
    this.#lines.delete(connection);
    this.#budgets.of(connection.userId).queuedBytes -= line.bytes;
    line.bytes = 0;
  }

  /** Milliseconds until something may be handled; null when nothing waits. */
  get readyInMs(): number | null {
    let soonest: number | null = null;
    for (const { userId } of this.#lines.keys()) {
      const { waitMs } = this.#budgets.of(userId);
      if (soonest === null || waitMs < soonest) soonest = waitMs;
    }
    return soonest;
  }

  /** Round after round, until nothing is ready or the time of a tick is over. */
  async takeTurns(): Promise<void> {
    const until = performance.now() + TAKE_IN_MS;
    let pausedMs = performance.now();
    for (let turns = 1; turns > 0; ) {
      turns = 0;
      for (const connection of [...this.#lines.keys()]) {
        if (!(await this.#takeTurn(connection))) continue;
        turns++;
        const now = performance.now();
        if (now > until) return;
        if (now - pausedMs < PAUSE_AFTER_MS) continue;
        await nextTurn();
        pausedMs = performance.now();
      }
    }
  }

  /** False when the socket had nothing that may be handled now. Who had a turn is the last for the next one. */
  async #takeTurn(connection: RoomConnection): Promise<boolean> {
    const line = this.#lines.get(connection);
    if (!line) return false;
    if (!connection.open) {
      this.drop(connection);
      return false;
    }
    if (this.#budgets.of(connection.userId).waitMs > 0) return false;
    this.#lines.delete(connection);
    this.#lines.set(connection, line);
    await this.#work(connection, line);
    if (!line.task && line.messages.length === 0) this.drop(connection);
    return true;
  }

  async #work(connection: RoomConnection, line: Line): Promise<void> {
    const budget = this.#budgets.of(connection.userId);
    const until = performance.now() + SLICE_MS;
    line.task ??= this.#next(connection, line);
    while (line.task) {
      const step = await line.task.next();
      if (step.done) line.task = null;
      else budget.charge(step.value);
      if (performance.now() > until) return;
    }
  }

  #next(connection: RoomConnection, line: Line): AsyncGenerator<number, void, void> | null {
    const next = line.messages.shift();
    if (!next) return null;
    line.bytes -= next.bytes;
    this.#budgets.of(connection.userId).queuedBytes -= next.bytes;
    if (line.isPaused && line.bytes < PAUSE_SOCKET_BYTES / 4) {
      line.isPaused = false;
      connection.resume();
    }
    return this.#handle(connection, next.message);
  }
}
