import { sql } from "drizzle-orm";
import type { Database } from "../../../db/client.ts";

/** What became of the questions that were drawn at random, instead of by doubt, among the proposals that are shown now. */
export interface AuditSample {
  readonly accepted: number;
  readonly corrected: number;
  readonly rejected: number;
}

/** Of each the last answer; what was taken back or skipped in the end does not count. */
export async function auditSample(db: Database, projectId: string): Promise<AuditSample> {
  const { rows } = await db.execute<{ kind: keyof AuditSample; count: string }>(sql`
    with answered as (
      select distinct on (d.volume_id, d.label_value) d.kind, d.prediction_id
      from decision d
      where d.project_id = ${projectId} and d.audit
      order by d.volume_id, d.label_value, d.created_at desc)
    select answered.kind, count(*) as count
    from answered join prediction p on p.id = answered.prediction_id
    where p.current and answered.kind in ('accepted', 'corrected', 'rejected')
    group by answered.kind`);
  const counts = Object.fromEntries(rows.map(({ kind, count }) => [kind, Number(count)]));
  return { accepted: 0, corrected: 0, rejected: 0, ...counts };
}
