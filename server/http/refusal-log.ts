import { type Log, logOf } from "../log/log.ts";

const MAX_LINES_A_MINUTE = 60;
const MINUTE_MS = 60_000;

export interface RefusalLog {
  /** `what`, a procedure or nothing where the line's route says enough, was refused with this HTTP status. */
  refused(status: number, what?: string): void;
}

/** Who was turned away from what: a line each, up to a bound, as anybody can ask for what is not theirs; then their number. */
export function createRefusalLog(log: Log, now: () => number = () => performance.now()): RefusalLog {
  let minuteBegan = Number.NEGATIVE_INFINITY;
  let lines = 0;
  let unsaid = 0;
  return {
    refused(status, what) {
      if (now() - minuteBegan >= MINUTE_MS) {
        if (unsaid > 0) log.warn(`${unsaid} more requests were refused within a minute`);
        minuteBegan = now();
        lines = unsaid = 0;
      }
      if (lines === MAX_LINES_A_MINUTE) {
        unsaid++;
        return;
      }
      lines++;
      log.info(what ? `${what} was refused` : "a request was refused", { status });
    },
  };
}

/** The server's. */
export const refusalLog = createRefusalLog(logOf("http"));
