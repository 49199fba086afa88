import { sql } from "drizzle-orm";
import type { ProblemFields } from "../../core/problem.ts";
import { trainingJob } from "../../db/schema/index.ts";
import { announce } from "../notifications/notify.ts";
import type { Services } from "../services.ts";
import type { JobRow } from "./claim-job.ts";
import { endLease, type Lease } from "./lease.ts";
import { notifyTraining } from "./notify-training.ts";

/** All volumes of a prediction are handed in. Said again, because the answer was lost, it is no error. */
export async function finishPrediction(services: Services, before: JobRow, lease: Lease): Promise<void> {
  if (before.state === "done" && before.leaseToken === lease.leaseToken) return;
  const job = await services.db.transaction((tx) =>
    endLease(tx, lease, { state: "done", progress: 1, phase: "", finishedAt: new Date() }),
  );
  services.events.publish({ topic: "training", projectId: job.projectId });
}

/**
 * The trainer stops in an orderly way: the next one goes on, and this attempt does not count. A job that was cancelled, and of
 * which nothing is worth keeping, is over.
 */
export async function releaseJob(services: Services, lease: Lease): Promise<void> {
  const isOver = sql`(${trainingJob.cancelRequested} and ${trainingJob.resumeBlob} is null)`;
  const job = await services.db.transaction((tx) =>
    endLease(tx, lease, {
      state: sql`case when ${isOver} then 'cancelled' else 'queued' end`,
      finishedAt: sql`case when ${isOver} then now() end`,
      phase: sql`case when ${isOver} then '' else 'waits for a trainer' end`,
      attempts: sql`greatest(0, ${trainingJob.attempts} - 1)`,
    }),
  );
  services.events.publish({ topic: "training", projectId: job.projectId });
}

/** `final`: no other attempt can succeed; otherwise it is queued again while attempts are left. */
export async function failJob(services: Services, lease: Lease, problem: ProblemFields, final: boolean): Promise<void> {
  const noMore = sql`(${final} or ${trainingJob.attempts} >= ${trainingJob.maxAttempts})`;
  const { job, told } = await services.db.transaction(async (tx) => {
    const job = await endLease(tx, lease, {
      state: sql`case when ${trainingJob.cancelRequested} then 'cancelled' when ${noMore} then 'failed' else 'queued' end`,
      finishedAt: sql`case when ${trainingJob.cancelRequested} or ${noMore} then now() end`,
      problem,
      phase: "",
    });
    return { job, told: await notifyTraining(services, tx, job) };
  });
  announce(services, told);
  services.events.publish({ topic: "training", projectId: job.projectId });
}
