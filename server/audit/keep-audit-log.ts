import type { Database } from "../../db/client.ts";
import { failureLog } from "../failure-log.ts";
import { pruneAuditLog } from "./prune-audit-log.ts";

const EVERY_MS = 6 * 3_600_000;

/** Deletes old rows at the start and four times a day. */
export function keepAuditLog(db: Database): { stop(): Promise<void> } {
  let running: Promise<unknown> = Promise.resolve();
  const prune = (): void => {
    running = running
      .then(() => pruneAuditLog(db))
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
