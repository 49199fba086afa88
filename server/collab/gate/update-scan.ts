import { ByteReader, malformed } from "../../../core/sync/bytes/bytes.ts";

/**
 * Reads a Yjs update (version 1) struct by struct without making any of it: a million structs cost what is looked at.
 * Where Yjs would make a type, an object or a text of a struct, it is told apart only, as records are bytes.
 * Format: yjs/src/utils/UpdateEncoder.js and structs/Item.js.
 */
export type ScannedStruct = {
  readonly client: number;
  readonly clock: number;
  readonly length: number;
  /** Where it lies in the update. */
  readonly from: number;
  readonly to: number;
} & (
  | { readonly kind: "gc" | "skip" }
  | {
      readonly kind: "item";
      /** Null where its parent is a root type, or that of a neighbour. */
      readonly parent: { readonly client: number; readonly clock: number } | null;
      readonly parentSub: string | null;
      readonly content: "deleted" | "binary" | "other";
      /** A view of binary content. */
      readonly bytes: Uint8Array | null;
    }
);

export interface ScannedDeletion {
  readonly client: number;
  readonly clock: number;
  readonly length: number;
}

const CLOCK_LIMIT = 2 ** 32;
/** A record's key has at most 19 characters; root names of the document fewer. */
const MAX_TEXT_BYTES = 64;
/** What the server writes into `meta`: numbers and a triple of them. */
const MAX_ANY_DEPTH = 1;
const MAX_ANY_LENGTH = 16;

// Low five bits of a struct's first byte; the upper ones say what is known of its place.
const [GC, DELETED, BINARY, TYPE, ANY, SKIP] = [0, 1, 3, 7, 8, 10];
const [HAS_ORIGIN, HAS_RIGHT_ORIGIN, HAS_PARENT_SUB] = [128, 64, 32];
const Y_MAP = 1;

function readText(reader: ByteReader): string {
  const length = reader.vu();
  if (length > MAX_TEXT_BYTES) malformed("name too long");
  return new TextDecoder().decode(reader.bytes(length));
}

function readCount(reader: ByteReader): number {
  const count = reader.vu();
  if (count < 1 || count >= CLOCK_LIMIT) malformed("count out of range");
  return count;
}

/** Steps over a value of lib0's `any` encoding. */
function skipAny(reader: ByteReader, depth = 0): void {
  if (depth > MAX_ANY_DEPTH) malformed("a record is bytes");
  switch (reader.u8()) {
    case 127: // undefined
    case 126: // null
    case 121: // false
    case 120: // true
      return;
    case 125: // integer
      while (reader.u8() > 127);
      return;
    case 124: // float32
      reader.bytes(4);
      return;
    case 123: // float64
    case 122: // bigint
      reader.bytes(8);
      return;
    case 119: // string
      readText(reader);
      return;
    case 117: {
      // array
      const length = reader.vu();
      if (length > MAX_ANY_LENGTH) malformed("a record is bytes");
      for (let i = 0; i < length; i++) skipAny(reader, depth + 1);
      return;
    }
    default:
      malformed("a record is bytes");
  }
}

function readContent(
  reader: ByteReader,
  kind: number,
): { content: "deleted" | "binary" | "other"; bytes: Uint8Array | null; length: number } {
  switch (kind) {
    case DELETED:
      return { content: "deleted", bytes: null, length: readCount(reader) };
    case BINARY:
      return { content: "binary", bytes: reader.bytes(reader.vu()), length: 1 };
    case TYPE:
      if (reader.vu() !== Y_MAP) malformed("a record is bytes");
      return { content: "other", bytes: null, length: 1 };
    case ANY:
      if (reader.vu() !== 1) malformed("a record is bytes");
      skipAny(reader);
      return { content: "other", bytes: null, length: 1 };
    default:
      return malformed("a record is bytes");
  }
}

function readItem(reader: ByteReader, info: number, client: number, clock: number): ScannedStruct {
  const from = reader.position - 1;
  const readId = () => ({ client: reader.vu(), clock: reader.vu() });
  if (info & HAS_ORIGIN) readId();
  if (info & HAS_RIGHT_ORIGIN) readId();
  let parent: { client: number; clock: number } | null = null;
  let parentSub: string | null = null;
  if (!(info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN))) {
    if (reader.vu() === 1) readText(reader);
    else parent = readId();
    if (info & HAS_PARENT_SUB) parentSub = readText(reader);
  }
  const { content, bytes, length } = readContent(reader, info & 31);
  return { kind: "item", client, clock, length, from, to: reader.position, parent, parentSub, content, bytes };
}

/** Yields every struct, then returns the deletions' reader position. Throws MalformedBytes, and nothing else. */
export function* scanStructs(update: Uint8Array): Generator<ScannedStruct, number, void> {
  const reader = new ByteReader(update);
  for (let clients = reader.vu(); clients > 0; clients--) {
    let rest = readCount(reader);
    const client = reader.vu();
    let clock = reader.vu();
    for (; rest > 0; rest--) {
      const from = reader.position;
      const info = reader.u8();
      let struct: ScannedStruct;
      if (info === GC || info === SKIP) {
        const length = readCount(reader);
        struct = { kind: info === GC ? "gc" : "skip", client, clock, length, from, to: reader.position };
      } else struct = readItem(reader, info, client, clock);
      clock += struct.length;
      if (clock >= CLOCK_LIMIT) malformed("clock out of range");
      yield struct;
    }
  }
  return reader.position;
}

/** Yields the ranges that an update deletes; `from` as `scanStructs` returned it. Refuses what follows the last one. */
export function* scanDeletions(update: Uint8Array, from: number): Generator<ScannedDeletion, void, void> {
  const reader = new ByteReader(update, from);
  for (let clients = reader.vu(); clients > 0; clients--) {
    const client = reader.vu();
    for (let ranges = readCount(reader); ranges > 0; ranges--)
      yield { client, clock: reader.vu(), length: readCount(reader) };
  }
  reader.end();
}

const varint = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return bytes;
};

/** An update of consecutive structs of one client, cut out of a larger one; it deletes nothing. */
export function cutUpdate(update: Uint8Array, structs: readonly ScannedStruct[]): Uint8Array {
  const [first] = structs;
  const head = [...varint(1), ...varint(structs.length), ...varint(first.client), ...varint(first.clock)];
  const body = update.subarray(first.from, structs[structs.length - 1].to);
  const cut = new Uint8Array(head.length + body.length + 1);
  cut.set(head);
  cut.set(body, head.length);
  return cut;
}

/** Clients read between two pauses: a millisecond or two. */
const STEP_CLIENTS = 5000;

/** Clients of a state vector with their clocks; yields how many were read. Throws MalformedBytes, and nothing else. */
export function* stateVectorSteps(bytes: Uint8Array): Generator<number, ReadonlyMap<number, number>, void> {
  const reader = new ByteReader(bytes);
  const clocks = new Map<number, number>();
  const count = reader.vu();
  for (let i = 1; i <= count; i++) {
    clocks.set(reader.vu(), reader.vu());
    if (i % STEP_CLIENTS === 0) yield STEP_CLIENTS;
  }
  reader.end();
  return clocks;
}
