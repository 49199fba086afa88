import { sql } from "drizzle-orm";
import type { ClaimRequest } from "../../core/contract/trainer-messages.ts";
import type { Database } from "../../db/client.ts";
import { trainingJob } from "../../db/schema/index.ts";
import { createToken, hashToken } from "../auth/token-hash.ts";
import { servesProject } from "../auth/trainer-token.ts";

export type JobRow = typeof trainingJob.$inferSelect;

export interface Claim {
  readonly id: string;
  readonly leaseToken: number;
  /** Opens this job's routes; known to the holder only. */
  readonly jobToken: string;
}

/**
 * Leases the most urgent job of the projects that a trainer's token serves: queued ones, and those whose holder has let
 * its lease run out. Only the database's clock decides. The CTE must be MATERIALIZED, else its LIMIT 1 may be evaluated
 * more than once.
 *
 * A job that was cancelled while nobody held it is given out only where a checkpoint is worth keeping.
 */
export async function claimJob(
  db: Database,
  request: Pick<ClaimRequest, "trainer" | "engine" | "leaseSeconds">,
  tokenHash: string,
): Promise<Claim | null> {
  const jobToken = createToken();
  const { rows } = await db.execute<{ id: string; lease_token: string }>(sql`
    with pick as materialized (
      select id from ${trainingJob}
      where attempts < max_attempts
        and (state = 'queued' or (state = 'leased' and lease_expires_at < now()))
        and (not cancel_requested or resume_blob is not null)
        and ${servesProject(tokenHash, trainingJob.projectId)}
      order by priority desc, created_at
      for update skip locked limit 1)
    update training_job j
    set state = 'leased', lease_token = j.lease_token + 1, lease_owner = ${request.trainer},
        job_token_hash = ${hashToken(jobToken)}, claimed_with = ${tokenHash},
        lease_expires_at = now() + make_interval(secs => ${request.leaseSeconds}),
        lease_seconds = ${request.leaseSeconds},
        attempts = j.attempts + 1, engine = ${request.engine}, started_at = coalesce(j.started_at, now())
    from pick where j.id = pick.id
    returning j.id, j.lease_token`);
  return rows.length === 0 ? null : { id: rows[0].id, leaseToken: Number(rows[0].lease_token), jobToken };
}
