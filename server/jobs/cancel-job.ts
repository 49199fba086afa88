import { and, eq, inArray, sql } from "drizzle-orm";
import { trainingJob } from "../../db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Services } from "../services.ts";

/**
 * A queued job ends at once, unless an earlier holder left a checkpoint worth keeping; a running trainer hears of it at
 * its next heartbeat, hands in the best weights so far and stops.
 */
export async function cancelJob(
  services: Services,
  given: { projectId: string; jobId: string; by: string },
): Promise<void> {
  const { projectId, jobId, by } = given;
  const atOnce = sql`(${trainingJob.state} = 'queued' and ${trainingJob.resumeBlob} is null)`;
  await services.db.transaction(async (tx) => {
    const cancelled = await tx
      .update(trainingJob)
      .set({
        cancelRequested: true,
        state: sql`case when ${atOnce} then 'cancelled' else ${trainingJob.state} end`,
        finishedAt: sql`case when ${atOnce} then now() else ${trainingJob.finishedAt} end`,
      })
      .where(
        and(
          eq(trainingJob.id, jobId),
          eq(trainingJob.projectId, projectId),
          inArray(trainingJob.state, ["queued", "leased"]),
          eq(trainingJob.cancelRequested, false),
        ),
      )
      .returning({ jobId: trainingJob.id });
    if (cancelled[0]) await recordAudit(tx, { act: "training.cancelled", by, projectId, details: cancelled[0] });
  });
  services.events.publish({ topic: "training", projectId });
}
