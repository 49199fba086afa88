import { sql } from "drizzle-orm";
import type { ProblemFields } from "../../core/problem.ts";
import type { Services } from "../services.ts";

const GIVEN_UP: ProblemFields = {
  tag: "trainer-lost",
  what: "The trainer stopped in the middle of this job too often.",
  hint: "Look at the trainer's log, then train again.",
};

/** Ends jobs that no trainer will take any more. */
export async function sweepJobs(services: Services): Promise<void> {
  const { rows } = await services.db.execute<{ project_id: string }>(sql`
    update training_job
    set state = case when cancel_requested then 'cancelled' else 'failed' end,
        problem = case when cancel_requested then null else ${JSON.stringify(GIVEN_UP)}::jsonb end,
        finished_at = now()
    where (state = 'queued' or (state = 'leased' and lease_expires_at < now()))
      and (attempts >= max_attempts or (cancel_requested and resume_blob is null))
    returning project_id`);
  for (const row of rows) services.events.publish({ topic: "training", projectId: row.project_id });
}
