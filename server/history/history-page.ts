import { type AnyColumn, and, desc, eq, gte, inArray, lt, type SQL, sql } from "drizzle-orm";
import type { HistoryLine } from "../../core/history/history-line.ts";
import { type HistoryRecord, linesOfRecords, type RecordFacts } from "../../core/history/lines-of-records.ts";
import { MalformedBytes } from "../../core/sync/bytes/bytes.ts";
import { gridPositionZyx, type LabelGrid } from "../../core/sync/record/label-grid.ts";
import { type DecodedRecord, type PaintedBrick, RecordKind } from "../../core/sync/record/record.ts";
import { decodeRecord } from "../../core/sync/record/record-codec.ts";
import { BRICK_SIZE, type BrickKey, brickBox, brickKeysOfBox } from "../../core/volume/brick.ts";
import { intersectBoxes, unionOfBoxes, type VoxelBox } from "../../core/volume/voxel-space.ts";
import type { Database } from "../../db/client.ts";
import { labelJournal, user, volume } from "../../db/schema/index.ts";
import { pauseWhenDue } from "../collab/event-loop/next-turn.ts";

/** What a reader asks for; nothing means everything. */
export interface HistoryFilter {
  /** Values of one nucleus, and where it is or was: erasing in its box is shown too, as it names no nucleus. */
  readonly nucleus?: { readonly labels: readonly number[]; readonly box: VoxelBox | null };
  readonly userId?: string;
  /** The span of time is half-open. */
  readonly from?: Date;
  readonly until?: Date;
}

/** A place in the journal, between two records. */
export interface HistoryCursor {
  readonly position: number;
  readonly session: number;
  readonly seq: number;
}

export interface HistoryPage {
  /** Newest first. A line may go on with the next page: `joinPages`. */
  readonly lines: readonly HistoryLine[];
  /** Who did it, by id. */
  readonly people: readonly { readonly id: string; readonly name: string }[];
  /** Null at the beginning of what is remembered. */
  readonly next: HistoryCursor | null;
  /** So far back was looked, ms since the epoch; null where nothing was there. */
  readonly reachedAtMs: number | null;
}

/** Journal rows looked at for a page, and shown on it: its cost does not grow with the history. */
const LOOKED_AT = 5000;
const SHOWN = 400;
/** Records above it are not read for their voxels: the bricks say where they are. */
const READ_BYTES = 16 * 1024;
/** A nucleus lies in few; of a larger box only what names the nucleus is shown. */
const MAX_BOX_BRICKS = 64;

const rowColumns = {
  session: labelJournal.session,
  seq: labelJournal.seq,
  kind: labelJournal.kind,
  userId: labelJournal.userId,
  labels: labelJournal.labels,
  brickKeys: labelJournal.brickKeys,
  position: labelJournal.position,
  createdAt: labelJournal.createdAt,
  targetSession: labelJournal.targetSession,
  targetSeq: labelJournal.targetSeq,
};

type Row = {
  readonly [K in keyof typeof rowColumns]: (typeof labelJournal.$inferSelect)[K];
};

const isBefore = ({ position, session, seq }: HistoryCursor): SQL =>
  sql`(${labelJournal.position}, ${labelJournal.session}, ${labelJournal.seq}) < (${position}::bigint, ${session}::bigint, ${seq}::bigint)`;

/** The newest acts before `cursor`, as lines. Reads the database alone: no room is opened. */
export async function readHistoryPage(
  db: Database,
  volumeId: string,
  asked: { readonly filter: HistoryFilter; readonly cursor: HistoryCursor | null },
): Promise<HistoryPage> {
  const { filter } = asked;
  const [{ shapeZyx }] = await db.select({ shapeZyx: volume.shapeZyx }).from(volume).where(eq(volume.id, volumeId));
  const grid: LabelGrid = { shapeZyx, brickSize: BRICK_SIZE };
  const cursor = asked.cursor ?? (filter.until ? await placeOfTime(db, volumeId, filter.until) : null);
  const from = filter.from ? await placeOfTime(db, volumeId, filter.from) : null;
  const rows = filter.nucleus || filter.userId !== undefined ? LOOKED_AT : SHOWN;
  const looked: Row[] = await db
    .select(rowColumns)
    .from(labelJournal)
    .where(
      and(
        eq(labelJournal.volumeId, volumeId),
        cursor ? isBefore(cursor) : undefined,
        from ? gte(labelJournal.position, from.position) : undefined,
      ),
    )
    .orderBy(desc(labelJournal.position), desc(labelJournal.session), desc(labelJournal.seq))
    .limit(rows + 1);
  const isEnd = looked.length <= rows;
  const window = upToWholeTicks(looked, rows);
  const named = filter.nucleus ? await readTargets(db, volumeId, window, sql<Uint8Array | null>`null`) : noTargets;
  const matching = window.filter(asks(filter, named));
  const shown = upToWholeTicks(matching, SHOWN);
  const last = shown.length < matching.length ? shown.at(-1) : window.at(-1);
  const isLast = shown.length === matching.length && isEnd;
  const records = await readRecords(db, volumeId, grid, shown);
  const kept = filter.nucleus ? records.filter(meets(filter.nucleus)) : records;
  return {
    lines: linesOfRecords(kept.reverse()),
    people: await namesOf(db, kept),
    next: isLast || !last ? null : { position: last.position, session: last.session, seq: last.seq },
    reachedAtMs: last?.createdAt.getTime() ?? null,
  };
}

