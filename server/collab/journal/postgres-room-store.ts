import { and, asc, desc, eq, gt, isNull, lt, lte, max, sql } from "drizzle-orm";
import { Problem } from "../../../core/problem.ts";
import type { LabelGrid } from "../../../core/sync/record/label-grid.ts";
import type { PaintBody } from "../../../core/sync/record/record.ts";
import { BRICK_SIZE } from "../../../core/volume/brick.ts";
import type { Database, Transaction } from "../../../db/client.ts";
import {
  labelDocumentState,
  labelJournal,
  labelTouch,
  labelWal,
  volume,
  volumeSession,
} from "../../../db/schema/index.ts";
import { recordsSaved } from "../../process/process-metrics.ts";
import type { Claim } from "../../servers/leases.ts";
import type { BlobStore } from "../../storage/blob-store.ts";
import type { BaseVersions } from "../base/base-versions.ts";
import { PostgresBaseStore } from "../base/postgres-base-store.ts";
import { tidyBase } from "../base/tidy-base.ts";
import { AuthorRows, type NucleusAuthor } from "./author-rows.ts";
import {
  type LabelTouch,
  type RoomStore,
  RoomTaken,
  type SessionRow,
  type StoredRoom,
  type TickRows,
} from "./room-store.ts";

/** Older states of a document are kept no longer than they can help a reader who just opened it. */
const KEPT_STATES = 2;

/** Making a longer statement would hold the loop; PostgreSQL takes 65 535 parameters. */
const ROWS_PER_INSERT = 250;
const TOUCHES_AT_ONCE = 5000;

const toSession = (row: typeof volumeSession.$inferSelect): SessionRow => ({
  session: row.session,
  userId: row.userId,
  after: row.afterSession !== null && row.afterSeq !== null ? { session: row.afterSession, seq: row.afterSeq } : null,
});

export type RoomLease = Pick<Claim, "take" | "writeFence">;

/** Log, journal and counters of one volume. Every write of the room carries the fencing token taken at `open`. */
export class PostgresRoomStore implements RoomStore {
  readonly #db: Database;
  readonly #journalDb: Database;
  readonly #blobs: BlobStore;
  readonly #volumeId: string;
  readonly base: PostgresBaseStore;
  readonly #authors: AuthorRows;
  #token = 0;
  #epoch = 1;

  /** `journalDb`: connections of their own for what strokes wait for. */
  constructor(db: Database, blobs: BlobStore, volumeId: string, journalDb: Database = db) {
    this.#db = db;
    this.#journalDb = journalDb;
    this.#blobs = blobs;
    this.#volumeId = volumeId;
    this.base = new PostgresBaseStore(db, blobs, volumeId);
    this.#authors = new AuthorRows(volumeId);
  }

