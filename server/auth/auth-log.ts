import { type FailureLog, failureLog } from "../failure-log.ts";

/** What better-auth says goes into our own log: its own prints queries with their parameters, session tokens too. */
export const createAuthLog =
  (log: FailureLog = failureLog, say: (line: string) => void = (line) => console.error(line)) =>
  (_level: string, message: unknown, ...details: readonly unknown[]): void => {
    const error = [message, ...details].find((one) => one instanceof Error);
    if (error) log.failed("an account's request", error);
    else say(`Accounts: ${String(message).split("\nparams:")[0]}`);
  };