/** At most so many, cut between two ticks where that is possible: what came at one moment may be one gesture. */
function upToWholeTicks(rows: readonly Row[], most: number): readonly Row[] {
  if (rows.length <= most) return rows;
  const cutAt = rows[most].position;
  const whole = rows.slice(0, most).filter(({ position }) => position !== cutAt);
  return whole.length > 0 ? whole : rows.slice(0, most);
}

const keyOf = (session: number, seq: number): string => `${session}.${seq}`;

type Target = RecordFacts & { readonly brickKeys: readonly BrickKey[]; readonly record: Uint8Array | null };

const noTargets: ReadonlyMap<string, Target> = new Map();

/** What the UNDOs and REDOs among these name, as far as it is remembered. */
async function readTargets(
  db: Database,
  volumeId: string,
  rows: readonly Row[],
  record: SQL<Uint8Array | null>,
): Promise<Map<string, Target>> {
  const found = new Map<string, Target>();
  for (const part of pairsOf(
    rows.flatMap(({ targetSession, targetSeq }) =>
      targetSession === null || targetSeq === null ? [] : [{ session: targetSession, seq: targetSeq }],
    ),
  ))
    for (const row of await db
      .select({ ...rowColumns, record })
      .from(labelJournal)
      .where(and(eq(labelJournal.volumeId, volumeId), part)))
      found.set(keyOf(row.session, row.seq), { ...row, ...fieldOf(row.record) });
  return found;
}

/** Records by their numbers, so many in a statement. */
export function* pairsOf(
  ids: readonly { readonly session: number; readonly seq: number }[],
  sessionColumn: AnyColumn = labelJournal.session,
  seqColumn: AnyColumn = labelJournal.seq,
): Generator<SQL> {
  for (let from = 0; from < ids.length; from += 1000)
    yield sql`(${sessionColumn}, ${seqColumn}) in (${sql.join(
      ids.slice(from, from + 1000).map(({ session, seq }) => sql`(${session}::bigint, ${seq}::bigint)`),
      sql`, `,
    )})`;
}

/** Of META, which is small, and of paints that may be read. */
const boundedRecord = sql<Uint8Array | null>`case when octet_length(${labelJournal.record}) <= ${READ_BYTES} then ${labelJournal.record} end`;

const NO_GRID: LabelGrid = { shapeZyx: [1, 1, 1], brickSize: BRICK_SIZE };

/** Field and value of a META record. */
function fieldOf(record: Uint8Array | null): Pick<RecordFacts, "field" | "value"> {
  if (!record || (record[0] & 127) !== RecordKind.meta) return {};
  const decoded = decodeRecord(record, NO_GRID);
  return decoded.kind === 4 ? { field: decoded.field, value: decoded.value } : {};
}

/** By what the rows say alone. */
function asks({ nucleus, userId }: HistoryFilter, targets: ReadonlyMap<string, Target>): (row: Row) => boolean {
  const labels = new Set(nucleus?.labels);
  const box = nucleus?.box;
  const keys = new Set(box ? brickKeysOfBox(box) : []);
  if (keys.size > MAX_BOX_BRICKS) keys.clear();
  const touches = (row: { labels: readonly number[]; brickKeys: readonly BrickKey[] }): boolean =>
    row.labels.some((label) => labels.has(label)) ||
    (row.labels.includes(0) && row.brickKeys.some((key) => keys.has(key)));
  return (row) => {
    if (userId !== undefined && row.userId !== userId) return false;
    if (!nucleus) return true;
    const target = row.targetSession === null ? null : targets.get(keyOf(row.targetSession, row.targetSeq ?? 0));
    return touches(target ?? row);
  };
}

/** Erasing belongs to the history of a nucleus where it meets its box. */
const meets =
  ({ labels, box }: NonNullable<HistoryFilter["nucleus"]>) =>
  (record: HistoryRecord): boolean =>
    (record.target ?? record).labels.some((label) => labels.includes(label)) ||
    (box !== null && record.box !== null && intersectBoxes(box, record.box) !== null);

