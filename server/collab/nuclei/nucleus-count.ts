import { and, asc, eq, sql } from "drizzle-orm";
import type { DayCounts } from "../../../core/dashboard/course-of-days.ts";
import { isTruth, labelStatuses } from "../../../core/labels/label-status.ts";
import type { ListedNucleus } from "../../../core/labels/nucleus-columns.ts";
import { reviewStates } from "../../../core/review/review-state.ts";
import type { VoxelBox } from "../../../core/volume/voxel-space.ts";
import type { Database, Transaction } from "../../../db/client.ts";
import { labelJournal, nucleusCount, trainingBox, volume } from "../../../db/schema/index.ts";
import type { NucleusCounts } from "../../events.ts";
import { storeNucleusDay } from "./nucleus-day.ts";

/** How many nuclei a volume has; written down, so that nobody opens its labels to learn it. */
export interface CountedNuclei {
  readonly truth: number;
  readonly unfinished: number;
  /** Of the truth, those that a training would learn from: none that touches a box kept out. */
  readonly trainable: number;
  /** Of those, the approved ones. */
  readonly trainableApproved: number;
  /** Of the truth, by what reviewers said. */
  readonly toReview: number;
  readonly approved: number;
  readonly sentBack: number;
}

/** What pages show of them. */
export const shownCounts = ({ truth, unfinished, toReview, approved, sentBack }: CountedNuclei): NucleusCounts => ({
  truth,
  unfinished,
  toReview,
  approved,
  sentBack,
});

export interface StoredCount extends CountedNuclei {
  readonly volumeId: string;
  /** False: labels or boxes have changed since. Null counts: nobody has counted yet. */
  readonly isFresh: boolean;
}

export function countNuclei(nuclei: Iterable<ListedNucleus>, keptBoxes: readonly VoxelBox[]): CountedNuclei {
  let [truth, unfinished, trainable, trainableApproved] = [0, 0, 0, 0];
  const byReview = reviewStates.map(() => 0);
  for (const { status, boxZyx, review } of nuclei) {
    if (labelStatuses[status] === "unfinished") unfinished++;
    if (!isTruth(labelStatuses[status])) continue;
    truth++;
    byReview[review]++;
    if (keptBoxes.some((kept) => meets(boxZyx, kept))) continue;
    trainable++;
    if (reviewStates[review] === "approved") trainableApproved++;
  }
  const [, toReview, approved, sentBack] = byReview;
  return { truth, unfinished, trainable, trainableApproved, toReview, approved, sentBack };
}

/** Without an object for each: it is asked of every nucleus and box, every second in which somebody paints. */
function meets(boxZyx: readonly number[], { minZyx, maxZyx }: VoxelBox): boolean {
  for (let axis = 0; axis < 3; axis++)
    if (boxZyx[axis] >= maxZyx[axis] || boxZyx[axis + 3] <= minZyx[axis]) return false;
  return true;
}

/**
 * Everything beside the journal that the counts depend on, as a text to compare; in a query of `volume`. Names are written out:
 * where a query has one table, drizzle leaves the table's name away, and "id" would be the box's. It begins with what is counted:
 * counts by a server that counted less are stale.
 */
const basis = sql<string>`'2 ' || volume.base_labels || ' ' || volume.epoch || ' ' || coalesce((
  select md5(string_agg(box.id::text, ',' order by box.id)) from training_box as box
  where box.volume_id = volume.id and box.kind = 'validation'), '') || ' ' || (
  select of.review_scope || ' ' || of.review_share_percent || ' ' || of.newcomer_days from project as of where of.id = volume.project_id)`;

/** Null where the volume is gone. */
export async function readCountBasis(
  db: Database,
  volumeId: string,
): Promise<{ readonly key: string; readonly keptBoxes: readonly VoxelBox[] } | null> {
  // The key first: a box that is made in between makes the counts stale, not wrong.
  const [row] = await db.select({ key: basis }).from(volume).where(eq(volume.id, volumeId));
  const keptBoxes = await db
    .select({ minZyx: trainingBox.minZyx, maxZyx: trainingBox.maxZyx })
    .from(trainingBox)
    .where(and(eq(trainingBox.volumeId, volumeId), eq(trainingBox.kind, "validation")));
  return row ? { key: row.key, keptBoxes } : null;
}

/** `position`: of the newest tick in the journal that is counted. Later counts are never replaced by earlier ones, nor is their day. */
export async function storeNucleusCount(
  db: Database | Transaction,
  counted: CountedNuclei & { readonly volumeId: string; readonly position: number; readonly basis: string },
  day: DayCounts,
): Promise<void> {
  const { volumeId, ...values } = counted;
  const written = await db
    .insert(nucleusCount)
    .values(counted)
    .onConflictDoUpdate({
      target: nucleusCount.volumeId,
      set: { ...values, countedAt: new Date() },
      setWhere: sql`${nucleusCount.position} <= ${values.position} or ${nucleusCount.basis} <> ${values.basis}`,
    })
    .returning({ volumeId: nucleusCount.volumeId });
  if (written.length > 0) await storeNucleusDay(db, volumeId, day);
}

/** In the transaction that changes what is counted, and is neither a record nor a box. */
export const countIsStale = (tx: Transaction, volumeId: string) =>
  tx.update(nucleusCount).set({ basis: "stale" }).where(eq(nucleusCount.volumeId, volumeId));

/** Counts of the ready volumes of a project that have any, in one question. */
export async function readNucleusCounts(
  db: Database,
  projectId: string,
): Promise<(StoredCount | { readonly volumeId: string; readonly isFresh: false; readonly truth: null })[]> {
  const rows = await db
    .select({
      volumeId: volume.id,
      truth: nucleusCount.truth,
      unfinished: nucleusCount.unfinished,
      trainable: nucleusCount.trainable,
      trainableApproved: nucleusCount.trainableApproved,
      toReview: nucleusCount.toReview,
      approved: nucleusCount.approved,
      sentBack: nucleusCount.sentBack,
      isFresh: sql<boolean>`coalesce(${nucleusCount.basis} = ${basis} and ${nucleusCount.position} >= coalesce((
        select max(${labelJournal.position}) from ${labelJournal} where ${labelJournal.volumeId} = ${volume.id}), 0), false)`,
    })
    .from(volume)
    .leftJoin(nucleusCount, eq(nucleusCount.volumeId, volume.id))
    .where(and(eq(volume.projectId, projectId), eq(volume.state, "ready")))
    .orderBy(asc(volume.id));
  return rows.map(({ volumeId, isFresh, ...counted }) =>
    isCounted(counted) ? { volumeId, isFresh, ...counted } : { volumeId, isFresh: false, truth: null },
  );
}

/** The columns are of one row, and null together where there is none. */
const isCounted = (row: { readonly [Name in keyof CountedNuclei]: number | null }): row is CountedNuclei =>
  Object.values(row).every((count) => count !== null);
