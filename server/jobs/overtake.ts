import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { trainingJob } from "../../db/schema/index.ts";
import { servesProject } from "../auth/trainer-token.ts";
import type { JobRow } from "./claim-job.ts";

/** Most predictions are over by then. One of a volume of many gigabytes takes hours, and what is trained meanwhile makes it void. */
const PATIENCE_SECONDS = 180;
/** After trainings: those have none of their own. */
export const OVERTAKEN_PRIORITY = -1;

/** True where a prediction has had its time, and a training waits that its trainer could do. */
export async function isOvertaken(
  db: Database,
  { claimedWith, startedAt }: Pick<JobRow, "claimedWith" | "startedAt">,
): Promise<boolean> {
  if (!claimedWith || !startedAt) return false;
  const { rows } = await db.execute(sql`
    select 1 from ${trainingJob}
    where kind = 'train' and state = 'queued' and not cancel_requested and attempts < max_attempts
      and ${startedAt.toISOString()}::timestamptz < now() - make_interval(secs => ${PATIENCE_SECONDS})
      and ${servesProject(claimedWith, trainingJob.projectId)}
    limit 1`);
  return rows.length > 0;
}
