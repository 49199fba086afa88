import type { Decision } from "../editor/editor-contract.ts";

/** What a person did with a question; `undone`: the decision was taken back. */
export interface KeptDecision {
  readonly labelValue: number;
  readonly kind: Decision | "undone" | "skipped";
}

/** Where decisions wait that the server has not heard of yet; they survive a reload of the page. */
export interface DecisionStore {
  load(): readonly KeptDecision[];
  save(waiting: readonly KeptDecision[]): void;
}

/** Between two tries while the server is away. */
const RETRY_MS = 3000;

/**
 * Tells the server what was decided, in the order in which it was: like strokes, decisions that are made without a
 * connection are kept and leave when it is back. Only an answer takes one off the list.
 */
export class DecisionSender {
  readonly #send: (decision: KeptDecision) => Promise<void>;
  readonly #mayTryAgain: (error: unknown, tries: number) => boolean;
  readonly #store: DecisionStore;
  readonly #onRefused: (error: unknown) => void;
  readonly #onChange: () => void;
  #waiting: KeptDecision[];
  #sending: Promise<void> | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #tries = 0;
  #closed = false;

  constructor(
    ports: {
      send(decision: KeptDecision): Promise<void>;
      /** True where no decision came of it; `tries`: how often this one failed so far. */
      mayTryAgain(error: unknown, tries: number): boolean;
      readonly store: DecisionStore;
    },
    events: { onRefused(error: unknown): void; onChange(): void },
  ) {
    this.#send = (decision) => ports.send(decision);
    this.#mayTryAgain = (error, tries) => ports.mayTryAgain(error, tries);
    this.#store = ports.store;
    this.#onRefused = (error) => events.onRefused(error);
    this.#onChange = () => events.onChange();
    this.#waiting = [...this.#store.load()];
  }

  /** Decisions that the server has not heard of. */
  get waiting(): number {
    return this.#waiting.length;
  }

  add(decision: KeptDecision): void {
    this.#waiting.push(decision);
    this.#changed();
    void this.flush();
  }

  /** Sends all that waits; resolves when it is sent or the server turns out to be away. */
  flush(): Promise<void> {
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = null;
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  /** Sends what an earlier page left, and goes on after `close`. */
  open(): void {
    this.#closed = false;
    void this.flush();
  }

  close(): void {
    this.#closed = true;
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = null;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#closed) {
      try {
        await this.#send(this.#waiting[0]);
      } catch (error) {
        if (this.#mayTryAgain(error, ++this.#tries)) {
          if (!this.#closed) this.#retry = setTimeout(() => void this.flush(), RETRY_MS);
          return;
        }
        this.#onRefused(error);
      }
      this.#tries = 0;
      this.#waiting.shift();
      this.#changed();
    }
  }

  #changed(): void {
    this.#store.save(this.#waiting);
    this.#onChange();
  }
}
