import { describeError, innermostError } from "./describe-error.ts";
import { type Log, logOf } from "./log.ts";

/** PostgreSQL is not there, is stopping, or is starting: that ends by itself, and a stack says nothing about it. */
const DATABASE_AWAY: ReadonlySet<string> = new Set([
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
]);
/** Of the connection itself; ENOENT where the socket's file is not there. */
const CONNECTION_LOST: ReadonlySet<string> = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ENOENT"]);
const CONNECTION_CALLS: ReadonlySet<unknown> = new Set(["connect", "read", "write"]);
const SAME_LINE_MS = 30_000;

function isDatabaseAway(inner: Error): boolean {
  const { code = "", syscall } = inner as NodeJS.ErrnoException;
  if (DATABASE_AWAY.has(code) || /^Connection terminated|^Cannot use a pool after/.test(inner.message)) return true;
  return CONNECTION_LOST.has(code) && CONNECTION_CALLS.has(syscall);
}

/** better-auth answers for a failure that its own log has told of. */
const isToldAlready = (inner: Error): boolean => inner.name === "APIError";

/** What a failure is counted as. */
export const failureKinds = ["database-away", "account", "other"] as const;
export type FailureKind = (typeof failureKinds)[number];

export interface FailureLog {
  /** `what` failed: with its stack, but for a database that is away; that is one line, once in half a minute. */
  failed(what: string, error: unknown): void;
  /** Failures since the process started, those of a repeated line too. */
  readonly counts: Readonly<Record<FailureKind, number>>;
}

export function createFailureLog(log: Log, now: () => number = () => performance.now()): FailureLog {
  const saidAt = new Map<string, number>();
  const counts: Record<FailureKind, number> = { "database-away": 0, account: 0, other: 0 };
  const sayOnce = (line: string): void => {
    if (now() - (saidAt.get(line) ?? Number.NEGATIVE_INFINITY) < SAME_LINE_MS) return;
    for (const [other, at] of saidAt) if (now() - at >= SAME_LINE_MS) saidAt.delete(other);
    saidAt.set(line, now());
    log.error(line);
  };
  return {
    counts,
    failed(what, error) {
      const inner = innermostError(error);
      const kind = kindOf(inner);
      counts[kind]++;
      if (kind === "database-away") sayOnce(`The database is away: ${describeError(inner).words}`);
      else if (kind === "account") sayOnce(`${what} failed: ${describeError(inner).words}`);
      else log.failed(`${what} failed`, error);
    },
  };
}

function kindOf(inner: unknown): FailureKind {
  if (!(inner instanceof Error)) return "other";
  if (isDatabaseAway(inner)) return "database-away";
  return isToldAlready(inner) ? "account" : "other";
}

/** The server's log of what went wrong. */
export const failureLog = createFailureLog(logOf("server"));