/** Newest first, as the rows are. */
async function readRecords(
  db: Database,
  volumeId: string,
  grid: LabelGrid,
  rows: readonly Row[],
): Promise<HistoryRecord[]> {
  const targets = await readTargets(db, volumeId, rows, boundedRecord);
  const bytes = new Map<string, Uint8Array | null>();
  for (const part of pairsOf(rows))
    for (const row of await db
      .select({ session: labelJournal.session, seq: labelJournal.seq, record: boundedRecord })
      .from(labelJournal)
      .where(and(eq(labelJournal.volumeId, volumeId), part)))
      bytes.set(keyOf(row.session, row.seq), row.record);
  const undone = await readUndone(db, volumeId, rows);
  const records: HistoryRecord[] = [];
  for (const row of rows) {
    const id = keyOf(row.session, row.seq);
    const target = row.targetSession === null ? undefined : targets.get(keyOf(row.targetSession, row.targetSeq ?? 0));
    const record = bytes.get(id) ?? null;
    const place = placeOf(target?.record ?? record, target?.brickKeys ?? row.brickKeys, grid);
    const { kind, labels, session, seq, position, userId } = row;
    records.push({
      ...{ kind, labels, session, seq, position, userId, ...place, ...fieldOf(record) },
      atMs: row.createdAt.getTime(),
      isUndone: undone.has(id),
      ...(row.targetSession !== null && { target: target ?? null }),
    });
    await pauseWhenDue();
  }
  return records;
}

/** Those of the rows that are undone at present: by the last UNDO or REDO in the order of history (R14). */
export async function readUndone(
  db: Database,
  volumeId: string,
  rows: readonly Pick<Row, "session" | "seq" | "kind">[],
): Promise<Set<string>> {
  const undone = new Set<string>();
  const undoable = rows.filter(({ kind }) => kind !== RecordKind.undo && kind !== RecordKind.redo);
  for (const part of pairsOf(undoable)) {
    const { rows: found } = await db.execute<{ session: string; seq: string }>(sql`
      select ${labelJournal.session}, ${labelJournal.seq} from ${labelJournal}
      where ${labelJournal.volumeId} = ${volumeId} and ${part} and 2 = (
        select mark.kind from label_journal mark
        where mark.volume_id = ${volumeId} and mark.target_session = ${labelJournal.session}
          and mark.target_seq = ${labelJournal.seq}
        order by mark.folded_gen desc nulls first, mark.stamp desc, mark.session desc, mark.seq desc limit 1)`);
    for (const { session, seq } of found) undone.add(keyOf(Number(session), Number(seq)));
  }
  return undone;
}

/** Where a record paints and how much; by its bricks alone where it is too large to be read here. */
function placeOf(
  stored: Uint8Array | null,
  brickKeys: readonly BrickKey[],
  grid: LabelGrid,
): Pick<HistoryRecord, "voxels" | "box"> {
  const record = stored && readable(stored, grid);
  if (record?.kind === 1 || record?.kind === 7)
    return { voxels: record.body.size.voxels, box: boxOfBricks(record.body.bricks) };
  if (record?.kind === 8) return { voxels: null, box: boxOfBricks(record.bricks) };
  if (record) return { voxels: 0, box: null };
  const boxes = brickKeys.map((key) => brickBox(key, grid.shapeZyx));
  return { voxels: null, box: boxes.length === 0 ? null : boxes.reduce(unionOfBoxes) };
}

function readable(stored: Uint8Array, grid: LabelGrid): DecodedRecord | null {
  try {
    return decodeRecord(stored, grid);
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}

function boxOfBricks(bricks: readonly PaintedBrick[]): VoxelBox | null {
  const boxes = bricks.map(({ key, box }): VoxelBox => {
    const [z, y, x] = gridPositionZyx(key).map((at) => at * BRICK_SIZE);
    return { minZyx: [z + box.z0, y + box.y0, x + box.x0], maxZyx: [z + box.z1, y + box.y1, x + box.x1] };
  });
  return boxes.length === 0 ? null : boxes.reduce(unionOfBoxes);
}

async function namesOf(db: Database, records: readonly HistoryRecord[]): Promise<{ id: string; name: string }[]> {
  const ids = [...new Set(records.map(({ userId }) => userId))];
  return ids.length === 0 ? [] : db.select({ id: user.id, name: user.name }).from(user).where(inArray(user.id, ids));
}

/** The place in the journal between what came before a time and what came from then on: times rise with positions. */
export async function placeOfTime(db: Database, volumeId: string, time: Date): Promise<HistoryCursor> {
  const ofVolume = eq(labelJournal.volumeId, volumeId);
  const newestBelow = async (end: number) => {
    const [row] = await db
      .select({ position: labelJournal.position, createdAt: labelJournal.createdAt })
      .from(labelJournal)
      .where(and(ofVolume, lt(labelJournal.position, end)))
      .orderBy(desc(labelJournal.position))
      .limit(1);
    return row;
  };
  let end = (await newestBelow(Number.MAX_SAFE_INTEGER))?.position ?? 0;
  end++;
  // Everything below `first` is before the time, everything from `end` on is not.
  for (let first = 0; first < end; ) {
    const middle = Math.floor((first + end) / 2);
    const row = await newestBelow(middle + 1);
    if (!row || row.createdAt < time) first = middle + 1;
    else end = row.position;
  }
  return { position: end, session: 0, seq: 0 };
}
