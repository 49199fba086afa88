import { inArray, sql } from "drizzle-orm";
import type { Transaction } from "../../db/client.ts";
import { snapshot } from "../../db/schema/index.ts";
import type { Services } from "../services.ts";
import { LONGEST_FREEZE_HOURS, removeScheduledBlobs, scheduleBlobRemoval } from "../storage/blob-removal.ts";
import { snapshotFolder } from "../storage/snapshot-places.ts";

/** Between the end of a freeze and the row that names the snapshot lie moments. */
const UNNAMED_MINUTES = 60;

/**
 * Snapshots stay while something was made of them or is going to be: models, predictions, dataset versions, jobs that wait or
 * run. `atStart`: nothing is being frozen, and what is unfinished goes as well.
 */
export async function sweepSnapshots(services: Services, { atStart = false } = {}): Promise<void> {
  const { db, blobs } = services;
  const minutes = atStart ? 0 : UNNAMED_MINUTES;
  const swept = await db.transaction(async (tx) => {
    const { rows } = await tx.execute<{ id: string }>(sql`
      select s.id from snapshot s
      where (s.completed_at < now() - make_interval(mins => ${minutes})
          or (s.completed_at is null and (${atStart} or s.created_at < now() - make_interval(hours => ${LONGEST_FREEZE_HOURS}))))
        and not exists (select 1 from checkpoint where snapshot_id = s.id)
        and not exists (select 1 from prediction where snapshot_id = s.id)
        and not exists (select 1 from dataset_version where snapshot_id = s.id)
        and not exists (
          select 1 from training_job
          where state in ('queued', 'leased') and payload ->> 'snapshotId' = s.id::text)
      for update`);
    await removeSnapshots(
      tx,
      rows.map(({ id }) => id),
    );
    return rows.length;
  });
  if (swept > 0) await removeScheduledBlobs(db, blobs);
}

async function removeSnapshots(tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.delete(snapshot).where(inArray(snapshot.id, [...ids]));
  await scheduleBlobRemoval(tx, ids.map(snapshotFolder));
}

/** Of a snapshot that nothing refers to: what it was made for did not come about. */
export async function dropSnapshot({ db, blobs }: Services, snapshotId: string): Promise<void> {
  await db.transaction((tx) => removeSnapshots(tx, [snapshotId]));
  await removeScheduledBlobs(db, blobs);
}
