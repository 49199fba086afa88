import { setTimeout as sleep } from "node:timers/promises";
import type { createTestClient } from "../../testing/trpc-client.ts";

/** A test's; a benchmark of whole volumes passes its own. */
const BOUND_MS = 100_000;

/** The version when it is ready or has failed. */
export async function untilFrozen(
  client: ReturnType<typeof createTestClient>,
  projectId: string,
  versionId: string,
  boundMs = BOUND_MS,
) {
  for (const until = performance.now() + boundMs; performance.now() < until; ) {
    const one = (await client.export.list.query({ projectId })).find(({ id }) => id === versionId);
    if (one && one.state !== "freezing") return one;
    await sleep(50);
  }
  throw new Error("the version does not get ready");
}
