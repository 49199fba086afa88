import { and, eq, inArray, notExists, type SQL, sql } from "drizzle-orm";
import type { Transaction } from "../../../db/client.ts";
import { blockPlan, trainingJob } from "../../../db/schema/index.ts";
import type { Services } from "../../services.ts";
import { scheduleBlobRemoval } from "../../storage/blob-removal.ts";

/** Where findings in the blocks of a plan lie. */
export const findingsFolder = (plan: Pick<typeof blockPlan.$inferSelect, "id" | "volumeId">): string =>
  `volumes/${plan.volumeId}/blocks/${plan.id}/`;

/** Whoever is at a block of them hears that it is over. Then call `removeScheduledBlobs`. */
export async function dropPlans(tx: Transaction, which: SQL | undefined): Promise<void> {
  const dropped = await tx
    .delete(blockPlan)
    .where(which ?? sql`false`)
    .returning({ id: blockPlan.id, volumeId: blockPlan.volumeId });
  await scheduleBlobRemoval(tx, dropped.map(findingsFolder));
}

/** Plans of jobs that have ended, however they did. */
export async function sweepPlans({ db }: Services): Promise<void> {
  const running = db
    .select({ id: trainingJob.id })
    .from(trainingJob)
    .where(and(eq(trainingJob.id, blockPlan.jobId), inArray(trainingJob.state, ["queued", "leased"])));
  await db.transaction((tx) => dropPlans(tx, notExists(running)));
}
