import { sql } from "drizzle-orm";
import type { Database, Transaction } from "../../db/client.ts";

/** A longer pause is not work on labels. */
const LONGEST_GAP_SECONDS = 30;

/** Minutes that people worked on a project's labels up to a moment: time between one person's acts, long gaps left out. */
export async function activeMinutes(db: Database | Transaction, projectId: string, until: Date): Promise<number> {
  const { rows } = await db.execute<{ seconds: number | null }>(sql`
    with act as (
      select j.user_id, j.created_at from label_journal j join volume v on v.id = j.volume_id
      where v.project_id = ${projectId} and j.created_at <= ${until.toISOString()}::timestamptz
      union all
      select user_id, created_at from decision
      where project_id = ${projectId} and created_at <= ${until.toISOString()}::timestamptz),
    gap as (
      select extract(epoch from created_at - lag(created_at) over (partition by user_id order by created_at)) as seconds
      from act)
    select sum(seconds)::float8 as seconds from gap where seconds <= ${LONGEST_GAP_SECONDS}`);
  return (rows[0].seconds ?? 0) / 60;
}
