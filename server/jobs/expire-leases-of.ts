import { and, eq, sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { trainingJob } from "../../db/schema/index.ts";

/** When it is known that a trainer is gone, nobody has to wait for its lease to run out. */
export async function expireLeasesOf(db: Database, trainerName: string): Promise<void> {
  await db
    .update(trainingJob)
    .set({ leaseExpiresAt: sql`now()` })
    .where(and(eq(trainingJob.leaseOwner, trainerName), eq(trainingJob.state, "leased")));
}
