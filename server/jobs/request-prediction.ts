import { and, eq, inArray } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { project, trainingJob } from "../../db/schema/index.ts";

/** Before trainings: people wait for proposals, and a prediction takes seconds to minutes. */
export const PREDICTION_PRIORITY = 10;

/**
 * Makes a checkpoint the project's current one and queues the prediction of all its volumes. Predictions by another
 * checkpoint that have not finished are superseded.
 */
export async function requestPrediction(
  tx: Transaction,
  given: { projectId: string; checkpointId: string; snapshotId: string; createdBy: string | null },
): Promise<void> {
  const { projectId, checkpointId, snapshotId, createdBy } = given;
  const unfinished = and(eq(trainingJob.projectId, projectId), eq(trainingJob.kind, "predict"));
  await tx
    .update(trainingJob)
    .set({ state: "cancelled", cancelRequested: true, finishedAt: new Date() })
    .where(and(unfinished, inArray(trainingJob.state, ["queued", "leased"])));
  await tx.update(project).set({ currentCheckpointId: checkpointId }).where(eq(project.id, projectId));
  await tx.insert(trainingJob).values({
    projectId,
    kind: "predict",
    priority: PREDICTION_PRIORITY,
    payload: { kind: "predict", checkpointId, snapshotId },
    createdBy,
  });
}
