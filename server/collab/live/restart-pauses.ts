/** The first restart is at once: a database that stumbled is back. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;
/** What is stored could not be read: everybody asks again, and each time all of it would be read. */
const UNREADABLE_PAUSE_MS = 2000;
/** A room that has lived this long starts from the beginning. */
const FORGET_AFTER_MS = 5 * 60_000;

interface Crashes {
  count: number;
  lastMs: number;
  untilMs: number;
}

/** How long a volume whose room crashed stays closed: longer with each crash that follows. */
export class RestartPauses {
  readonly #crashes = new Map<string, Crashes>();

  /** Returns the pause that begins. */
  crashed(volumeId: string): number {
    const now = performance.now();
    for (const [id, { lastMs }] of this.#crashes) if (now - lastMs > FORGET_AFTER_MS) this.#crashes.delete(id);
    const count = (this.#crashes.get(volumeId)?.count ?? 0) + 1;
    const pauseMs = count === 1 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (count - 2));
    this.#crashes.set(volumeId, { count, lastMs: now, untilMs: now + pauseMs });
    return pauseMs;
  }

  /** It could not be opened, the database being away, say: a short pause that does not grow. */
  failedToOpen(volumeId: string): void {
    const now = performance.now();
    const crashes = this.#crashes.get(volumeId) ?? { count: 0, lastMs: now, untilMs: 0 };
    crashes.untilMs = Math.max(crashes.untilMs, now + UNREADABLE_PAUSE_MS);
    this.#crashes.set(volumeId, crashes);
  }

  /** Milliseconds until the volume may be opened again. */
  remainingMs(volumeId: string): number {
    return Math.max(0, (this.#crashes.get(volumeId)?.untilMs ?? 0) - performance.now());
  }
}
