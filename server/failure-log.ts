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

/** What lies at the bottom: drizzle's own message holds the parameters of a query, session tokens among them. */
function innermost(error: unknown): unknown {
  let inner = error;
  for (let depth = 0; inner instanceof Error && inner.cause instanceof Error && depth < 10; depth++)
    inner = inner.cause;
  return inner;
}

function isDatabaseAway(inner: Error): boolean {
  const { code = "", syscall } = inner as NodeJS.ErrnoException;
  if (DATABASE_AWAY.has(code) || /^Connection terminated|^Cannot use a pool after/.test(inner.message)) return true;
  return CONNECTION_LOST.has(code) && CONNECTION_CALLS.has(syscall);
}

/** better-auth answers for a failure that its own log has told of. */
const isToldAlready = (inner: Error): boolean => inner.name === "APIError";

export interface FailureLog {
  /** `what` failed: with its stack, but for a database that is away; that is one line, once in half a minute. */
  failed(what: string, error: unknown): void;
}

export function createFailureLog(say: (line: string) => void, now: () => number = () => performance.now()): FailureLog {
  const saidAt = new Map<string, number>();
  const sayOnce = (line: string): void => {
    if (now() - (saidAt.get(line) ?? Number.NEGATIVE_INFINITY) < SAME_LINE_MS) return;
    for (const [other, at] of saidAt) if (now() - at >= SAME_LINE_MS) saidAt.delete(other);
    saidAt.set(line, now());
    say(line);
  };
  return {
    failed(what, error) {
      const inner = innermost(error);
      if (!(inner instanceof Error)) say(`${what} failed: ${String(inner)}`);
      else if (isDatabaseAway(inner)) sayOnce(`The database is away: ${inner.message}`);
      else if (isToldAlready(inner)) sayOnce(`${what} failed: ${inner.message}`);
      else say(`${what} failed: ${inner.stack ?? inner.message}`);
    },
  };
}

/** The server's log of what went wrong. */
export const failureLog = createFailureLog((line) => console.error(line));
