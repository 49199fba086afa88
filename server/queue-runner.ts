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
  /** The next row to be done, in a queue that is a table. Asked while nothing runs: what is marked as running was left by somebody who stopped. */
  next(): Promise<Row | undefined>;
  begin(row: Row): RunningWork;
}

/** After a failure that is not the row's, e.g. a database that is being restarted. */
const RETRY_AFTER_MS = 5000;
/** Of several servers, another may have added a row and gone before it could say so. */
const LOOK_EVERY_MS = 30_000;

/** Does what a table holds, one row at a time, until nothing is left; whoever adds a row nudges it. */
export class QueueRunner<Row> {
  readonly #queue: Queue<Row>;
  #running: { readonly row: Row; readonly work: RunningWork } | null = null;
  #draining: Promise<void> | null = null;
  /** Nudged since it last looked for a row. */
  #again = false;
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

  /** Stops what runs, if it is meant; resolves when nothing more is written for it. */
  async stop(isMeant: (row: Row) => boolean): Promise<void> {
    if (this.#running && isMeant(this.#running.row)) await this.#running.work.stop();
  }

  /** Stops what runs: its row is taken up by whoever comes next. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#looker);
    await this.#running?.work.stop();
    await this.#draining;
  }

  async #drain(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      for (let row = await this.#queue.next(); row && !this.#closed; row = await this.#queue.next()) {
        const work = this.#queue.begin(row);
        this.#running = { row, work };
        await work.ended.finally(() => {
          this.#running = null;
        });
      }
    }
  }
}
