import { and, eq, sql } from "drizzle-orm";
import type { Database, Transaction } from "../../db/client.ts";
import { predictionBlock, trainingJob } from "../../db/schema/index.ts";

/** When it is known that a trainer is gone, or may work no more, nobody has to wait for its leases to run out. */
export async function expireLeasesOf(db: Database | Transaction, tokenHash: string): Promise<void> {
  for (const leased of [trainingJob, predictionBlock])
    await db
      .update(leased)
      .set({ leaseExpiresAt: sql`now()` })
      .where(and(eq(leased.claimedWith, tokenHash), eq(leased.state, "leased")));
}
