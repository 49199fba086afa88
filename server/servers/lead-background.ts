import type { Database } from "../../db/client.ts";
import { failureLog } from "../log/failure-log.ts";
import type { Cluster } from "./cluster.ts";
import { HeldElsewhere } from "./leases.ts";
import { BACKGROUND } from "./operation.ts";

const TRY_EVERY_MS = 1_000;

/**
 * Waits until nobody does the background work of the installation, then begins it here. States: waiting -> beginning -> leading ->
 * lost. What is under way when it is lost cannot be called back: `onLost` ends the process.
 */
export function leadBackground(
  db: Database,
  { leases }: Cluster,
  given: { begin(): Promise<void>; onLost(): void },
): { stop(): Promise<void> } {
  let stopped = false;
  let isLeading = false;
  let trying: Promise<void> | null = null;

  const attempt = async (): Promise<void> => {
    if (await leases.holder(BACKGROUND)) return;
    const claim = leases.claim(BACKGROUND, () => {
      if (!stopped) given.onLost();
    });
    try {
      await db.transaction((tx) => claim.take(tx));
      claim.confirm();
      await given.begin();
      isLeading = true;
    } catch (error) {
      await claim.release();
      if (!(error instanceof HeldElsewhere)) throw error;
    }
  };
  const tryNow = (): void => {
    if (isLeading || stopped || trying) return;
    trying = attempt()
      .catch((error) => failureLog.failed("taking over the background work", error))
      .finally(() => {
        trying = null;
      });
  };
  tryNow();
  const timer = setInterval(tryNow, TRY_EVERY_MS);
  timer.unref();
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await trying;
    },
  };
}
