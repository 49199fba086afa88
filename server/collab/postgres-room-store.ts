import { and, asc, desc, eq, gt, max, sql } from "drizzle-orm";
import { Problem } from "../../core/problem.ts";
import { MalformedBytes } from "../../core/sync/bytes.ts";
import type { LabelGrid } from "../../core/sync/label-grid.ts";
import type { PaintBody } from "../../core/sync/record.ts";
import { BRICK_SIZE } from "../../core/volume/brick.ts";
import type { Database } from "../../db/client.ts";
import { labelBlob, labelDocumentState, labelJournal, labelWal, volume, volumeSession } from "../../db/schema/index.ts";
import { recordsSaved } from "../metrics/process-metrics.ts";
import type { BlobStore } from "../storage/blob-store.ts";
import { decodeBlobBeside } from "./decode-blob-beside.ts";
import { paintBlobKey } from "./label-blob-keys.ts";
import type { LabelTouch, RoomStore, SessionRow, StoredRoom, TickRows } from "./room-store.ts";

/** Older states of a document are kept no longer than they can help a reader who just opened it. */
const KEPT_STATES = 2;

/** A statement of PostgreSQL takes 65 535 parameters: of ten columns, 6553 rows. */
const ROWS_PER_INSERT = 1000;

const toSession = (row: typeof volumeSession.$inferSelect): SessionRow => ({
  session: row.session,
  userId: row.userId,
  after: row.afterSession !== null && row.afterSeq !== null ? { session: row.afterSession, seq: row.afterSeq } : null,
});

/** Log, journal and counters of one volume. Every append carries the fencing token taken at `open`. */
export class PostgresRoomStore implements RoomStore {
  readonly #db: Database;
  readonly #journalDb: Database;
  readonly #blobs: BlobStore;
  readonly #volumeId: string;
  #token = 0;
  #epoch = 1;

  /** `journalDb`: connections of their own for what strokes wait for. */
  constructor(db: Database, blobs: BlobStore, volumeId: string, journalDb: Database = db) {
    this.#db = db;
    this.#journalDb = journalDb;
    this.#blobs = blobs;
    this.#volumeId = volumeId;
  }

  async open(): Promise<StoredRoom> {
    const [row] = await this.#db
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
    this.#token = row.token;
    this.#epoch = row.epoch;
    const { position, updates } = await this.#readDocument();
    const sessions = await this.#db.select().from(volumeSession).where(eq(volumeSession.volumeId, this.#volumeId));
    const journalled = await this.#db
      .select({ session: labelJournal.session, seq: max(labelJournal.seq) })
      .from(labelJournal)
      .where(eq(labelJournal.volumeId, this.#volumeId))
      .groupBy(labelJournal.session);
    return {
      grid: { shapeZyx: row.shapeZyx, brickSize: BRICK_SIZE },
      epoch: row.epoch,
      position,
      updates,
      journalled: new Map(journalled.map(({ session, seq }) => [session, Number(seq ?? 0)])),
      sessions: sessions.map(toSession),
      labelCounter: row.labelCounter,
      touches: await this.#readTouches(),
    };
  }

  async append({ position, update, journal }: TickRows): Promise<void> {
    await this.#journalDb.transaction(async (tx) => {
      // An external server may run with less; here "saved" means on the disk.
      await tx.execute(sql`set local synchronous_commit = on`);
      // Shared row lock: whoever wants to take the volume over waits for this commit, or has made this match nothing.
      const owned = await tx.execute(
        sql`select 1 from ${volume} where ${volume.id} = ${this.#volumeId} and ${volume.ownerToken} = ${this.#token} for share`,
      );
      if (owned.rows.length === 0) throw new Error("another server has taken this volume over");
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
    });
    recordsSaved.inc(journal.length);
  }

  async writeState(position: number, state: Uint8Array): Promise<void> {
    const ofDocument = and(eq(labelDocumentState.volumeId, this.#volumeId), eq(labelDocumentState.epoch, this.#epoch));
    await this.#db
      .insert(labelDocumentState)
      .values({ volumeId: this.#volumeId, epoch: this.#epoch, position, state })
      .onConflictDoNothing();
    const [oldest] = await this.#db
      .select({ position: labelDocumentState.position })
      .from(labelDocumentState)
      .where(ofDocument)
      .orderBy(desc(labelDocumentState.position))
      .offset(KEPT_STATES - 1)
      .limit(1);
    if (oldest)
      await this.#db
        .delete(labelDocumentState)
        .where(and(ofDocument, sql`${labelDocumentState.position} < ${oldest.position}`));
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

  async readBlob(sha256: string, grid: LabelGrid): Promise<PaintBody | null> {
    const bytes = await this.readBlobBytes(sha256);
    if (!bytes) return null;
    try {
      return await decodeBlobBeside(bytes, grid);
    } catch (error) {
      if (error instanceof MalformedBytes) return null;
      throw error;
    }
  }

  async readBlobBytes(sha256: string): Promise<Uint8Array | null> {
    const [row] = await this.#db
      .select({ sizeBytes: labelBlob.sizeBytes })
      .from(labelBlob)
      .where(and(eq(labelBlob.volumeId, this.#volumeId), eq(labelBlob.sha256, sha256)));
    return row ? this.#blobs.get(paintBlobKey(this.#volumeId, sha256)) : null;
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
    const { rows } = await this.#db.execute<{ label: string; user_id: string; at_ms: string }>(sql`
      select distinct on (label) label, user_id, extract(epoch from created_at) * 1000 as at_ms
      from ${labelJournal}, unnest(labels) as label
      where volume_id = ${this.#volumeId}
      order by label, position desc, session desc, seq desc`);
    return rows.map((row) => ({ label: Number(row.label), userId: row.user_id, at: new Date(Number(row.at_ms)) }));
  }
}
