import { sql } from "drizzle-orm";
import type { DayCounts, VolumeDay } from "../../../core/dashboard/course-of-days.ts";
import { isTruth, labelStatuses } from "../../../core/labels/label-status.ts";
import type { ListedNucleus } from "../../../core/labels/nucleus-columns.ts";
import { reviewStates } from "../../../core/review/review-state.ts";
import type { Database, Transaction } from "../../../db/client.ts";
import { nucleusDay } from "../../../db/schema/index.ts";

/** A class is a text of a person; more kinds of nuclei than these are none. */
const MAX_CLASSES = 50;
const MAX_CLASS_NAME = 200;

export function countDay(nuclei: Iterable<ListedNucleus>): DayCounts {
  let [accepted, corrected, unfinished, approved] = [0, 0, 0, 0];
  const classes = new Map<string, number>();
  for (const { status, review, className } of nuclei) {
    const name = labelStatuses[status];
    if (name === "unfinished") unfinished++;
    if (!isTruth(name)) continue;
    if (name === "corrected") corrected++;
    else accepted++;
    if (reviewStates[review] === "approved") approved++;
    if (className !== null) classes.set(className, (classes.get(className) ?? 0) + 1);
  }
  const most = [...classes].sort((a, b) => b[1] - a[1]).slice(0, MAX_CLASSES);
  return {
    accepted,
    corrected,
    unfinished,
    approved,
    classes: Object.fromEntries(most.map(([name, count]) => [name.slice(0, MAX_CLASS_NAME), count])),
  };
}

/** Today's row, UTC by the database's clock: the day keeps what was counted last on it. */
export async function storeNucleusDay(tx: Transaction | Database, volumeId: string, day: DayCounts): Promise<void> {
  await tx
    .insert(nucleusDay)
    .values({ volumeId, day: sql`(now() at time zone 'utc')::date`, ...day })
    .onConflictDoUpdate({ target: [nucleusDay.volumeId, nucleusDay.day], set: day });
}

/** Of the ready volumes of a project: the days since `from`, and for each volume the last one before. */
export async function readNucleusDays(db: Database, projectId: string, from: string): Promise<VolumeDay[]> {
  const { rows } = await db.execute<Omit<VolumeDay, "volumeId"> & { volume_id: string }>(sql`
    select d.volume_id, d.day::text as day, d.accepted, d.corrected, d.unfinished, d.approved, d.classes
    from volume v
    cross join lateral (
      (select * from nucleus_day n where n.volume_id = v.id and n.day >= ${from}::date)
      union all
      (select * from nucleus_day n where n.volume_id = v.id and n.day < ${from}::date order by n.day desc limit 1)) d
    where v.project_id = ${projectId} and v.state = 'ready'`);
  return rows.map(({ volume_id, ...row }) => ({ volumeId: volume_id, ...row }));
}
