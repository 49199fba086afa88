import type { BrickKey } from "../../volume/brick.ts";
import type { DecodedRecord, LocalBox, PaintBody } from "../record/record.ts";

/** Generation of records that are only in the own outbox: above every real one (R12). */
export const OUTBOX_GENERATION = Number.POSITIVE_INFINITY;

/** A record of the live set with its place in the order. */
export interface FoldRecord {
  readonly record: DecodedRecord;
  /** Exact bytes; empty for what is in the base. */
  readonly stored: Uint8Array;
  generation: number;
  undone: boolean;
}

/** Total order (generation, stamp, session, seq): R13. */
export function compareRecords(a: FoldRecord, b: FoldRecord): number {
  if (a.generation !== b.generation) return a.generation < b.generation ? -1 : 1;
  return a.record.stamp - b.record.stamp || a.record.session - b.record.session || a.record.seq - b.record.seq;
}

/** Where `item` belongs in an ordered list: before the first that sorts after it. Looks at the end first. */
function placeInOrder<T>(list: readonly T[], item: T, compare: (a: T, b: T) => number): number {
  if (list.length === 0 || compare(list[list.length - 1], item) <= 0) return list.length;
  let low = 0;
  let high = list.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(list[middle], item) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Inserts in order and returns the index. */
export function insertInOrder<T>(list: T[], item: T, compare: (a: T, b: T) => number): number {
  const at = placeInOrder(list, item, compare);
  list.splice(at, 0, item);
  return at;
}

/** Takes an item out of an ordered list; its place must not have changed since. Returns the index, -1 where it is not. */
export function removeInOrder<T>(list: T[], item: T, compare: (a: T, b: T) => number): number {
  const at = placeInOrder(list, item, compare) - 1;
  if (list[at] !== item) return -1;
  list.splice(at, 1);
  return at;
}

/** What one record paints in one brick. Without `body` its voxels have not arrived (PAINTREF): it paints nothing. */
export interface PaintItem {
  readonly owner: FoldRecord;
  readonly key: BrickKey;
  readonly box: LocalBox;
  readonly body: PaintBody | null;
}

export const comparePaintItems = (a: PaintItem, b: PaintItem): number => compareRecords(a.owner, b.owner);

/** The items of a paint record; `blobOf` gives the voxels of a PAINTREF where they are loaded. */
export function paintItemsOf(owner: FoldRecord, blobOf: (sha256: string) => PaintBody | undefined): PaintItem[] {
  const { record } = owner;
  if (record.kind !== 1 && record.kind !== 7 && record.kind !== 8) return [];
  const body = record.kind === 8 ? (blobOf(record.sha256) ?? null) : record.body;
  const bricks = body ? body.bricks : record.kind === 8 ? record.bricks : [];
  return bricks.map(({ key, box }) => ({ owner, key, box, body }));
}
