import type { BrickKey } from "../volume/brick.ts";
import type { DecodedRecord, LocalBox, PaintBody, PaintSection } from "./record.ts";

/** Generation of records that are only in the own outbox: above every real one (R12). */
export const OUTBOX_GENERATION = Number.POSITIVE_INFINITY;

/** A record of the live set with its place in the order. */
export interface FoldRecord {
  readonly record: DecodedRecord;
  readonly stored: Uint8Array;
  generation: number;
  undone: boolean;
}

/** Total order (generation, stamp, session, seq): R13. */
export function compareRecords(a: FoldRecord, b: FoldRecord): number {
  if (a.generation !== b.generation) return a.generation < b.generation ? -1 : 1;
  return a.record.stamp - b.record.stamp || a.record.session - b.record.session || a.record.seq - b.record.seq;
}

/** Inserts in order and returns the index; looks from the end, where new records belong. */
export function insertInOrder<T>(list: T[], item: T, compare: (a: T, b: T) => number): number {
  let at = list.length;
  while (at > 0 && compare(list[at - 1], item) > 0) at--;
  list.splice(at, 0, item);
  return at;
}

/** What one record paints in one brick. Without `section` its voxels have not arrived (PAINTREF): it paints nothing. */
export interface PaintItem {
  readonly owner: FoldRecord;
  readonly key: BrickKey;
  readonly box: LocalBox;
  readonly section: PaintSection | null;
  readonly body: PaintBody | null;
  /** Place among the sections of its record. */
  readonly place: number;
}

export const comparePaintItems = (a: PaintItem, b: PaintItem): number =>
  a.owner === b.owner ? a.place - b.place : compareRecords(a.owner, b.owner);

/** The items of a paint record; `blobOf` gives the voxels of a PAINTREF where they are loaded. */
export function paintItemsOf(owner: FoldRecord, blobOf: (sha256: string) => PaintBody | undefined): PaintItem[] {
  const { record } = owner;
  const ofBody = (body: PaintBody) =>
    body.sections.map((section, place) => ({ owner, key: section.key, box: section.box, section, body, place }));
  if (record.kind === 1 || record.kind === 7) return ofBody(record.body);
  if (record.kind !== 8) return [];
  const blob = blobOf(record.sha256);
  if (blob) return ofBody(blob);
  return record.bricks.map(({ key, box }, place) => ({ owner, key, box, section: null, body: null, place }));
}
