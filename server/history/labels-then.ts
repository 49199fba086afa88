import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, lte, max, min, or, sql } from "drizzle-orm";
import { Problem } from "../../core/problem.ts";
import { type BaseFacts, encodeFacts } from "../../core/sync/fold/base-facts.ts";
import { partsOf } from "../../core/sync/fold/base-state.ts";
import { brickExtent, type LabelGrid } from "../../core/sync/record/label-grid.ts";
import { type RecordId, RecordKind, recordIdOf } from "../../core/sync/record/record.ts";
import type { BrickKey } from "../../core/volume/brick.ts";
import type { Database, Transaction } from "../../db/client.ts";
import { labelBaseVersion, labelJournal, volume } from "../../db/schema/index.ts";
import { type BaseVersion, FACTS_KEY, type FoldedRow } from "../collab/base/base-store.ts";
import { BaseVersions } from "../collab/base/base-versions.ts";
import { PostgresBaseStore } from "../collab/base/postgres-base-store.ts";
import { type HistoryReader, rebuildBrick, rebuildFacts } from "../collab/base/rebuild-base.ts";
import { inRoom, roomOperation } from "../collab/live/in-room.ts";
import type { Services } from "../services.ts";
import { pairsOf } from "./history-page.ts";

/**
 * The labels as they were when the journal had reached a position: what was imported, and over it all journalled records up to
 * there, in the order of history, without those that an UNDO up to there had taken back. Made like a repair of the base
 * (R43): everything later counts as undone, so the newest version of the brick that holds nothing of it is the start.
 */
export interface LabelsThen {
  readonly grid: LabelGrid;
  /** 64³ labels, merges not resolved; null where all is background. `without`: these records count as undone too. */
  readBrick(key: BrickKey, without?: ReadonlySet<RecordId>): Promise<Uint32Array | null>;
  readFacts(): Promise<BaseFacts>;
}

/** Where live records stand: the journal learns of generations when they are folded. */
export const liveOrderOperation = roomOperation("live-order", async ({ room }, _services, _input: null) => ({
  grid: room.fold.grid,
  position: room.position,
  generations: new Map([...room.fold.records()].map(({ record, generation }) => [record.id, generation])),
}));

type LiveOrder = Awaited<ReturnType<(typeof liveOrderOperation)["run"]>>;

/** What a moment asks of the versions of bricks; stays true whatever is folded or painted later. */
interface Moment {
  /** Versions of this generation and above may hold what came later. */
  readonly below: number;
  /** Nothing of a higher one had come. */
  readonly highest: number;
  /** Of bricks, and the facts, in which something folded was undone or redone later: the generations of that. */
  readonly turned: Map<BrickKey, { readonly lowest: number; readonly highest: number }>;
  /** UNDOs and REDOs up to this position are in `turned`. */
  turnedUpTo: number;
}

const MAX_MOMENTS = 32;
const momentsOf = new WeakMap<Services, Map<string, Promise<Moment>>>();

/** Rejects with a Problem where the history does not reach back that far, or there is no such moment. */
export async function labelsThen(services: Services, volumeId: string, position: number): Promise<LabelsThen> {
  const { db } = services;
  const live = await inRoom(services, liveOrderOperation, volumeId, null);
  if (position > live.position) throw noSuchMoment();
  const [row] = await db.select({ floor: volume.historyFloor }).from(volume).where(eq(volume.id, volumeId));
  if (!row || position < row.floor) throw forgotten();
  const moment = await momentOf(services, volumeId, position);
  const store = new PostgresBaseStore(db, services.blobs, volumeId);
  const read = async (key: BrickKey, without: ReadonlySet<RecordId>) =>
    db.transaction((tx) => readPart(tx, { volumeId, key, position, moment, live, without }), READ_ONLY);
  const readerOf = (rows: readonly FoldedRow[]): HistoryReader => ({
    readBrick: (key, version) => store.readBrick(key, version),
    readFacts: (version) => store.readFacts(version),
    readBlob: (sha256, grid) => store.readBlob(sha256, grid),
    readHistory: async () => [...rows],
  });
  return {
    grid: live.grid,
    async readBrick(key, without = nothing) {
      if (!brickExtent(live.grid, key)) throw noSuchMoment();
      const { versions, below, rows } = await read(key, without);
      return rebuildBrick(readerOf(rows), versions, live.grid, key, below, none);
    },
    async readFacts() {
      const { versions, below, rows } = await read(FACTS_KEY, nothing);
      return rebuildFacts(readerOf(rows), versions, live.grid, below, none);
    },
  };
}

export const encodedFactsThen = async (labels: LabelsThen): Promise<Uint8Array> =>
  encodeFacts(await labels.readFacts());

/** The newest moment that can be shown. */
export const newestPosition = async (services: Services, volumeId: string): Promise<number> =>
  (await inRoom(services, liveOrderOperation, volumeId, null)).position;

