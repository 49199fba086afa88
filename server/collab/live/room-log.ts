/** What a room says of itself in the server's log: that something failed and why, never what was in a message. */

const MAX_REASON = 160;
const SAME_LINE_MS = 30_000;

/**
 * A reason on one line: of what lies at the bottom (drizzle's own message holds the parameters of a query, record bytes
 * among them), without control characters that a terminal would obey, and short.
 */
export function reasonOf(error: unknown): string {
  let inner = error;
  for (let depth = 0; inner instanceof Error && inner.cause instanceof Error && depth < 10; depth++)
    inner = inner.cause;
  const text = inner instanceof Error ? inner.message : String(inner);
  const [line] = text.split(/[\r\n]/);
  const plain = line.replace(/[^\x20-\x7e\u00a0-\uffff]/g, "?");
  return plain.length > MAX_REASON ? `${plain.slice(0, MAX_REASON)}…` : plain;
}

/** The same line at most once in half a minute. */
export class RoomLog {
  readonly #say: (line: string) => void;
  readonly #saidMs = new Map<string, number>();

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  restarts(volumeId: string, error: unknown, pauseMs: number): void {
    this.#once(`The room of volume ${volumeId} restarts in ${Math.round(pauseMs / 100) / 10} s: ${reasonOf(error)}`);
  }

  trouble(volumeId: string, error: unknown): void {
    this.#once(`A socket of volume ${volumeId} was closed, its message could not be handled: ${reasonOf(error)}`);
  }

  #once(line: string): void {
    const now = performance.now();
    for (const [other, saidMs] of this.#saidMs) if (now - saidMs >= SAME_LINE_MS) this.#saidMs.delete(other);
    if (this.#saidMs.has(line)) return;
    this.#saidMs.set(line, now);
    this.#say(line);
  }
}
