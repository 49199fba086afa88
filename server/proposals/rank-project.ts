import { and, eq, type SQL, sql } from "drizzle-orm";
import { raisedByClass } from "../../core/query/class-doubt.ts";
import { type RankedItem, rankSteps } from "../../core/query/rank-pool.ts";
import { agreementReason } from "../../core/query/reason-in-words.ts";
import { withPauses } from "../../core/steps.ts";
import type { Database } from "../../db/client.ts";
import { prediction, proposal, volume } from "../../db/schema/index.ts";
import { pauseWhenDue } from "../collab/event-loop/next-turn.ts";
import type { Services } from "../services.ts";

const ROWS_PER_STATEMENT = 500;
/** Strokes are relayed between two statements: they wait for no more rows than these. */
const READ_AT_ONCE = 2000;

/** Ranks all undecided proposals of a project. */
export async function rankProject(services: Services, projectId: string): Promise<void> {
  const { db } = services;
  const rows = await readPool(db, projectId);
  const truth = await db
    .select({ shapes: prediction.truthShapes })
    .from(prediction)
    .innerJoin(volume, eq(volume.id, prediction.volumeId))
    .where(and(eq(volume.projectId, projectId), eq(prediction.current, true)));
  const pool = rankSteps(
    rows.map((row) => ({
      kind: row.kind,
      scores:
        row.u1 !== null && row.u2 !== null && row.u3 !== null && row.u4 !== null
          ? ([row.u1, row.u2, row.u3, row.u4] as const)
          : null,
      meanEntropy: row.meanEntropy ?? 0,
      evidence: row.evidence,
      shape: row.shape,
      facts: row.facts,
    })),
    truth.flatMap(({ shapes }) => shapes),
  );
  const ranks = await withPauses(pool, pauseWhenDue);
  const ranked = ranks.map((one, i) => raisedByClass(byAgreement(one, rows[i]), rows[i].classProbability));
  for (let i = 0; i < rows.length; i += ROWS_PER_STATEMENT) {
    const values = rows.slice(i, i + ROWS_PER_STATEMENT).map((row, k) => ({
      volume_id: row.volumeId,
      label_value: row.labelValue,
      u5: ranked[i + k].u5,
      doubt: ranked[i + k].doubt,
      uncertainty: ranked[i + k].uncertainty,
      reason: ranked[i + k].reason,
      queued: ranked[i + k].queued,
    }));
    // A nucleus that overlaps a rejected one stays suppressed; a candidate's place in the queue is decided anew.
    await db.execute(sql`
      update proposal p
      set u5 = r.u5, doubt = r.doubt, uncertainty = r.uncertainty, reason = r.reason,
          queued = r.queued
      from jsonb_to_recordset(${JSON.stringify(values)}::jsonb)
        as r(volume_id uuid, label_value bigint, u5 float8, doubt float8, uncertainty float8, reason text, queued boolean)
      where p.volume_id = r.volume_id and p.label_value = r.label_value and p.state = 'undecided'`);
  }
}

/** What people drew blind is asked by how few of them have it; the model says nothing of it. */
function byAgreement(
  one: RankedItem,
  { agreed, annotators }: { readonly agreed: number | null; readonly annotators: number | null },
): RankedItem {
  if (agreed === null || annotators === null) return one;
  return { ...one, uncertainty: 1 - agreed / annotators, reason: agreementReason(agreed, annotators) };
}

/** All that may be asked of a project, by volume and label value. */
async function readPool(db: Database, projectId: string) {
  const read = (after: SQL | undefined) =>
    db
      .select({
        volumeId: proposal.volumeId,
        labelValue: proposal.labelValue,
        kind: proposal.kind,
        u1: proposal.u1,
        u2: proposal.u2,
        u3: proposal.u3,
        u4: proposal.u4,
        meanEntropy: proposal.meanEntropy,
        evidence: proposal.evidence,
        shape: proposal.shape,
        facts: proposal.facts,
        classProbability: proposal.classProbability,
        agreed: proposal.agreed,
        annotators: proposal.annotators,
      })
      .from(proposal)
      .innerJoin(volume, eq(volume.id, proposal.volumeId))
      .where(
        and(eq(volume.projectId, projectId), eq(proposal.state, "undecided"), eq(proposal.touchesBorder, false), after),
      )
      .orderBy(proposal.volumeId, proposal.labelValue)
      .limit(READ_AT_ONCE);
  const rows: Awaited<ReturnType<typeof read>> = [];
  for (let after: SQL | undefined; ; ) {
    const page = await read(after);
    for (const row of page) rows.push(row);
    const last = page.at(-1);
    if (!last || page.length < READ_AT_ONCE) return rows;
    after = sql`(${proposal.volumeId}, ${proposal.labelValue}) > (${last.volumeId}::uuid, ${last.labelValue}::bigint)`;
  }
}
