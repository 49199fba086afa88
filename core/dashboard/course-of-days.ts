/** What a volume had at the end of a day. */
export interface DayCounts {
  readonly accepted: number;
  readonly corrected: number;
  readonly unfinished: number;
  /** Of accepted and corrected ones, those that a second person approved. */
  readonly approved: number;
  /** Of accepted and corrected ones, by the name of the class; those without one are left out. */
  readonly classes: Readonly<Record<string, number>>;
}

export interface VolumeDay extends DayCounts {
  readonly volumeId: string;
  /** `2026-11-28`, UTC. */
  readonly day: string;
}

export interface ProjectDay extends DayCounts {
  readonly day: string;
}

export const noNuclei: DayCounts = { accepted: 0, corrected: 0, unfinished: 0, approved: 0, classes: {} };

/**
 * What all volumes had together, on each day on which one of them changed; a volume has on every day what it had when it was
 * last counted. `rows` in any order, at most one for a volume and day. Days before `from` make the beginning only.
 */
export function courseOfDays(rows: readonly VolumeDay[], from = ""): ProjectDay[] {
  const byDay = [...rows].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
  const latest = new Map<string, DayCounts>();
  let sum = noNuclei;
  const course: ProjectDay[] = [];
  for (const [i, row] of byDay.entries()) {
    sum = plus(plus(sum, latest.get(row.volumeId) ?? noNuclei, -1), row, 1);
    latest.set(row.volumeId, row);
    if (byDay[i + 1]?.day !== row.day && row.day >= from) course.push({ day: row.day, ...sum });
  }
  return course;
}

/** The newest of each volume. */
export function latestOfVolumes(rows: readonly VolumeDay[]): ReadonlyMap<string, DayCounts> {
  const latest = new Map<string, VolumeDay>();
  for (const row of rows) if (row.day >= (latest.get(row.volumeId)?.day ?? "")) latest.set(row.volumeId, row);
  return latest;
}

function plus(a: DayCounts, b: DayCounts, sign: 1 | -1): DayCounts {
  const classes: Record<string, number> = { ...a.classes };
  for (const [name, count] of Object.entries(b.classes)) {
    const sum = (Object.hasOwn(classes, name) ? classes[name] : 0) + sign * count;
    if (sum === 0) delete classes[name];
    else classes[name] = sum;
  }
  return {
    accepted: a.accepted + sign * b.accepted,
    corrected: a.corrected + sign * b.corrected,
    unfinished: a.unfinished + sign * b.unfinished,
    approved: a.approved + sign * b.approved,
    classes,
  };
}
