import { eq, sql } from "drizzle-orm";
import { nucleusCount } from "../../../db/schema/index.ts";
import { versionsHolding } from "../../export/freezing/kept-images.ts";
import { volumeProcedure } from "../../trpc.ts";

/** What deleting a volume takes along, and what keeps its part of it: shown before anybody says yes. */
export const deletionEffects = volumeProcedure("owner").query(async ({ ctx, input }) => {
  const { db } = ctx.services;
  const { volumeId } = input;
  const [counted] = await db
    .select({ truth: nucleusCount.truth, unfinished: nucleusCount.unfinished })
    .from(nucleusCount)
    .where(eq(nucleusCount.volumeId, volumeId));
  const { rows } = await db.execute<{ people: number; boxes: number; proposals: number; models: number }>(sql`
    select
      (select count(distinct user_id)::int from label_journal where volume_id = ${volumeId}) as people,
      (select count(*)::int from training_box where volume_id = ${volumeId}) as boxes,
      (select count(*)::int from proposal where volume_id = ${volumeId} and state = 'undecided' and not planted) as proposals,
      (select count(distinct c.id)::int from checkpoint c
        join snapshot_volume held on held.snapshot_id = c.snapshot_id where held.volume_id = ${volumeId}) as models`);
  return {
    nuclei: counted ? counted.truth + counted.unfinished : null,
    ...rows[0],
    versions: await versionsHolding(db, volumeId),
  };
});
