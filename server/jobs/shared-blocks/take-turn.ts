import { and, eq, sql } from "drizzle-orm";
import type { BlockTurn, BlockTurnMessage } from "../../../core/contract/shared-blocks.ts";
import type { Database } from "../../../db/client.ts";
import { blockPlan, predictionBlock } from "../../../db/schema/index.ts";
import type { JobRow } from "../claim-job.ts";
import { requireLease } from "../lease.ts";

/**
 * The holder of a prediction comes to a block, which is then its own unless somebody else has found what is there, or is at it.
 * Said again it changes nothing.
 */
export async function takeTurn(db: Database, job: JobRow, message: BlockTurnMessage): Promise<BlockTurn> {
  const { leaseToken, volumeId, index, isFound } = message;
  await requireLease(db, { jobId: job.id, leaseToken });
  const { state, index: number, leaseExpiresAt } = predictionBlock;
  const free = sql`(${state} = 'open' or (${state} = 'leased' and (${isFound} or ${leaseExpiresAt} < now())))`;
  const plan = db
    .select({ id: blockPlan.id })
    .from(blockPlan)
    .where(and(eq(blockPlan.jobId, job.id), eq(blockPlan.volumeId, volumeId), eq(blockPlan.leaseToken, leaseToken)));
  const ofPlan = sql`${predictionBlock.planId} = (${plan})`;
  await db
    .update(predictionBlock)
    .set({ state: "kept", tokenHash: null })
    .where(and(ofPlan, eq(number, index), free));
  const [turn] = await db
    .select({
      findings: sql<
        string | null
      >`max(${predictionBlock.findingsBlob}) filter (where ${number} = ${index} and ${state} = 'found')`,
      isHeld: sql<boolean>`coalesce(bool_or(${number} = ${index} and ${state} = 'leased'), false)`,
      othersAtWork: sql<boolean>`coalesce(bool_or(${state} = 'leased' and ${leaseExpiresAt} > now()), false)`,
      foundBeyond: sql<number>`(count(*) filter (where ${number} > ${index} and ${state} = 'found'))::int`,
    })
    .from(predictionBlock)
    .where(ofPlan);
  return turn;
}
