import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { and, asc, desc, eq, gt, inArray, isNotNull, lt, max, sql } from "drizzle-orm";
import { MalformedBytes } from "../../../core/sync/bytes/bytes.ts";
import { type BaseFacts, encodeFacts } from "../../../core/sync/fold/base-facts.ts";
import { partsOf } from "../../../core/sync/fold/base-state.ts";
import type { LabelGrid } from "../../../core/sync/record/label-grid.ts";
import { type PaintBody, type RecordId, recordIdOf } from "../../../core/sync/record/record.ts";
import type { BrickKey } from "../../../core/volume/brick.ts";
import type { Database, Transaction } from "../../../db/client.ts";
import { labelBaseVersion, labelBlob, labelJournal, volumeSession } from "../../../db/schema/index.ts";
import type { BlobStore } from "../../storage/blob-store.ts";
import { decodeBlobBeside } from "../event-loop/decode-blob-beside.ts";
import { pauseWhenDue } from "../event-loop/next-turn.ts";
import { readFoldedBrick, readFoldedFacts } from "./base-bricks.ts";
import { type BaseChange, type BaseStore, type BaseVersion, FACTS_KEY, type FoldedRow } from "./base-store.ts";
import { READABLE_MS } from "./base-versions.ts";
import { foldedBrickPrefix, paintBlobKey } from "./label-blob-keys.ts";

const zip = promisify(gzip);
const ROWS_PER_STATEMENT = 1000;
/** Some hundred versions each. */
const KEYS_PER_STATEMENT = 16;

const toRow = (row: {
  session: number;
  seq: number;
  foldedGeneration: number | null;
  undone: boolean;
  record: Uint8Array;
}): FoldedRow => ({
  id: recordIdOf(row.session, row.seq),
  foldedGeneration: row.foldedGeneration ?? 0,
  undone: row.undone,
  record: row.record,
});

const foldedColumns = {
  session: labelJournal.session,
  seq: labelJournal.seq,
  foldedGeneration: labelJournal.foldedGeneration,
  undone: labelJournal.undone,
  record: labelJournal.record,
};

const toVersion = ({ createdAt, volumeId: _, ...version }: typeof labelBaseVersion.$inferSelect): BaseVersion => ({
  ...version,
  atMs: createdAt.getTime(),
});

/** The base of one volume: versions in the blob store, their names and the history in PostgreSQL. */
export class PostgresBaseStore implements BaseStore {
  readonly #db: Database;
  readonly #blobs: BlobStore;
  readonly #volumeId: string;

  constructor(db: Database, blobs: BlobStore, volumeId: string) {
    this.#db = db;
    this.#blobs = blobs;
    this.#volumeId = volumeId;
  }

