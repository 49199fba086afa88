/**
 * All nuclei of a volume in columns: thousands of rows in a few hundred kilobytes. Merged nuclei are one row under their
 * canonical label. Index i of every column is one nucleus; triples are z, y, x.
 */
export interface NucleusColumns {
  /** Which room of which server made the list, and how many changes of it are in: patches follow on both. */
  readonly edition: string;
  readonly revision: number;
  readonly label: number[];
  readonly voxels: number[];
  /** 3 per nucleus, voxels, one decimal. */
  readonly centroidZyx: number[];
  /** 6 per nucleus, half-open. */
  readonly boxZyx: number[];
  /** Index into `labelStatuses`. */
  readonly status: number[];
  readonly className: (string | null)[];
  readonly origin: (string | null)[];
  /** 0…1 of the proposal it came from; null when drawn by hand. */
  readonly uncertainty: (number | null)[];
  /** Index into `people`; -1 where it came with the file and nobody has touched it. */
  readonly by: number[];
  /** Milliseconds since 1970; 0 where `by` is -1. */
  readonly changedAtMs: number[];
  readonly people: readonly Person[];
}

interface Person {
  readonly id: string;
  readonly name: string;
}

/** One nucleus, as in the columns. */
export interface ListedNucleus {
  readonly label: number;
  readonly voxels: number;
  readonly centroidZyx: readonly number[];
  readonly boxZyx: readonly number[];
  readonly status: number;
  readonly className: string | null;
  readonly origin: string | null;
  readonly uncertainty: number | null;
  readonly by: Person | null;
  readonly changedAtMs: number;
}

/** What has changed after revision `from`, as it is at revision `to`: true of every list in between. */
export interface NucleusPatch {
  readonly edition: string;
  readonly from: number;
  readonly to: number;
  readonly rows: readonly ListedNucleus[];
  readonly removed: readonly number[];
}

/** With more than this the whole list is asked for. */
export const MAX_PATCH_ROWS = 400;

export function columnsOf(nuclei: Iterable<ListedNucleus>, edition: string, revision: number): NucleusColumns {
  const people = new Map<string, { index: number; name: string }>();
  const columns: NucleusColumns = {
    edition,
    revision,
    label: [],
    voxels: [],
    centroidZyx: [],
    boxZyx: [],
    status: [],
    className: [],
    origin: [],
    uncertainty: [],
    by: [],
    changedAtMs: [],
    people: [],
  };
  for (const nucleus of nuclei) {
    columns.label.push(nucleus.label);
    columns.voxels.push(nucleus.voxels);
    columns.centroidZyx.push(...nucleus.centroidZyx);
    columns.boxZyx.push(...nucleus.boxZyx);
    columns.status.push(nucleus.status);
    columns.className.push(nucleus.className);
    columns.origin.push(nucleus.origin);
    columns.uncertainty.push(nucleus.uncertainty);
    const { by } = nucleus;
    if (by && !people.has(by.id)) people.set(by.id, { index: people.size, name: by.name });
    columns.by.push(by ? (people.get(by.id)?.index ?? -1) : -1);
    columns.changedAtMs.push(nucleus.changedAtMs);
  }
  return { ...columns, people: [...people].map(([id, { name }]) => ({ id, name })) };
}

export function* nucleiOf(columns: NucleusColumns): IterableIterator<ListedNucleus> {
  for (let i = 0; i < columns.label.length; i++)
    yield {
      label: columns.label[i],
      voxels: columns.voxels[i],
      centroidZyx: columns.centroidZyx.slice(3 * i, 3 * i + 3),
      boxZyx: columns.boxZyx.slice(6 * i, 6 * i + 6),
      status: columns.status[i],
      className: columns.className[i],
      origin: columns.origin[i],
      uncertainty: columns.uncertainty[i],
      by: columns.people[columns.by[i]] ?? null,
      changedAtMs: columns.changedAtMs[i],
    };
}

/** The list with the patch in it; null where the patch does not follow on it, and the list has to be asked for. */
export function applyNucleusPatch(columns: NucleusColumns, patch: NucleusPatch): NucleusColumns | null {
  if (patch.edition !== columns.edition || patch.from > columns.revision) return null;
  if (patch.to <= columns.revision) return columns;
  const nuclei = new Map([...nucleiOf(columns)].map((nucleus) => [nucleus.label, nucleus]));
  for (const label of patch.removed) nuclei.delete(label);
  for (const row of patch.rows) nuclei.set(row.label, row);
  return columnsOf(nuclei.values(), patch.edition, patch.to);
}

/** Two patches as one; null where the later does not follow on the earlier, or they are too much together. */
export function mergeNucleusPatches(earlier: NucleusPatch, later: NucleusPatch): NucleusPatch | null {
  if (earlier.edition !== later.edition || later.from > earlier.to) return null;
  const rows = new Map(earlier.rows.map((row) => [row.label, row]));
  const removed = new Set([...earlier.removed, ...later.removed]);
  for (const label of later.removed) rows.delete(label);
  for (const row of later.rows) {
    rows.set(row.label, row);
    removed.delete(row.label);
  }
  if (rows.size + removed.size > MAX_PATCH_ROWS) return null;
  return { ...later, from: earlier.from, rows: [...rows.values()], removed: [...removed] };
}
