import { and, eq, sql } from "drizzle-orm";
import type { Database, Transaction } from "../../db/client.ts";
import { trainingJob } from "../../db/schema/index.ts";

/** When it is known that a trainer is gone, or may work no more, nobody has to wait for its leases to run out. */
export async function expireLeasesOf(db: Database | Transaction, tokenHash: string): Promise<void> {
  await db
    .update(trainingJob)
    .set({ leaseExpiresAt: sql`now()` })
    .where(and(eq(trainingJob.claimedWith, tokenHash), eq(trainingJob.state, "leased")));
}
