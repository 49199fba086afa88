import { setTimeout as sleep } from "node:timers/promises";
import type { createTestClient } from "../../testing/trpc-client.ts";

const BOUND_MS = 100_000;

/** The version when it is ready or has failed. */
export async function untilFrozen(client: ReturnType<typeof createTestClient>, projectId: string, versionId: string) {
  for (const until = performance.now() + BOUND_MS; performance.now() < until; ) {
    const one = (await client.export.list.query({ projectId })).find(({ id }) => id === versionId);
    if (one && one.state !== "freezing") return one;
    await sleep(50);
  }
  throw new Error("the version does not get ready");
}
