import { and, eq, gte, inArray, lt, or, type SQL, sql } from "drizzle-orm";
import type { RecordSpan } from "../../core/history/history-line.ts";
import { paintRuns } from "../../core/labels/label-brick-paint.ts";
import { Problem } from "../../core/problem.ts";
import type { LabelGrid } from "../../core/sync/record/label-grid.ts";
import { type RecordId, RecordKind, recordIdOf } from "../../core/sync/record/record.ts";
import { decodeRecord } from "../../core/sync/record/record-codec.ts";
import type { BrickKey } from "../../core/volume/brick.ts";
import { labelJournal, proposal } from "../../db/schema/index.ts";
import { pauseWhenDue } from "../collab/event-loop/next-turn.ts";
import type { Services } from "../services.ts";
import { placeOfTime, readUndone } from "./history-page.ts";
import { labelsThen, newestPosition } from "./labels-then.ts";

/** Which acts are to be taken back: those of a line, or one person's in a span of time. */
export type UndoChoice =
  | { readonly spans: readonly RecordSpan[] }
  | { readonly userId: string; readonly from: Date; readonly until: Date };

/** What taking acts back would do at this moment. */
export interface UndoPreview {
  /** Records that stand: those to be undone. */
  readonly ids: readonly RecordId[];
  /** Whose they are. */
  readonly userIds: readonly string[];
  /** Their nuclei, ascending; the first of them where they are many. */
  readonly labels: readonly number[];
  readonly labelCount: number;
  /** Proposals that would be open again, by their labels. */
  readonly decided: readonly number[];
  /** Voxels that would change, and voxels of these acts that would not, as something else lies over them or was beneath. */
  readonly voxels: { readonly changing: number; readonly staying: number } | null;
}

/** More is undone in parts. */
const MAX_RECORDS = 2000;
const MAX_LABELS = 50;
/** In more bricks voxels are not counted. */
const MAX_BRICKS = 32;
const UNDOABLE = [
  RecordKind.paint,
  RecordKind.paintGroups,
  RecordKind.paintRef,
  RecordKind.meta,
  RecordKind.merge,
  RecordKind.unmerge,
];

export async function previewUndo(services: Services, volumeId: string, choice: UndoChoice): Promise<UndoPreview> {
  const { db } = services;
  const rows = await db
    .select({
      session: labelJournal.session,
      seq: labelJournal.seq,
      kind: labelJournal.kind,
      userId: labelJournal.userId,
      labels: labelJournal.labels,
      brickKeys: labelJournal.brickKeys,
    })
    .from(labelJournal)
    .where(
      and(
        eq(labelJournal.volumeId, volumeId),
        inArray(labelJournal.kind, UNDOABLE),
        await chosen(services, volumeId, choice),
      ),
    )
    .limit(MAX_RECORDS + 1);
  if (rows.length > MAX_RECORDS)
    throw new Problem({
      tag: "too-many-acts",
      what: `These are more than ${MAX_RECORDS.toLocaleString("en-US")} acts: too many to be taken back at once.`,
      hint: "Choose a shorter time, and do it in parts.",
    });
  const undone = await readUndone(db, volumeId, rows);
  const standing = rows.filter(({ session, seq }) => !undone.has(`${session}.${seq}`));
  const labels = [...new Set(standing.flatMap((row) => row.labels))].filter((label) => label !== 0);
  return {
    ids: standing.map(({ session, seq }) => recordIdOf(session, seq)),
    userIds: [...new Set(standing.map(({ userId }) => userId))],
    labels: labels.sort((a, b) => a - b).slice(0, MAX_LABELS),
    labelCount: labels.length,
    decided: await decidedBy(services, volumeId, standing),
    voxels: await countVoxels(services, volumeId, standing),
  };
}

/** Of the nuclei whose fields were written, those that came of a proposal. */
async function decidedBy({ db }: Services, volumeId: string, standing: readonly Standing[]): Promise<number[]> {
  const labels = [...new Set(standing.filter(({ kind }) => kind === RecordKind.meta).flatMap((row) => row.labels))];
  if (labels.length === 0) return [];
  const rows = await db
    .select({ label: proposal.labelValue })
    .from(proposal)
    .where(
      and(
        eq(proposal.volumeId, volumeId),
        inArray(proposal.labelValue, labels),
        inArray(proposal.state, ["accepted", "corrected", "rejected"]),
      ),
    );
  return rows.map(({ label }) => label);
}

async function chosen({ db }: Services, volumeId: string, choice: UndoChoice): Promise<SQL | undefined> {
  if ("spans" in choice)
    return or(
      ...choice.spans.map(
        ({ session, first, last }) =>
          sql`(${labelJournal.session} = ${session} and ${labelJournal.seq} between ${first} and ${last})`,
      ),
    );
  const [from, until] = [await placeOfTime(db, volumeId, choice.from), await placeOfTime(db, volumeId, choice.until)];
  return and(
    eq(labelJournal.userId, choice.userId),
    gte(labelJournal.position, from.position),
    lt(labelJournal.position, until.position),
  );
}

type Standing = {
  readonly session: number;
  readonly seq: number;
  readonly kind: number;
  readonly labels: readonly number[];
  readonly brickKeys: readonly BrickKey[];
};

/** Null where it would take long: very many places, or voxels that lie in blobs. */
async function countVoxels(
  services: Services,
  volumeId: string,
  standing: readonly Standing[],
): Promise<UndoPreview["voxels"]> {
  const keys = new Set(standing.flatMap(({ brickKeys }) => brickKeys));
  if (keys.size > MAX_BRICKS || standing.some(({ kind }) => kind === RecordKind.paintRef)) return null;
  const labels = await labelsThen(services, volumeId, await newestPosition(services, volumeId));
  const without = new Set(standing.map(({ session, seq }) => recordIdOf(session, seq)));
  let [changing, staying] = [0, 0];
  for (const key of keys) {
    const painted = await paintedBy(services, volumeId, labels.grid, key, standing);
    const now = await labels.readBrick(key);
    const then = await labels.readBrick(key, without);
    for (let i = 0; i < painted.length; i++)
      if ((now?.[i] ?? 0) !== (then?.[i] ?? 0)) changing++;
      else if (painted[i] !== 0) staying++;
    await pauseWhenDue();
  }
  return { changing, staying };
}

/** 1 in every voxel of a brick that one of the records writes. */
async function paintedBy(
  { db }: Services,
  volumeId: string,
  grid: LabelGrid,
  key: BrickKey,
  standing: readonly Standing[],
): Promise<Uint32Array> {
  const mask = new Uint32Array(grid.brickSize ** 3);
  const here = standing.filter(({ brickKeys }) => brickKeys.includes(key));
  for (const { session, seq } of here) {
    const [row] = await db
      .select({ record: labelJournal.record })
      .from(labelJournal)
      .where(and(eq(labelJournal.volumeId, volumeId), eq(labelJournal.session, session), eq(labelJournal.seq, seq)));
    const record = row && decodeRecord(row.record, grid);
    if (record?.kind !== 1 && record?.kind !== 7) continue;
    const { sections, bytes } = record.body.voxels();
    for (const section of sections)
      if (section.key === key) paintRuns(mask, grid.brickSize, bytes, section.from, section.to, section.box, 1, null);
    await pauseWhenDue();
  }
  return mask;
}