  async readNewestVersions(): Promise<BaseVersion[]> {
    const rows = await this.#db
      .selectDistinctOn([labelBaseVersion.key])
      .from(labelBaseVersion)
      .where(eq(labelBaseVersion.volumeId, this.#volumeId))
      .orderBy(asc(labelBaseVersion.key), desc(labelBaseVersion.rev));
    return rows.map(toVersion);
  }

  async readVersions(keys: readonly BrickKey[]): Promise<BaseVersion[]> {
    const versions: BaseVersion[] = [];
    for (let from = 0; from < keys.length; from += KEYS_PER_STATEMENT) {
      const rows = await this.#db
        .select()
        .from(labelBaseVersion)
        .where(
          and(
            eq(labelBaseVersion.volumeId, this.#volumeId),
            inArray(labelBaseVersion.key, keys.slice(from, from + KEYS_PER_STATEMENT)),
          ),
        );
      versions.push(...rows.map(toVersion));
      await pauseWhenDue();
    }
    return versions;
  }

  /** The newest rev that was replaced, or may be, longer ago than bricks are read as they were. */
  async readReadableFrom(nowMs: number): Promise<number> {
    const [{ rev }] = await this.#db
      .select({ rev: max(labelBaseVersion.rev) })
      .from(labelBaseVersion)
      .where(
        and(
          eq(labelBaseVersion.volumeId, this.#volumeId),
          lt(labelBaseVersion.createdAt, new Date(nowMs - READABLE_MS)),
        ),
      );
    return rev ?? 0;
  }

  async readBrick(key: BrickKey, version: BaseVersion | undefined): Promise<Uint32Array | null> {
    return readFoldedBrick(this.#blobs, this.#volumeId, key, version?.blob);
  }

  async readFacts(version: BaseVersion | undefined): Promise<BaseFacts> {
    return readFoldedFacts(this.#blobs, version?.blob);
  }

  async writeBrick(key: BrickKey, rev: number, voxels: Uint32Array | null): Promise<string | null> {
    return voxels && this.#write(String(key), rev, new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength));
  }

  writeFacts(rev: number, facts: BaseFacts): Promise<string> {
    return this.#write("facts", rev, encodeFacts(facts));
  }

  async readFolded(ids: readonly RecordId[]): Promise<FoldedRow[]> {
    if (ids.length === 0) return [];
    const pairs = ids.map((id) => {
      const [session, seq] = partsOf(id);
      return sql`(${session}::bigint, ${seq}::bigint)`;
    });
    const rows = await this.#db
      .select(foldedColumns)
      .from(labelJournal)
      .where(
        and(
          eq(labelJournal.volumeId, this.#volumeId),
          isNotNull(labelJournal.foldedGeneration),
          sql`(${labelJournal.session}, ${labelJournal.seq}) in (${sql.join(pairs, sql`, `)})`,
        ),
      );
    return rows.map(toRow);
  }

  async readHistory(key: BrickKey, afterGeneration: number): Promise<FoldedRow[]> {
    const touches =
      key === FACTS_KEY ? inArray(labelJournal.kind, [4, 5, 6]) : sql`${key}::bigint = any(${labelJournal.brickKeys})`;
    const rows = await this.#db
      .select(foldedColumns)
      .from(labelJournal)
      .where(
        and(
          eq(labelJournal.volumeId, this.#volumeId),
          gt(labelJournal.foldedGeneration, afterGeneration),
          inArray(labelJournal.kind, key === FACTS_KEY ? [4, 5, 6] : [1, 7, 8]),
          touches,
        ),
      );
    return rows.map(toRow);
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

  /** In the transaction of the tick that changes the document. */
  async take(tx: Transaction, { rev, generation, folded, undone, versions, spoiled }: BaseChange): Promise<void> {
    const volumeId = this.#volumeId;
    for (const { session, after, upTo } of folded) {
      const mine = sql`${labelJournal.volumeId} = ${volumeId} and ${labelJournal.session} = ${session}
        and ${labelJournal.seq} > ${after} and ${labelJournal.seq} <= ${upTo}`;
      await tx.update(labelJournal).set({ foldedGeneration: generation }).where(mine);
      await tx
        .update(volumeSession)
        .set({ foldedSeq: upTo })
        .where(and(eq(volumeSession.volumeId, volumeId), eq(volumeSession.session, session)));
    }
    const marks = [...undone].map(([id, isUndone]) => {
      const [session, seq] = partsOf(id);
      return sql`(${session}::bigint, ${seq}::bigint, ${isUndone}::boolean)`;
    });
    for (let from = 0; from < marks.length; from += ROWS_PER_STATEMENT)
      await tx.execute(sql`
        update label_journal set undone = mark.undone
        from (values ${sql.join(marks.slice(from, from + ROWS_PER_STATEMENT), sql`, `)}) as mark (session, seq, undone)
        where volume_id = ${volumeId} and label_journal.session = mark.session and label_journal.seq = mark.seq`);
    for (const [key, from] of spoiled)
      await tx
        .update(labelBaseVersion)
        .set({ isStart: false })
        .where(
          and(
            eq(labelBaseVersion.volumeId, volumeId),
            eq(labelBaseVersion.key, key),
            sql`${labelBaseVersion.generation} >= ${from} and ${labelBaseVersion.rev} < ${rev}`,
          ),
        );
    for (let from = 0; from < versions.length; from += ROWS_PER_STATEMENT)
      await tx.insert(labelBaseVersion).values(
        versions.slice(from, from + ROWS_PER_STATEMENT).map(({ atMs, ...version }) => ({
          ...version,
          volumeId,
          createdAt: new Date(atMs),
        })),
      );
    if (generation > 0)
      await tx.execute(sql`
        insert into label_touch (volume_id, label, user_id, touched_at)
        select distinct on (label) volume_id, label, user_id, created_at
        from ${labelJournal}, unnest(labels) as label
        where volume_id = ${volumeId} and folded_gen = ${generation}
        order by label, position desc, session desc, seq desc
        on conflict (volume_id, label) do update set user_id = excluded.user_id, touched_at = excluded.touched_at
        where label_touch.touched_at <= excluded.touched_at`);
  }

  async #write(key: string, rev: number, bytes: Uint8Array): Promise<string> {
    const name = `${foldedBrickPrefix(this.#volumeId)}${key}/${rev}-${randomBytes(6).toString("hex")}`;
    await this.#blobs.put(name, await zip(bytes, { level: 1 }), { maySpendReserve: true });
    return name;
  }
}
