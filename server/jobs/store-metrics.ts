import { sql } from "drizzle-orm";
import type { TrainingMetric } from "../../core/contract/trainer-messages.ts";
import type { Database } from "../../db/client.ts";
import { trainingMetric } from "../../db/schema/index.ts";
import { type Lease, renewLease } from "./lease.ts";

/** Returns the project whose pages want to know. */
export async function storeMetrics(db: Database, lease: Lease, metrics: readonly TrainingMetric[]): Promise<string> {
  return db.transaction(async (tx) => {
    const job = await renewLease(tx, lease);
    // Loss and AP of one step come apart: what is there stays. A statement may not write a row twice.
    const byStep = new Map<number, TrainingMetric & { jobId: string }>();
    for (const metric of metrics) {
      const before = byStep.get(metric.step);
      byStep.set(metric.step, {
        ...metric,
        jobId: lease.jobId,
        loss: metric.loss ?? before?.loss ?? null,
        validationAp50: metric.validationAp50 ?? before?.validationAp50 ?? null,
        validationAp75: metric.validationAp75 ?? before?.validationAp75 ?? null,
      });
    }
    await tx
      .insert(trainingMetric)
      .values([...byStep.values()])
      .onConflictDoUpdate({
        target: [trainingMetric.jobId, trainingMetric.step],
        set: {
          elapsedSeconds: sql`excluded.elapsed_seconds`,
          loss: sql`coalesce(excluded.loss, ${trainingMetric.loss})`,
          validationAp50: sql`coalesce(excluded.validation_ap50, ${trainingMetric.validationAp50})`,
          validationAp75: sql`coalesce(excluded.validation_ap75, ${trainingMetric.validationAp75})`,
        },
      });
    return job.projectId;
  });
}
