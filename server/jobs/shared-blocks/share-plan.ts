import { isDeepStrictEqual } from "node:util";
import { and, eq, sql } from "drizzle-orm";
import { countBlocks, MAX_SHARED_BLOCKS, type SharePlanMessage } from "../../../core/contract/shared-blocks.ts";
import { blockPlan, predictionBlock, volume } from "../../../db/schema/index.ts";
import { HttpRefusal } from "../../entrance/route.ts";
import type { Services } from "../../services.ts";
import { removeScheduledBlobs } from "../../storage/blob-removal.ts";
import type { JobRow } from "../claim-job.ts";
import { renewLease } from "../lease.ts";
import { dropPlans } from "./drop-plans.ts";

/**
 * The holder of a prediction divides a volume: others may take blocks from now on. The same plan by the next holder keeps what
 * others have found or are at; what the holder before had found itself is lost with it.
 */
export async function sharePlan(services: Services, job: JobRow, message: SharePlanMessage): Promise<void> {
  const { leaseToken, volumeId, plan } = message;
  if (job.payload.kind !== "predict") throw new HttpRefusal(400, "This job is no prediction.");
  const ofVolume = and(eq(blockPlan.jobId, job.id), eq(blockPlan.volumeId, volumeId));
  await services.db.transaction(async (tx) => {
    await renewLease(tx, { jobId: job.id, leaseToken });
    const [target] = await tx
      .select({ projectId: volume.projectId, shapeZyx: volume.shapeZyx })
      .from(volume)
      .where(eq(volume.id, volumeId))
      .for("key share");
    // Deleted meanwhile: nobody takes part, and nothing is lost.
    if (!target) return;
    const isAsked = job.payload.kind === "predict" && (job.payload.volumeIds?.includes(volumeId) ?? true);
    if (target.projectId !== job.projectId || !isAsked) throw new HttpRefusal(400, "This volume is none of the job's.");
    const blocks = countBlocks(target.shapeZyx, plan);
    if (blocks > MAX_SHARED_BLOCKS) throw new HttpRefusal(400, `At most ${MAX_SHARED_BLOCKS} blocks.`);
    const [before] = await tx.select().from(blockPlan).where(ofVolume);
    if (before && isDeepStrictEqual(before.plan, plan)) {
      await tx.update(blockPlan).set({ leaseToken }).where(eq(blockPlan.id, before.id));
      await tx
        .update(predictionBlock)
        .set({ state: "open" })
        .where(and(eq(predictionBlock.planId, before.id), eq(predictionBlock.state, "kept")));
      return;
    }
    if (before) await dropPlans(tx, ofVolume);
    const [{ id }] = await tx
      .insert(blockPlan)
      .values({ jobId: job.id, volumeId, leaseToken, plan })
      .returning({ id: blockPlan.id });
    await tx.execute(sql`
      insert into ${predictionBlock} (plan_id, index) select ${id}::uuid, i from generate_series(0, ${blocks - 1}::int) i`);
  });
  await removeScheduledBlobs(services.db, services.blobs);
}
