import { and, asc, eq, gt, lte, or, type SQL, sql } from "drizzle-orm";
import { type ContributingRecord, type Contribution, ContributionBook } from "../../../core/history/contributions.ts";
import { RecordKind } from "../../../core/sync/record/record.ts";
import { decodeRecord } from "../../../core/sync/record/record-codec.ts";
import { BRICK_SIZE } from "../../../core/volume/brick.ts";
import type { Database, Transaction } from "../../../db/client.ts";
import { labelContribution, labelJournal } from "../../../db/schema/index.ts";
import { pauseWhenDue } from "../event-loop/next-turn.ts";

const ROWS_AT_ONCE = 5000;
/** META needs none of it. */
const NO_GRID = { shapeZyx: [1, 1, 1] as const, brickSize: BRICK_SIZE };

/** What people did to the labels of a volume, by acts up to a place of its journal and by those that were forgotten before. */
export async function readContributions(
  db: Database | Transaction,
  volumeId: string,
  upTo: number,
): Promise<Contribution[]> {
  const forgotten = await db
    .select({
      label: labelContribution.label,
      userId: labelContribution.userId,
      kind: labelContribution.kind,
      first: labelContribution.firstPosition,
      last: labelContribution.lastPosition,
    })
    .from(labelContribution)
    .where(eq(labelContribution.volumeId, volumeId));
  const remembered = await contributionsOf(
    db,
    and(eq(labelJournal.volumeId, volumeId), lte(labelJournal.position, upTo)),
  );
  return [...forgotten, ...remembered];
}

/** Writes down what records say that are about to be forgotten; in the transaction that forgets them. */
export async function keepContributions(tx: Transaction, volumeId: string, which: SQL | undefined): Promise<void> {
  const found = await contributionsOf(tx, which);
  for (let from = 0; from < found.length; from += ROWS_AT_ONCE)
    await tx.execute(sql`
      insert into label_contribution (volume_id, label, user_id, kind, first_position, last_position)
      select ${volumeId}::uuid, label, "userId", kind, first, last
      from jsonb_to_recordset(${JSON.stringify(found.slice(from, from + ROWS_AT_ONCE))}::jsonb)
        as given(label bigint, "userId" text, kind text, first bigint, last bigint)
      on conflict (volume_id, label, user_id, kind) do update set
        first_position = least(label_contribution.first_position, excluded.first_position),
        last_position = greatest(label_contribution.last_position, excluded.last_position)`);
}

/**
 * Whether the last word on a record was an UNDO (R14); where all such words are forgotten, what the fold wrote down. Names in full:
 * drizzle leaves a table's name away, and inside they would be the mark's.
 */
const isUndone = sql<boolean>`coalesce((
  select mark.kind = ${RecordKind.undo} from label_journal mark
  where mark.volume_id = label_journal.volume_id and mark.target_session = label_journal.session
    and mark.target_seq = label_journal.seq
  order by mark.folded_gen desc nulls first, mark.stamp desc, mark.session desc, mark.seq desc limit 1
), label_journal.undone)`;

const fieldRecord = sql<Uint8Array | null>`case when ${labelJournal.kind} = ${RecordKind.meta} then ${labelJournal.record} end`;

async function contributionsOf(db: Database | Transaction, which: SQL | undefined): Promise<Contribution[]> {
  const book = new ContributionBook();
  let after: { readonly session: number; readonly seq: number } | null = null;
  for (;;) {
    const rows: (Omit<ContributingRecord, "field" | "value"> & { readonly record: Uint8Array | null })[] = await db
      .select({
        session: labelJournal.session,
        seq: labelJournal.seq,
        position: labelJournal.position,
        kind: labelJournal.kind,
        userId: labelJournal.userId,
        labels: labelJournal.labels,
        isUndone,
        record: fieldRecord,
      })
      .from(labelJournal)
      .where(
        and(
          which,
          after
            ? or(
                gt(labelJournal.session, after.session),
                and(eq(labelJournal.session, after.session), gt(labelJournal.seq, after.seq)),
              )
            : undefined,
        ),
      )
      .orderBy(asc(labelJournal.session), asc(labelJournal.seq))
      .limit(ROWS_AT_ONCE);
    for (const { record, ...row } of rows) book.add({ ...row, ...fieldOf(record) });
    const last = rows.at(-1);
    if (!last || rows.length < ROWS_AT_ONCE) return book.finish();
    after = last;
    await pauseWhenDue();
  }
}

function fieldOf(record: Uint8Array | null): Pick<ContributingRecord, "field" | "value"> {
  const decoded = record && decodeRecord(record, NO_GRID);
  return decoded?.kind === RecordKind.meta ? { field: decoded.field, value: decoded.value } : {};
}
