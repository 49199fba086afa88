import type { BrickKey } from "../../volume/brick.ts";
import { ByteReader, ByteWriter, malformed } from "../bytes/bytes.ts";
import { type RecordId, recordIdOf } from "../record/record.ts";

/** What `meta.base` says (R4): how far the base reaches, and what of the records that it holds still matters. */
export interface BaseState {
  /** Generations up to this one are folded: the next one is the oldest that lives. */
  readonly foldedGeneration: number;
  readonly rev: number;
  /** Highest folded seq per session. */
  readonly watermarks: ReadonlyMap<number, number>;
  /** R44: records that are not folded, but whose UNDO is: undone until a live marker says otherwise. */
  readonly carried: ReadonlySet<RecordId>;
}

export const emptyBase: BaseState = { foldedGeneration: 0, rev: 0, watermarks: new Map(), carried: new Set() };

export const partsOf = (id: RecordId): readonly [session: number, seq: number] => {
  const [session, seq] = id.split(".");
  return [Number.parseInt(session, 36), Number.parseInt(seq, 36)];
};

export const isFoldedIn = (base: BaseState, session: number, seq: number): boolean =>
  seq <= (base.watermarks.get(session) ?? 0);

function writeIds(writer: ByteWriter, ids: Iterable<RecordId>): void {
  const parts = [...ids].map(partsOf).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  writer.vu(parts.length);
  for (const [session, seq] of parts) {
    writer.vu(session);
    writer.vu(seq);
  }
}

const readIds = (reader: ByteReader): RecordId[] => {
  const ids: RecordId[] = [];
  for (let rest = reader.vu(); rest > 0; rest--) ids.push(recordIdOf(reader.vu(), reader.vu()));
  return ids;
};

export function encodeBase(base: BaseState): Uint8Array {
  const writer = new ByteWriter();
  writer.u8(2);
  writer.vu(base.foldedGeneration);
  writer.vu(base.rev);
  writer.vu(base.watermarks.size);
  for (const [session, seq] of [...base.watermarks].sort(([a], [b]) => a - b)) {
    writer.vu(session);
    writer.vu(seq);
  }
  writeIds(writer, base.carried);
  return writer.finish();
}

/** Version 1 had nothing carried. */
export function decodeBase(bytes: Uint8Array): BaseState {
  const reader = new ByteReader(bytes);
  const version = reader.u8();
  if (version !== 1 && version !== 2) malformed("unknown base version");
  const foldedGeneration = reader.vu();
  const rev = reader.vu();
  const watermarks = new Map<number, number>();
  for (let rest = reader.vu(); rest > 0; rest--) watermarks.set(reader.vu(), reader.vu());
  const carried = new Set(version === 2 ? readIds(reader) : []);
  reader.end();
  return { foldedGeneration, rev, watermarks, carried };
}

/** What one rev changed (R5): an entry of `folds`. */
export interface RevEntry {
  readonly kind: "fold" | "repair";
  /** The generation that was folded; 0 for a repair. */
  readonly generation: number;
  /** Records of the generation that were left out because they were undone. */
  readonly skip: readonly RecordId[];
  /** Bricks whose base changed, with the hash of the new one. */
  readonly bricks: ReadonlyMap<BrickKey, string>;
  /** Folded fields or merges changed too. */
  readonly facts: boolean;
}

const HASH_BYTES = 8;

export function encodeRevEntry(entry: RevEntry): Uint8Array {
  const writer = new ByteWriter();
  writer.u8(entry.kind === "fold" ? 1 : 2);
  writer.vu(entry.generation);
  writeIds(writer, entry.skip);
  writer.u8(entry.facts ? 1 : 0);
  writer.vu(entry.bricks.size);
  for (const [key, hash] of [...entry.bricks].sort(([a], [b]) => a - b)) {
    writer.vu(key);
    for (let i = 0; i < HASH_BYTES; i++) writer.u8(Number.parseInt(hash.slice(2 * i, 2 * i + 2), 16));
  }
  return writer.finish();
}

export function decodeRevEntry(bytes: Uint8Array): RevEntry {
  const reader = new ByteReader(bytes);
  const kind = reader.u8() === 1 ? "fold" : "repair";
  const generation = reader.vu();
  const skip = readIds(reader);
  const facts = reader.u8() === 1;
  const bricks = new Map<BrickKey, string>();
  for (let rest = reader.vu(); rest > 0; rest--) {
    const key = reader.vu();
    bricks.set(key, Array.from(reader.bytes(HASH_BYTES), (byte) => byte.toString(16).padStart(2, "0")).join(""));
  }
  reader.end();
  return { kind, generation, skip, bricks, facts };
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");

/**
 * Tells a base that was folded here from one that was folded elsewhere and came out otherwise: 64 bits in two lanes of
 * multiplications, a millisecond for a brick. No defence against anybody. Null and all background are the same.
 */
export function hashBrick(voxels: Uint32Array | null): string {
  let a = 0x811c9dc5;
  let b = 0x2545f491;
  let any = 0;
  if (voxels)
    for (let i = 0; i < voxels.length; i++) {
      const v = voxels[i];
      any |= v;
      a = Math.imul(a ^ v, 0x01000193);
      b = Math.imul(((b << 13) | (b >>> 19)) ^ v, 0x9e3779b1);
    }
  return any === 0 ? "0".repeat(16) : hex(a) + hex(b ^ (b >>> 15));
}
