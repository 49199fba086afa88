import { type FailureLog, failureLog } from "../log/failure-log.ts";
import { type Log, logOf } from "../log/log.ts";

/** What better-auth says goes into our own log: its own prints queries with their parameters, session tokens too. */
export const createAuthLog =
  (failures: FailureLog = failureLog, log: Log = logOf("accounts")) =>
  (_level: string, message: unknown, ...details: readonly unknown[]): void => {
    const error = [message, ...details].find((one) => one instanceof Error);
    if (error) failures.failed("an account's request", error);
    else log.warn(String(message));
  };
