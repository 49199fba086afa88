import type { Database } from "../../db/client.ts";
import { failureLog } from "../log/failure-log.ts";
import { pruneAuditLog } from "./prune-audit-log.ts";

const EVERY_MS = 6 * 3_600_000;

/** Deletes rows that are older than `readKeptDays` says, at the start and four times a day. */
export function keepAuditLog(db: Database, readKeptDays: () => Promise<number>): { stop(): Promise<void> } {
  let running: Promise<unknown> = Promise.resolve();
  const prune = (): void => {
    running = running
      .then(async () => pruneAuditLog(db, await readKeptDays()))
      .catch((error) => failureLog.failed("the pruning of the audit log", error));
  };
  prune();
  const timer = setInterval(prune, EVERY_MS);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
