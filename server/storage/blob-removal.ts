import { and, eq, gte, isNull, sql } from "drizzle-orm";
import type pg from "pg";
import type { Database, Transaction } from "../../db/client.ts";
import { blobRemoval, lease, snapshot } from "../../db/schema/index.ts";
import type { BlobStore } from "./blob-store.ts";

/** An advisory lock: held, shared, by every backup that runs, and lost with its connection. Any number will do. */
const BACKUP_HOLD = 7_310_442;
/** A snapshot that is unfinished for longer has been left by a server that is gone. */
export const LONGEST_FREEZE_HOURS = 6;
/** A statement of PostgreSQL takes 65 535 parameters. */
const ROWS_PER_INSERT = 10_000;

/** In the transaction that deletes the rows which own these blobs; then call `removeScheduledBlobs`. */
export async function scheduleBlobRemoval(tx: Transaction, prefixes: readonly string[]): Promise<void> {
  for (let from = 0; from < prefixes.length; from += ROWS_PER_INSERT)
    await tx
      .insert(blobRemoval)
      .values(prefixes.slice(from, from + ROWS_PER_INSERT).map((prefix) => ({ prefix })))
      .onConflictDoUpdate({ target: blobRemoval.prefix, set: { isBeingWritten: false } });
}

/**
 * What is written below this prefix goes again unless `keepWritten` says otherwise: at once by `dropWritten`, or at the next
 * start of a server that was killed meanwhile.
 */
export async function beginWriting(db: Database, prefix: string, writtenBy: string | null = null): Promise<void> {
  await db.insert(blobRemoval).values({ prefix, isBeingWritten: true, writtenBy });
}

/** In the transaction that makes it count. Fails where this server stood still so long that it was taken for gone. */
export async function keepWritten(tx: Transaction, prefix: string): Promise<void> {
  const kept = await tx
    .delete(blobRemoval)
    .where(and(eq(blobRemoval.prefix, prefix), eq(blobRemoval.isBeingWritten, true)))
    .returning({ prefix: blobRemoval.prefix });
  if (kept.length === 0) throw new Error(`what was written below ${prefix} has been taken for left behind`);
}

export async function dropWritten({ db, blobs }: { db: Database; blobs: BlobStore }, prefix: string): Promise<void> {
  await db.update(blobRemoval).set({ isBeingWritten: false }).where(eq(blobRemoval.prefix, prefix));
  await removeScheduledBlobs(db, blobs);
}

/** At the start, when nobody writes: whatever was being written goes. */
export async function endAllWriting(db: Database): Promise<void> {
  await db.update(blobRemoval).set({ isBeingWritten: false }).where(eq(blobRemoval.isBeingWritten, true));
}

/** Of several servers: what those were writing that have gone. */
export async function endWritingOfTheGone(db: Database): Promise<void> {
  await db.execute(sql`
    update ${blobRemoval} set is_being_written = false
    where is_being_written and not exists (
      select 1 from ${lease} where name = 'server ' || written_by::text and expires_at > clock_timestamp())`);
}

/** After a deletion, and regularly for what a crash left, or a backup or a freeze held back. */
export async function removeScheduledBlobs(db: Database, blobs: BlobStore): Promise<void> {
  for (const prefix of await removableBlobs(db)) {
    await blobs.remove(prefix);
    await db.delete(blobRemoval).where(eq(blobRemoval.prefix, prefix));
  }
}

/**
 * Nothing while a backup holds on or a snapshot is being written. The list is read first and the hold looked for after it:
 * a backup or freeze that comes between looks for what it reads later still, and does not see the rows whose blobs are
 * listed here.
 */
async function removableBlobs(db: Database): Promise<string[]> {
  const rows = await db.select().from(blobRemoval).where(eq(blobRemoval.isBeingWritten, false));
  if (rows.length === 0) return [];
  return db.transaction(async (tx) => {
    const held = await tx.execute<{ free: boolean }>(sql`select pg_try_advisory_xact_lock(${BACKUP_HOLD}) as free`);
    if (!held.rows[0].free || (await isFreezing(tx))) return [];
    return rows.map(({ prefix }) => prefix);
  });
}

/** A freeze reads images and bricks that new ones may take the place of meanwhile. */
async function isFreezing(tx: Transaction): Promise<boolean> {
  const since = sql`now() - make_interval(hours => ${LONGEST_FREEZE_HOURS})`;
  const [one] = await tx
    .select({ id: snapshot.id })
    .from(snapshot)
    .where(and(isNull(snapshot.completedAt), gte(snapshot.createdAt, since)))
    .limit(1);
  return one !== undefined;
}

/** From here on, until the connection ends, no blob goes that a snapshot taken on it names. */
export async function holdBlobs(client: pg.ClientBase): Promise<void> {
  await client.query("select pg_advisory_lock_shared($1)", [BACKUP_HOLD]);
}