const READ_ONLY = { isolationLevel: "repeatable read", accessMode: "read only" } as const;
/** Above every generation, and an integer of the database. */
const MAX_GENERATION = 2 ** 31 - 1;

const nothing: ReadonlySet<RecordId> = new Set();
const none: ReadonlyMap<RecordId, boolean> = new Map();

const noSuchMoment = () =>
  new Problem({
    tag: "no-such-moment",
    what: "There is no such moment in the history of this volume.",
    hint: "Choose one of the list.",
  });

const forgotten = () =>
  new Problem({
    tag: "history-forgotten",
    what: "The labels of that time cannot be shown: what was done around it is forgotten.",
    hint: "How long the history is kept is a setting of the installation.",
  });

function momentOf(services: Services, volumeId: string, position: number): Promise<Moment> {
  const moments = momentsOf.get(services) ?? new Map<string, Promise<Moment>>();
  momentsOf.set(services, moments);
  const name = `${volumeId} ${position}`;
  const known = moments.get(name);
  if (known) return known;
  const found = findMoment(services.db, volumeId, position);
  moments.set(name, found);
  found.catch(() => moments.delete(name));
  for (const oldest of moments.keys()) if (moments.size > MAX_MOMENTS) moments.delete(oldest);
  return found;
}

const isFact = (kind: number): boolean => kind === 4 || kind === 5 || kind === 6;

const findMoment = (db: Database, volumeId: string, position: number): Promise<Moment> =>
  db.transaction(async (tx) => {
    const ofVolume = eq(labelJournal.volumeId, volumeId);
    const generation = max(labelJournal.foldedGeneration);
    const [later] = await tx
      .select({ lowest: min(labelJournal.foldedGeneration) })
      .from(labelJournal)
      .where(and(ofVolume, gt(labelJournal.position, position)));
    const [newest] = await tx.select({ generation }).from(labelJournal).where(ofVolume);
    const [version] = await tx
      .select({ generation: max(labelBaseVersion.generation) })
      .from(labelBaseVersion)
      .where(eq(labelBaseVersion.volumeId, volumeId));
    const [living] = await tx
      .select({ seq: labelJournal.seq })
      .from(labelJournal)
      .where(and(ofVolume, isNull(labelJournal.foldedGeneration), lte(labelJournal.position, position)))
      .limit(1);
    const [reached] = await tx
      .select({ generation: labelJournal.foldedGeneration })
      .from(labelJournal)
      .where(and(ofVolume, isNotNull(labelJournal.foldedGeneration), lte(labelJournal.position, position)))
      .orderBy(desc(labelJournal.foldedGeneration))
      .limit(1);
    // What lives is folded into generations above all that are now.
    const next = Math.max(newest?.generation ?? 0, version?.generation ?? 0) + 1;
    return {
      below: Math.min(later?.lowest ?? next, next),
      highest: living ? MAX_GENERATION : (reached?.generation ?? 0),
      turned: new Map(),
      turnedUpTo: position,
    };
  }, READ_ONLY);

/** What was undone or redone since it was last looked at, in the snapshot in which the versions are read. */
async function followTurns(tx: Transaction, volumeId: string, moment: Moment): Promise<void> {
  const after = moment.turnedUpTo;
  const [newest] = await tx
    .select({ position: max(labelJournal.position) })
    .from(labelJournal)
    .where(eq(labelJournal.volumeId, volumeId));
  const upTo = Number(newest?.position ?? 0);
  if (upTo <= after) return;
  const { rows } = await tx.execute<{ generation: number; kind: number; keys: string[] }>(sql`
    select made.folded_gen as generation, made.kind, made.brick_keys as keys
    from label_journal mark join label_journal made on made.volume_id = mark.volume_id
      and made.session = mark.target_session and made.seq = mark.target_seq
    where mark.volume_id = ${volumeId} and mark.position > ${after} and mark.target_session is not null
      and made.folded_gen is not null`);
  const { turned } = moment;
  for (const { generation, kind, keys } of rows)
    for (const key of isFact(kind) ? [FACTS_KEY] : keys.map(Number)) {
      const { lowest, highest } = turned.get(key) ?? { lowest: generation, highest: generation };
      turned.set(key, { lowest: Math.min(lowest, generation), highest: Math.max(highest, generation) });
    }
  moment.turnedUpTo = Math.max(moment.turnedUpTo, upTo);
}

interface PartAsked {
  readonly volumeId: string;
  readonly key: BrickKey;
  readonly position: number;
  readonly moment: Moment;
  readonly live: LiveOrder;
  readonly without: ReadonlySet<RecordId>;
}

