import { failureLog } from "./log/failure-log.ts";

/** Work that has begun on a row of a queue. */
export interface RunningWork {
  /** Rejects only where not even a failure could be written down. */
  readonly ended: Promise<void>;
  /** At once; resolves when nothing more is written. */
  stop(): Promise<void>;
}

interface Queue<Row> {
  /** For the log. */
  readonly name: string;
  /**
   * The next row to be done beside those that run, in a queue that is a table. What is marked as running there and does not run was left by somebody who
   * stopped.
   */
  next(running: readonly Row[]): Promise<Row | undefined>;
  begin(row: Row): RunningWork;
  /** So many rows at once; one, where nothing is said. */
  readonly lanes?: number;
}

/** After a failure that is not the row's, e.g. a database that is being restarted. */
const RETRY_AFTER_MS = 5000;
/** Of several servers, another may have added a row and gone before it could say so. */
const LOOK_EVERY_MS = 30_000;

/** Does what a table holds, one row at a time or a few, until nothing is left; whoever adds a row nudges it. */
export class QueueRunner<Row> {
  readonly #queue: Queue<Row>;
  readonly #running = new Map<Row, RunningWork>();
  #draining: Promise<void> | null = null;
  /** Nudged, or done with a row, since it last looked for one. */
  #again = false;
  /** Ends the wait for that. */
  #wake: () => void = () => {};
  /** Of a row that not even a failure could be written down of. */
  #trouble: { readonly error: unknown } | null = null;
  #closed = false;
  #looker: NodeJS.Timeout | undefined;

  constructor(queue: Queue<Row>) {
    this.#queue = queue;
  }

  /** Where several servers share the table: looks by itself now and then. */
  lookNowAndThen(): void {
    this.#looker ??= setInterval(() => this.nudge(), LOOK_EVERY_MS).unref();
  }

  /** Something may have been added. */
  nudge(): void {
    if (this.#closed) return;
    this.#again = true;
    this.#wake();
    this.#draining ??= this.#drain()
      .catch((error) => {
        failureLog.failed(this.#queue.name, error);
        setTimeout(() => this.nudge(), RETRY_AFTER_MS).unref();
      })
      .finally(() => {
        this.#draining = null;
        // Asked between the last look and the end.
        if (this.#again) this.nudge();
      });
  }

  /** Resolves when it has found nothing more to do. */
  async idle(): Promise<void> {
    while (this.#draining) await this.#draining;
  }

  /** Stops what runs and is meant; resolves when nothing more is written for it. */
  async stop(isMeant: (row: Row) => boolean): Promise<void> {
    await Promise.all([...this.#running].map(([row, work]) => (isMeant(row) ? work.stop() : undefined)));
  }

  /** Stops what runs: its rows are taken up by whoever comes next. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#looker);
    await this.stop(() => true);
    await this.#draining;
  }

  async #drain(): Promise<void> {
    do {
      this.#again = false;
      const isFree = this.#running.size < (this.#queue.lanes ?? 1);
      const row = isFree ? await this.#queue.next([...this.#running.keys()]) : undefined;
      if (this.#closed) return;
      if (row) this.#begin(row);
      else if (this.#running.size > 0 && !this.#again)
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      if (this.#trouble) {
        const { error } = this.#trouble;
        this.#trouble = null;
        throw error;
      }
    } while (!this.#closed && (this.#again || this.#running.size > 0));
  }

  #begin(row: Row): void {
    const work = this.#queue.begin(row);
    this.#running.set(row, work);
    this.#again = true;
    void work.ended
      .then(
        () => {
          this.#again = true;
        },
        (error) => {
          this.#trouble = { error };
        },
      )
      .then(() => {
        this.#running.delete(row);
        this.#wake();
      });
  }
}
