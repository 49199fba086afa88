import type { PaintSize } from "../../../core/sync/record/record.ts";
import type { PendingRecord } from "../journal/session-journal.ts";

/**
 * What a message costs everybody who takes it in, in units of about a microsecond of a slow core. Bytes say little: two
 * kilobytes can hold 87 000 sections. An honest stroke is 75 units, ten thousand of them less than a burst.
 */
export const units = {
  /** Looking at a message at all. */
  message: 20,
  record: 30,
  /** A struct that holds nothing: honest documents have next to none. */
  emptyStruct: 50,
  knownStruct: 5,
  deletion: 5,
  /** A Yjs client that was never seen: the server and every page remember it for ever. */
  newClient: 2000,
  /** A question to the database before the answer. */
  lookUp: 5000,
  /** Leasing label values: they are never given back. */
  labelLease: 100_000,
  byteStored: 1 / 50,
  byteInflated: 1 / 25,
  byteSent: 1 / 100,
} as const;

/** A socket with more than this under way is still being answered. */
export const ANSWER_UNDER_WAY_BYTES = 256 * 1024;

/** Above this a message is refused; no page sends a tenth of it. */
export const MAX_MESSAGE_UNITS = 2_000_000;

export const sizeUnits = ({ sections, runs, voxels, bodyBytes }: PaintSize, bricks: number): number =>
  sections + runs / 10 + voxels / 4000 + bodyBytes * units.byteInflated + bricks * 20;

export function recordUnits({ record, stored }: PendingRecord): number {
  const plain = units.record + stored.length * units.byteStored;
  if (record.kind === 1 || record.kind === 7) return plain + sizeUnits(record.body.size, record.body.bricks.length);
  if (record.kind === 8) return plain + record.bricks.length * 20;
  return plain;
}
