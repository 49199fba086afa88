import { and, eq, inArray, lte, not, type SQL, sql } from "drizzle-orm";
import type { Database, Transaction } from "../../../db/client.ts";
import { labelBaseVersion, labelJournal, volume } from "../../../db/schema/index.ts";
import { removeScheduledBlobs, scheduleBlobRemoval } from "../../storage/blob-removal.ts";
import type { BlobStore } from "../../storage/blob-store.ts";
import { type BaseVersion, FACTS_KEY } from "./base-store.ts";
import type { BaseVersions } from "./base-versions.ts";
import { keepContributions } from "./contribution-rows.ts";
import { foldedBrickPrefix } from "./label-blob-keys.ts";

/** Of the versions before, a repair starts from one in so many generations: what lies between is painted again. */
const GENERATIONS_PER_START = 16;
const DAY_MS = 86_400_000;
const ROWS_PER_STATEMENT = 1000;

/** Versions that neither a page nor a repair needs. `forgotten`: the history up to this generation is gone. */
export function versionsToDrop(versions: BaseVersions, forgotten: number): BaseVersion[] {
  return versions.keys().flatMap((key) => {
    const list = versions.of(key);
    const readable = Math.max(
      0,
      list.findLastIndex(({ rev }) => rev <= versions.readableFrom),
    );
    const floor = list.findLast(({ isStart, generation }) => isStart && generation <= forgotten);
    const taken = new Set<number>();
    return list.slice(0, readable).filter((version) => {
      if (version === floor) return false;
      const stretch = Math.floor(version.generation / GENERATIONS_PER_START);
      if (!version.isStart || version.generation <= forgotten || taken.has(stretch)) return true;
      taken.add(stretch);
      return false;
    });
  });
}

/** Bricks whose last version before the limit was changed by a repair since: their history is still needed. */
export function heldKeys(versions: BaseVersions, forgotten: number): number[] {
  return versions.keys().filter((key) => {
    const last = versions.of(key).findLast(({ generation }) => generation <= forgotten);
    return last !== undefined && !last.isStart;
  });
}

/**
 * Forgets the history that is older than `historyDays`, behind a base that holds it, versions that nobody needs, and bytes
 * that a fold left which was cut short. While it runs there is no fold and no repair; `assertOwner` fails in a server that
 * has lost the volume, after the bytes were listed: those of its successor are not among them.
 */
export async function tidyBase(
  db: Database,
  blobs: BlobStore,
  volumeId: string,
  given: { versions: BaseVersions; historyDays: number; nowMs: number; assertOwner(tx: Transaction): Promise<void> },
): Promise<void> {
  const { versions, historyDays, nowMs, assertOwner } = given;
  const cutoff = new Date(nowMs - historyDays * DAY_MS);
  const forgotten = await lastForgottenGeneration(db, volumeId, cutoff);
  await versions.complete();
  versions.keepReadable(nowMs);
  const dropped = versionsToDrop(versions, forgotten);
  const named = new Set(versions.keys().flatMap((key) => versions.of(key).map(({ blob }) => blob)));
  for (const { blob } of dropped) named.delete(blob);
  const unnamed: string[] = [];
  for await (const key of blobs.list(foldedBrickPrefix(volumeId))) if (!named.has(key)) unnamed.push(key);
  const held = heldKeys(versions, forgotten);
  await db.transaction(async (tx) => {
    await assertOwner(tx);
    if (forgotten > 0) {
      await raiseFloor(tx, volumeId, forgotten);
      const which = forgettable(volumeId, forgotten, held);
      await keepContributions(tx, volumeId, which);
      await tx.delete(labelJournal).where(which);
    }
    for (let at = 0; at < dropped.length; at += ROWS_PER_STATEMENT) {
      const pairs = dropped
        .slice(at, at + ROWS_PER_STATEMENT)
        .map(({ key, rev }) => sql`(${key}::bigint, ${rev}::bigint)`);
      await tx
        .delete(labelBaseVersion)
        .where(
          and(
            eq(labelBaseVersion.volumeId, volumeId),
            sql`(${labelBaseVersion.key}, ${labelBaseVersion.rev}) in (${sql.join(pairs, sql`, `)})`,
          ),
        );
    }
    await scheduleBlobRemoval(tx, unnamed);
  });
  versions.forget(dropped);
  await removeScheduledBlobs(db, blobs);
}

/** All records of the generations up to it are older; 0 where there are none. */
async function lastForgottenGeneration(db: Database, volumeId: string, cutoff: Date): Promise<number> {
  const { rows } = await db.execute<{ younger: number | null; last: number | null }>(sql`
    select min(folded_gen) filter (where created_at >= ${cutoff.toISOString()}::timestamptz) as younger,
      max(folded_gen) as last
    from ${labelJournal} where volume_id = ${volumeId} and folded_gen is not null`);
  const [{ younger, last }] = rows;
  return younger !== null ? Number(younger) - 1 : Number(last ?? 0);
}

/** From here on nobody is shown the labels as they were among acts that are forgotten, in part or all. */
const raiseFloor = (tx: Transaction, volumeId: string, forgotten: number) =>
  tx
    .update(volume)
    .set({
      historyFloor: sql`greatest(${volume.historyFloor}, (select coalesce(max(position), 0) from ${labelJournal}
        where volume_id = ${volumeId} and folded_gen <= ${forgotten}))`,
    })
    .where(eq(volume.id, volumeId));

function forgettable(volumeId: string, forgotten: number, held: readonly number[]): SQL | undefined {
  const bricks = held.filter((key) => key !== FACTS_KEY);
  const isFact = inArray(labelJournal.kind, [4, 5, 6]);
  return and(
    eq(labelJournal.volumeId, volumeId),
    lte(labelJournal.foldedGeneration, forgotten),
    held.includes(FACTS_KEY) ? not(isFact) : undefined,
    bricks.length > 0
      ? sql`not (${labelJournal.brickKeys} && array[${sql.join(
          bricks.map((key) => sql`${key}::bigint`),
          sql`, `,
        )}])`
      : undefined,
  );
}