/** Versions of a brick, which of them may be the start, and the records over it that count. */
async function readPart(tx: Transaction, asked: PartAsked) {
  const { volumeId, key, position, moment, live, without } = asked;
  await followTurns(tx, volumeId, moment);
  const versions = await readVersions(tx, volumeId, key);
  const turned = moment.turned.get(key);
  const below = Math.min(moment.below, turned?.lowest ?? MAX_GENERATION, await lowestGeneration(tx, volumeId, without));
  const start = versions.startBelow(key, below)?.generation ?? 0;
  // Whatever is folded into a brick makes a version of it, but for what was undone by then.
  const end = Math.min(moment.highest, Math.max(versions.newest(key)?.generation ?? 0, turned?.highest ?? 0));
  const touching = await readTouching(tx, asked, start, end);
  const undone = await readUndone(tx, volumeId, position, touching, live);
  return {
    versions,
    below,
    rows: touching.map((row): FoldedRow => ({ ...row, undone: without.has(row.id) || undone.has(row.id) })),
  };
}

async function lowestGeneration(tx: Transaction, volumeId: string, ids: ReadonlySet<RecordId>): Promise<number> {
  let lowest = MAX_GENERATION;
  for (const part of pairsOf([...ids].map(numbersOf))) {
    const [found] = await tx
      .select({ generation: min(labelJournal.foldedGeneration) })
      .from(labelJournal)
      .where(and(eq(labelJournal.volumeId, volumeId), part));
    lowest = Math.min(lowest, found?.generation ?? MAX_GENERATION);
  }
  return lowest;
}

const numbersOf = (id: RecordId): { session: number; seq: number } => {
  const [session, seq] = partsOf(id);
  return { session, seq };
};

/** Records of a brick, or those that carry fields and merges, above a generation and up to the moment. */
async function readTouching(
  tx: Transaction,
  { volumeId, key, position, live }: PartAsked,
  after: number,
  upTo: number,
): Promise<FoldedRow[]> {
  const { foldedGeneration } = labelJournal;
  const rows = await tx
    .select({
      session: labelJournal.session,
      seq: labelJournal.seq,
      foldedGeneration,
      record: labelJournal.record,
    })
    .from(labelJournal)
    .where(
      and(
        eq(labelJournal.volumeId, volumeId),
        or(isNull(foldedGeneration), and(gt(foldedGeneration, after), lte(foldedGeneration, upTo))),
        lte(labelJournal.position, position),
        inArray(labelJournal.kind, key === FACTS_KEY ? [4, 5, 6] : [1, 7, 8]),
        key === FACTS_KEY ? undefined : sql`${key}::bigint = any(${labelJournal.brickKeys})`,
      ),
    );
  return rows.map(({ session, seq, record, ...row }) => {
    const id = recordIdOf(session, seq);
    return { id, record, undone: false, foldedGeneration: generationOf(id, row.foldedGeneration, live) };
  });
}

/** What lives and was not there yet when the room was asked lies on top. */
const generationOf = (id: RecordId, folded: number | null, { generations }: LiveOrder): number =>
  folded ?? generations.get(id) ?? MAX_GENERATION;

/** R14 at the moment: of each record the last UNDO or REDO in the order of history that had come. */
async function readUndone(
  tx: Transaction,
  volumeId: string,
  position: number,
  rows: readonly FoldedRow[],
  live: LiveOrder,
): Promise<Set<RecordId>> {
  const last = new Map<RecordId, { readonly isUndo: boolean; readonly place: readonly number[] }>();
  for (const part of pairsOf(
    rows.map(({ id }) => numbersOf(id)),
    labelJournal.targetSession,
    labelJournal.targetSeq,
  ))
    for (const mark of await tx
      .select({
        session: labelJournal.session,
        seq: labelJournal.seq,
        stamp: labelJournal.stamp,
        kind: labelJournal.kind,
        foldedGeneration: labelJournal.foldedGeneration,
        targetSession: labelJournal.targetSession,
        targetSeq: labelJournal.targetSeq,
      })
      .from(labelJournal)
      .where(and(eq(labelJournal.volumeId, volumeId), part, lte(labelJournal.position, position)))) {
      const target = recordIdOf(mark.targetSession ?? 0, mark.targetSeq ?? 0);
      const generation = generationOf(recordIdOf(mark.session, mark.seq), mark.foldedGeneration, live);
      const place = [generation, mark.stamp, mark.session, mark.seq];
      const known = last.get(target);
      if (!known || comesAfter(place, known.place)) last.set(target, { isUndo: mark.kind === RecordKind.undo, place });
    }
  return new Set([...last].flatMap(([id, { isUndo }]) => (isUndo ? [id] : [])));
}

function comesAfter(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at >= 0 && a[at] > b[at];
}

async function readVersions(tx: Transaction, volumeId: string, key: BrickKey): Promise<BaseVersions> {
  const rows = await tx
    .select()
    .from(labelBaseVersion)
    .where(and(eq(labelBaseVersion.volumeId, volumeId), eq(labelBaseVersion.key, key)))
    .orderBy(asc(labelBaseVersion.rev));
  return new BaseVersions(
    rows.map(
      ({ createdAt, volumeId: _volume, ...version }): BaseVersion => ({ ...version, atMs: createdAt.getTime() }),
    ),
  );
}
