import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";

/** Proposals that people judged since the labels were last frozen for a training, each once; undone ones do not count. */
export async function decisionsSinceTraining(db: Database, projectId: string): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(sql`
    with latest as (
      select distinct on (volume_id, label_value) kind from decision
      where project_id = ${projectId} and kind <> 'skipped'
        and created_at > coalesce(
          (select max(created_at) from snapshot where project_id = ${projectId} and reason = 'training'), '-infinity')
      order by volume_id, label_value, created_at desc)
    select count(*)::int as count from latest where kind <> 'undone'`);
  return rows[0].count;
}
