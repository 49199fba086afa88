import { sql } from "drizzle-orm";
import type { TrainingMetric } from "../../core/contract/trainer-messages.ts";
import type { Database } from "../../db/client.ts";
import { trainingMetric } from "../../db/schema/index.ts";
import { type Lease, renewLease } from "./lease.ts";

/** Returns the project whose pages want to know. */
export async function storeMetrics(db: Database, lease: Lease, metrics: readonly TrainingMetric[]): Promise<string> {
  return db.transaction(async (tx) => {
    const job = await renewLease(tx, lease);
    // The last of several values of one step counts; a statement may not write a row twice.
    const byStep = new Map(metrics.map((metric) => [metric.step, { ...metric, jobId: lease.jobId }]));
    await tx
      .insert(trainingMetric)
      .values([...byStep.values()])
      .onConflictDoUpdate({
        target: [trainingMetric.jobId, trainingMetric.step],
        set: {
          elapsedSeconds: sql`excluded.elapsed_seconds`,
          loss: sql`excluded.loss`,
          validationAp50: sql`excluded.validation_ap50`,
          validationAp75: sql`excluded.validation_ap75`,
        },
      });
    return job.projectId;
  });
}
