import { and, eq, isNull, or, sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { blockPlan, predictionBlock, trainerToken, trainingJob } from "../../db/schema/index.ts";
import { GRACE_SECONDS } from "./job-token.ts";
import { hashOfBearer } from "./token-hash.ts";

/** A block of a prediction with what it is of. */
export interface ClaimedBlockRow {
  readonly block: typeof predictionBlock.$inferSelect;
  readonly plan: typeof blockPlan.$inferSelect;
  readonly job: typeof trainingJob.$inferSelect;
}

/**
 * The block whose token this is; null for every other token. It ends when the block passes to somebody else, when its volume
 * is handed in, when the job has ended, when its lease has run out for good, and at once when the trainer's own token is taken back. Who found what there is goes
 * on being known, so that an answer said again is answered.
 */
export async function findBlockOfToken(
  db: Database,
  blockId: string,
  authorization: string | undefined,
): Promise<ClaimedBlockRow | null> {
  const tokenHash = hashOfBearer(authorization);
  if (!tokenHash) return null;
  const [row] = await db
    .select({ block: predictionBlock, plan: blockPlan, job: trainingJob })
    .from(predictionBlock)
    .innerJoin(blockPlan, eq(blockPlan.id, predictionBlock.planId))
    .innerJoin(trainingJob, eq(trainingJob.id, blockPlan.jobId))
    .innerJoin(trainerToken, eq(trainerToken.tokenHash, predictionBlock.claimedWith))
    .where(
      and(
        eq(predictionBlock.id, blockId),
        eq(predictionBlock.tokenHash, tokenHash),
        isNull(trainerToken.revokedAt),
        or(
          eq(predictionBlock.state, "found"),
          sql`${predictionBlock.leaseExpiresAt} > now() - make_interval(secs => ${GRACE_SECONDS})`,
        ),
      ),
    );
  return row ?? null;
}
