/** A full budget: two seconds of work at once, more than ten thousand strokes painted in a day without a network. */
const BURST_UNITS = 2_000_000;
/** A hundred times what a quick hand paints. */
const UNITS_PER_SECOND = 50_000;
const SWEEP_ABOVE = 1000;

/** The work a person may ask of the server, on all their sockets and requests: it refills with time. */
export class WorkBudget {
  readonly #nowMs: () => number;
  #left = BURST_UNITS;
  #countedMs: number;
  /** Bytes of this person that wait to be looked at. */
  queuedBytes = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#countedMs = nowMs();
  }

  /** Takes what a piece of work cost, below nothing if need be: what follows then waits. */
  charge(units: number): void {
    this.#refill();
    this.#left -= units;
  }

  /** Milliseconds until the next piece of work may begin. */
  get waitMs(): number {
    this.#refill();
    return this.#left >= 0 ? 0 : Math.ceil((-this.#left * 1000) / UNITS_PER_SECOND);
  }

  get isUntouched(): boolean {
    this.#refill();
    return this.#left === BURST_UNITS && this.queuedBytes === 0;
  }

  #refill(): void {
    const now = this.#nowMs();
    this.#left = Math.min(BURST_UNITS, this.#left + ((now - this.#countedMs) * UNITS_PER_SECOND) / 1000);
    this.#countedMs = now;
  }
}

/** The budgets of everybody who is here, one per person and process. */
export class WorkBudgets {
  readonly #nowMs: () => number;
  readonly #people = new Map<string, WorkBudget>();

  /** `nowMs` never goes back. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  of(userId: string): WorkBudget {
    let budget = this.#people.get(userId);
    if (budget) return budget;
    if (this.#people.size >= SWEEP_ABOVE)
      for (const [id, other] of this.#people) if (other.isUntouched) this.#people.delete(id);
    budget = new WorkBudget(this.#nowMs);
    this.#people.set(userId, budget);
    return budget;
  }
}