  /** `lease`: where there are several servers, taken first, so that a room that another holds is not disturbed. */
  async open(lease: RoomLease | null = null): Promise<StoredRoom> {
    const row = await this.#db.transaction(async (tx) => {
      await lease?.take(tx);
      const raised = await this.#raiseFence(tx);
      await lease?.writeFence(tx, raised.token);
      return raised;
    });
    this.#token = row.token;
    this.#epoch = row.epoch;
    const { position, updates } = await this.#readDocument();
    const sessions = await this.#db.select().from(volumeSession).where(eq(volumeSession.volumeId, this.#volumeId));
    const journalled = await this.#db
      .select({ session: labelJournal.session, seq: max(labelJournal.seq) })
      .from(labelJournal)
      .where(and(eq(labelJournal.volumeId, this.#volumeId), isNull(labelJournal.foldedGeneration)))
      .groupBy(labelJournal.session);
    const reached = new Map(sessions.map(({ session, foldedSeq }) => [session, foldedSeq]));
    for (const { session, seq } of journalled) reached.set(session, Math.max(reached.get(session) ?? 0, Number(seq)));
    return {
      grid: { shapeZyx: row.shapeZyx, brickSize: BRICK_SIZE },
      epoch: row.epoch,
      position,
      updates,
      journalled: reached,
      versions: await this.base.readNewestVersions(),
      readableFrom: await this.base.readReadableFrom(Date.now()),
      sessions: sessions.map(toSession),
      folded: new Map(sessions.flatMap(({ session, foldedSeq }) => (foldedSeq > 0 ? [[session, foldedSeq]] : []))),
      labelCounter: row.labelCounter,
      touches: await this.#readTouches(),
    };
  }

  async #raiseFence(tx: Transaction) {
    const [row] = await tx
      .update(volume)
      .set({ ownerToken: sql`${volume.ownerToken} + 1` })
      .where(and(eq(volume.id, this.#volumeId), eq(volume.state, "ready")))
      .returning({
        token: volume.ownerToken,
        epoch: volume.epoch,
        shapeZyx: volume.shapeZyx,
        labelCounter: volume.labelCounter,
      });
    if (!row)
      throw new Problem({
        tag: "volume-not-ready",
        what: "This volume is not ready to be labelled.",
        hint: "Wait until its import has finished.",
      });
    return row;
  }

  async append({ position, update, journal, base }: TickRows): Promise<void> {
    const authors = journal.flatMap(({ userId, labels }) => labels.map((label) => ({ userId, label })));
    await this.#journalDb.transaction(async (tx) => {
      // An external server may run with less; here "saved" means on the disk.
      await tx.execute(sql`set local synchronous_commit = on`);
      await this.#assertOwner(tx);
      // Also without a change of the document: positions have no gaps.
      await tx.insert(labelWal).values({
        volumeId: this.#volumeId,
        epoch: this.#epoch,
        position,
        update: update ?? new Uint8Array([0, 0]),
      });
      for (let from = 0; from < journal.length; from += ROWS_PER_INSERT)
        await tx.insert(labelJournal).values(
          journal.slice(from, from + ROWS_PER_INSERT).map(({ id: _id, labels, brickKeys, ...row }) => ({
            ...row,
            labels: [...labels],
            brickKeys: [...brickKeys],
            volumeId: this.#volumeId,
            position,
          })),
        );
      await this.#authors.write(tx, authors);
      await this.#authors.writeTakenBack(tx, journal);
      if (base) await this.base.take(tx, base);
    });
    this.#authors.remember(authors);
    recordsSaved.inc(journal.length);
  }

  /** Forgets what is older than the history is kept, and what nobody reads; while nothing folds or repairs. */
  tidy(versions: BaseVersions, historyDays: number, nowMs = Date.now()): Promise<void> {
    return tidyBase(this.#db, this.#blobs, this.#volumeId, {
      versions,
      historyDays,
      nowMs,
      assertOwner: (tx) => this.#assertOwner(tx),
    });
  }

  /** Whose work a nucleus is, also where no record of theirs names it. */
  async addAuthors(authors: readonly NucleusAuthor[]): Promise<void> {
    await this.whileOwned((tx) => this.#authors.write(tx, authors));
    this.#authors.remember(authors);
  }

  /** Shared row lock: whoever wants to take the volume over waits for the commit, or has made this match nothing. */
  async #assertOwner(tx: Transaction): Promise<void> {
    const owned = await tx.execute(
      sql`select 1 from ${volume} where ${volume.id} = ${this.#volumeId} and ${volume.ownerToken} = ${this.#token} for share`,
    );
    if (owned.rows.length === 0) throw new RoomTaken();
  }

  /** For what else is written down of a room: it counts only while the room is ours. */
  whileOwned<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#db.transaction(async (tx) => {
      await this.#assertOwner(tx);
      return work(tx);
    });
  }

  writeState(position: number, state: Uint8Array): Promise<void> {
    return this.whileOwned((tx) => this.#writeState(tx, position, state));
  }

  async #writeState(tx: Transaction, position: number, state: Uint8Array): Promise<void> {
    const ofDocument = and(eq(labelDocumentState.volumeId, this.#volumeId), eq(labelDocumentState.epoch, this.#epoch));
    await tx
      .insert(labelDocumentState)
      .values({ volumeId: this.#volumeId, epoch: this.#epoch, position, state })
      .onConflictDoNothing();
    const [oldest] = await tx
      .select({ position: labelDocumentState.position })
      .from(labelDocumentState)
      .where(ofDocument)
      .orderBy(desc(labelDocumentState.position))
      .offset(KEPT_STATES - 1)
      .limit(1);
    if (!oldest) return;
    await tx.delete(labelDocumentState).where(and(ofDocument, lt(labelDocumentState.position, oldest.position)));
    // Nobody reads the log before the oldest state that is kept.
    await tx
      .delete(labelWal)
      .where(
        and(
          eq(labelWal.volumeId, this.#volumeId),
          eq(labelWal.epoch, this.#epoch),
          lte(labelWal.position, oldest.position),
        ),
      );
  }

  async leaseLabels(count: number): Promise<{ first: number; count: number }> {
    const [row] = await this.#journalDb
      .update(volume)
      .set({ labelCounter: sql`${volume.labelCounter} + ${count}` })
      .where(eq(volume.id, this.#volumeId))
      .returning({ last: volume.labelCounter });
    return { first: row.last - count + 1, count };
  }

  async refresh(afterSession: number): Promise<{ sessions: readonly SessionRow[]; labelCounter: number }> {
    const sessions = await this.#db
      .select()
      .from(volumeSession)
      .where(and(eq(volumeSession.volumeId, this.#volumeId), gt(volumeSession.session, afterSession)));
    const [row] = await this.#db
      .select({ labelCounter: volume.labelCounter })
      .from(volume)
      .where(eq(volume.id, this.#volumeId));
    return { sessions: sessions.map(toSession), labelCounter: row?.labelCounter ?? 0 };
  }

  readBlob(sha256: string, grid: LabelGrid): Promise<PaintBody | null> {
    return this.base.readBlob(sha256, grid);
  }

  readBlobBytes(sha256: string): Promise<Uint8Array | null> {
    return this.base.readBlobBytes(sha256);
  }

  async #readDocument(): Promise<{ position: number; updates: Uint8Array[] }> {
    const [state] = await this.#db
      .select()
      .from(labelDocumentState)
      .where(and(eq(labelDocumentState.volumeId, this.#volumeId), eq(labelDocumentState.epoch, this.#epoch)))
      .orderBy(desc(labelDocumentState.position))
      .limit(1);
    const rows = await this.#db
      .select({ position: labelWal.position, update: labelWal.update })
      .from(labelWal)
      .where(
        and(
          eq(labelWal.volumeId, this.#volumeId),
          eq(labelWal.epoch, this.#epoch),
          gt(labelWal.position, state?.position ?? 0),
        ),
      )
      .orderBy(asc(labelWal.position));
    return {
      position: rows.at(-1)?.position ?? state?.position ?? 0,
      updates: [...(state ? [state.state] : []), ...rows.map(({ update }) => update)],
    };
  }

  async #readTouches(): Promise<LabelTouch[]> {
    const folded: LabelTouch[] = [];
    for (let after = -1, isMore = true; isMore; ) {
      const page = await this.#db
        .select({ label: labelTouch.label, userId: labelTouch.userId, at: labelTouch.touchedAt })
        .from(labelTouch)
        .where(and(eq(labelTouch.volumeId, this.#volumeId), gt(labelTouch.label, after)))
        .orderBy(asc(labelTouch.label))
        .limit(TOUCHES_AT_ONCE);
      for (const touch of page) folded.push(touch);
      after = page.at(-1)?.label ?? after;
      isMore = page.length === TOUCHES_AT_ONCE;
    }
    const { rows } = await this.#db.execute<{ label: string; user_id: string; at_ms: string }>(sql`
      select distinct on (label) label, user_id, extract(epoch from created_at) * 1000 as at_ms
      from ${labelJournal}, unnest(labels) as label
      where volume_id = ${this.#volumeId} and folded_gen is null
      order by label, position desc, session desc, seq desc`);
    const live = rows.map((row) => ({
      label: Number(row.label),
      userId: row.user_id,
      at: new Date(Number(row.at_ms)),
    }));
    return [...folded, ...live];
  }
}
