import { eq, sql } from "drizzle-orm";
import type { ClaimedBlock } from "../../../core/contract/trainer-job.ts";
import type { ClaimRequest } from "../../../core/contract/trainer-messages.ts";
import type { Database } from "../../../db/client.ts";
import { blockPlan, predictionBlock, trainingJob } from "../../../db/schema/index.ts";
import { createToken, hashToken } from "../../auth/token-hash.ts";
import { servesProject } from "../../auth/trainer-token.ts";
import { checkpointToRead, jobVolumes } from "../describe-claimed-job.ts";

/** What so many trainers have lost or given back is left to the holder of the job. */
const MAX_CLAIMS = 5;

/**
 * Leases the last free block of the oldest prediction that somebody leads now, and that this trainer's token serves: the holder
 * of the job comes from the front. Only with the same engine, whose numbers are the same, and with memory for such a block. Null
 * where there is none.
 */
export async function claimBlock(
  db: Database,
  request: ClaimRequest & { readonly maxBlockVoxels: number },
  tokenHash: string,
): Promise<ClaimedBlock | null> {
  const jobToken = createToken();
  const { rows } = await db.execute<{ id: string }>(sql`
    with pick as materialized (
      select ${predictionBlock.id} from ${predictionBlock}
      join ${blockPlan} on ${blockPlan.id} = ${predictionBlock.planId}
      join ${trainingJob} on ${trainingJob.id} = ${blockPlan.jobId} and ${trainingJob.leaseToken} = ${blockPlan.leaseToken}
      where ${trainingJob.state} = 'leased' and ${trainingJob.leaseExpiresAt} > now() and not ${trainingJob.cancelRequested}
        and ${trainingJob.engine} = ${request.engine}
        and (${blockPlan.plan} ->> 'maxBlockVoxels')::float8 <= ${request.maxBlockVoxels}
        and (${predictionBlock.state} = 'open'
          or (${predictionBlock.state} = 'leased' and ${predictionBlock.leaseExpiresAt} < now()))
        and ${predictionBlock.leaseToken} < ${MAX_CLAIMS}
        and ${servesProject(tokenHash, trainingJob.projectId)}
      order by ${trainingJob.createdAt}, ${blockPlan.createdAt}, ${predictionBlock.index} desc
      for update of ${predictionBlock} skip locked limit 1)
    update ${predictionBlock} b
    set state = 'leased', lease_token = b.lease_token + 1, lease_owner = ${request.trainer},
        token_hash = ${hashToken(jobToken)}, claimed_with = ${tokenHash},
        lease_expires_at = now() + make_interval(secs => ${request.leaseSeconds}), lease_seconds = ${request.leaseSeconds}
    from pick where b.id = pick.id
    returning b.id`);
  return rows.length === 0 ? null : describe(db, rows[0].id, jobToken);
}

/** Null where volume or weights are gone: then the job is at its end, too. */
async function describe(db: Database, blockId: string, jobToken: string): Promise<ClaimedBlock | null> {
  const [row] = await db
    .select({ block: predictionBlock, plan: blockPlan, job: trainingJob })
    .from(predictionBlock)
    .innerJoin(blockPlan, eq(blockPlan.id, predictionBlock.planId))
    .innerJoin(trainingJob, eq(trainingJob.id, blockPlan.jobId))
    .where(eq(predictionBlock.id, blockId));
  if (row?.job.payload.kind !== "predict") return null;
  const { block, plan, job } = row;
  const [volume] = await jobVolumes(db, job, plan.volumeId);
  if (!volume) return null;
  return {
    kind: "block",
    jobId: job.id,
    blockId,
    leaseToken: block.leaseToken,
    jobToken,
    leaseSeconds: block.leaseSeconds,
    attempt: block.leaseToken,
    volume,
    checkpoint: await checkpointToRead(db, row.job.payload.checkpointId),
    plan: plan.plan,
    index: block.index,
  };
}
