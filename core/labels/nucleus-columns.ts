/**
 * All nuclei of a volume in columns: thousands of rows in a few hundred kilobytes. Merged nuclei are one row under their
 * canonical label. Index i of every column is one nucleus; triples are z, y, x.
 */
export interface NucleusColumns {
  /** Which room of which server made the list, and how many changes of it are in: patches follow on both. */
  readonly edition: string;
  readonly revision: number;
  readonly label: number[];
  /** What people call it by: 1, 2, 3 … in its volume, given once and never to another. */
  readonly number: number[];
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
  /** Index into `reviewStates`. */
  readonly review: number[];
  readonly people: readonly Person[];
}

/** Columns and how many values a nucleus has in each. */
export const columnWidths = [
  ["label", 1],
  ["number", 1],
  ["voxels", 1],
  ["centroidZyx", 3],
  ["boxZyx", 6],
  ["status", 1],
  ["className", 1],
  ["origin", 1],
  ["uncertainty", 1],
  ["by", 1],
  ["changedAtMs", 1],
  ["review", 1],
] as const satisfies (readonly [keyof NucleusColumns, number])[];

export type ColumnName = (typeof columnWidths)[number][0];
type Columns = Pick<NucleusColumns, ColumnName>;

interface Person {
  readonly id: string;
  readonly name: string;
}

/** One nucleus, as in the columns. */
export interface ListedNucleus {
  readonly label: number;
  readonly number: number;
  readonly voxels: number;
  readonly centroidZyx: readonly number[];
  readonly boxZyx: readonly number[];
  readonly status: number;
  readonly className: string | null;
  readonly origin: string | null;
  readonly uncertainty: number | null;
  readonly by: Person | null;
  readonly changedAtMs: number;
  readonly review: number;
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

/** Those who are named by index, in the order of their indices. */
export type People = Map<string, { readonly index: number; readonly name: string }>;

const indexIn = (people: People, by: Person | null): number => {
  if (!by) return -1;
  const known = people.get(by.id);
  if (known) return known.index;
  people.set(by.id, { index: people.size, name: by.name });
  return people.size - 1;
};

const listOf = (people: People): Person[] => [...people].map(([id, { name }]) => ({ id, name }));

/** `people`: who has an index already. */
export function columnsOf(
  nuclei: Iterable<ListedNucleus>,
  edition: string,
  revision: number,
  people: People = new Map(),
): NucleusColumns {
  const columns: NucleusColumns = {
    edition,
    revision,
    label: [],
    number: [],
    voxels: [],
    centroidZyx: [],
    boxZyx: [],
    status: [],
    className: [],
    origin: [],
    uncertainty: [],
    by: [],
    changedAtMs: [],
    review: [],
    people: [],
  };
  for (const nucleus of nuclei) {
    columns.label.push(nucleus.label);
    columns.number.push(nucleus.number);
    columns.voxels.push(nucleus.voxels);
    columns.centroidZyx.push(...nucleus.centroidZyx);
    columns.boxZyx.push(...nucleus.boxZyx);
    columns.status.push(nucleus.status);
    columns.className.push(nucleus.className);
    columns.origin.push(nucleus.origin);
    columns.uncertainty.push(nucleus.uncertainty);
    columns.by.push(indexIn(people, nucleus.by));
    columns.changedAtMs.push(nucleus.changedAtMs);
    columns.review.push(nucleus.review);
  }
  return { ...columns, people: listOf(people) };
}

export function* nucleiOf(columns: NucleusColumns): IterableIterator<ListedNucleus> {
  for (let i = 0; i < columns.label.length; i++)
    yield {
      label: columns.label[i],
      number: columns.number[i],
      voxels: columns.voxels[i],
      centroidZyx: columns.centroidZyx.slice(3 * i, 3 * i + 3),
      boxZyx: columns.boxZyx.slice(6 * i, 6 * i + 6),
      status: columns.status[i],
      className: columns.className[i],
      origin: columns.origin[i],
      uncertainty: columns.uncertainty[i],
      by: columns.people[columns.by[i]] ?? null,
      changedAtMs: columns.changedAtMs[i],
      review: columns.review[i],
    };
}

/** The list with the patch in it; null where the patch does not follow on it, and the list has to be asked for. */
export function applyNucleusPatch(columns: NucleusColumns, patch: NucleusPatch): NucleusColumns | null {
  if (patch.edition !== columns.edition || patch.from > columns.revision) return null;
  if (patch.to <= columns.revision) return columns;
  const people: People = new Map(columns.people.map(({ id, name }, index) => [id, { index, name }]));
  const news = columnsOf(patch.rows, patch.edition, patch.to, people);
  const next = { ...columns, ...copyOf(columns), revision: patch.to, people: news.people };
  const places = new Map(next.label.map((label, place) => [label, place]));
  news.label.forEach((label, i) => {
    put(news, i, next, places.get(label) ?? next.label.length);
  });
  for (const label of patch.removed) {
    const place = places.get(label);
    if (place === undefined) continue;
    const last = next.label.length - 1;
    places.set(next.label[last], place);
    put(next, last, next, place);
    for (const [name, width] of columnWidths) columnIn(next, name).length -= width;
  }
  return next;
}

const columnIn = (columns: Columns, name: ColumnName): (number | string | null)[] => columns[name];

const copyOf = (columns: Columns): Columns =>
  Object.fromEntries(columnWidths.map(([name]) => [name, columns[name].slice()])) as unknown as Columns;

/** One nucleus from its place in some columns to a place in others, which may be the one behind the last. */
function put(source: Columns, from: number, target: Columns, to: number): void {
  for (const [name, width] of columnWidths)
    for (let i = 0; i < width; i++) columnIn(target, name)[to * width + i] = columnIn(source, name)[from * width + i];
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
