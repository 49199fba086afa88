/** The job belongs to another trainer now, or has ended: stop at once and write nothing more. */
export class LeaseLost extends Error {
  constructor() {
    super("the lease of this job is lost");
    this.name = "LeaseLost";
  }
}

/** The server cannot be reached, is starting, or met an error of its own: the same request may pass later. */
export class ServerAway extends Error {
  /** Null where there was no answer at all. */
  readonly status: number | null;
  /** How long the server asks to be left alone; 0 where it does not say. */
  readonly retryAfterMs: number;

  constructor(message: string, given: { status?: number; retryAfterMs?: number; cause?: unknown }) {
    super(message, { cause: given.cause });
    this.status = given.status ?? null;
    this.retryAfterMs = given.retryAfterMs ?? 0;
  }
}

/** Asked for long enough. Another attempt at the job may still succeed. */
export class ServerFailing extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ServerFailing";
  }
}
