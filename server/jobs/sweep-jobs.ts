import { sql } from "drizzle-orm";
import type { ProblemFields } from "../../core/problem.ts";
import { announce } from "../notifications/notify.ts";
import type { Services } from "../services.ts";
import { notifyTraining } from "./notify-training.ts";

const GIVEN_UP: ProblemFields = {
  tag: "trainer-lost",
  what: "The trainer stopped in the middle of this job too often.",
  hint: "Look at the trainer's log, then train again.",
};

type Ended = Parameters<typeof notifyTraining>[2] & Record<string, unknown>;

/** Ends jobs that no trainer will take any more. */
export async function sweepJobs(services: Services): Promise<void> {
  const ended = await services.db.transaction(async (tx) => {
    const { rows } = await tx.execute<Ended>(sql`
    update training_job
    set state = case when cancel_requested then 'cancelled' else 'failed' end,
        problem = case when cancel_requested then null else ${JSON.stringify(GIVEN_UP)}::jsonb end,
        finished_at = now()
    where (state = 'queued' or (state = 'leased' and lease_expires_at < now()))
      and (attempts >= max_attempts or (cancel_requested and resume_blob is null))
    returning id, kind, state, project_id as "projectId", created_by as "createdBy"`);
    const told: { readonly projectId: string; readonly people: readonly string[] }[] = [];
    // One after the other: a transaction is one connection.
    for (const row of rows) told.push({ projectId: row.projectId, people: await notifyTraining(services, tx, row) });
    return told;
  });
  for (const { projectId, people } of ended) {
    announce(services, people);
    services.events.publish({ topic: "training", projectId });
  }
}
