import { withoutPause } from "../../steps.ts";
import { ByteReader, ByteWriter, malformed } from "../bytes/bytes.ts";
import { deflateRaw, inflateAgain, inflateRaw } from "../bytes/deflate.ts";
import type { LabelGrid } from "./label-grid.ts";
import { paintBodyOf, paintGroupSteps, paintSteps } from "./paint-codec.ts";
import { decodePaintRef } from "./paint-ref-codec.ts";
import {
  type DecodedRecord,
  type MetaValue,
  type PaintBounds,
  type RecordHeader,
  RecordKind,
  recordIdOf,
  recordLimits,
  storedBounds,
} from "./record.ts";

/**
 * `u8 kind | 0x80·deflated, vu session, vu seq, vu stamp, body`; the header is never compressed.
 * Stored bytes are immutable: re-homed byte for byte, never re-encoded.
 */

const DEFLATED = 0x80;
const DEFLATE_ABOVE_BYTES = 96;
/** META fields by number (R56). */
export const metaFieldNames = ["status", "class", "note", "assignee", "origin"] as const;

export type MetaFieldName = (typeof metaFieldNames)[number];

export const metaFieldNumber = (name: MetaFieldName): number => metaFieldNames.indexOf(name) + 1;

export function encodeRecord(
  header: { readonly kind: number; readonly session: number; readonly seq: number; readonly stamp: number },
  body: Uint8Array,
): Uint8Array {
  const deflated = body.length > DEFLATE_ABOVE_BYTES ? deflateRaw(body) : body;
  const stored = deflated.length < body.length ? deflated : body;
  const writer = new ByteWriter(stored.length + 24);
  writer.u8(header.kind | (stored === body ? 0 : DEFLATED));
  writer.vu(header.session);
  writer.vu(header.seq);
  writer.vu(header.stamp);
  writer.bytes(stored);
  return writer.finish();
}

export const emptyBody = new Uint8Array(0);

export function undoBody(targetSession: number, targetSeq: number): Uint8Array {
  const writer = new ByteWriter(16);
  writer.vu(targetSession);
  writer.vu(targetSeq);
  return writer.finish();
}

export function metaBody(label: number, field: MetaFieldName, value: MetaValue): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(value));
  if (json.length > recordLimits.metaBytes)
    throw new RangeError(`a field holds at most ${recordLimits.metaBytes} bytes`);
  const writer = new ByteWriter(json.length + 12);
  writer.vu(label);
  writer.u8(metaFieldNumber(field));
  writer.vu(json.length);
  writer.bytes(json);
  return writer.finish();
}

export function edgeBody(a: number, b: number): Uint8Array {
  const writer = new ByteWriter(16);
  writer.vu(Math.min(a, b));
  writer.vu(Math.max(a, b));
  return writer.finish();
}

function readHeader(reader: ByteReader): RecordHeader & { readonly deflated: boolean } {
  const first = reader.u8();
  const session = reader.vu();
  const seq = reader.vu();
  const stamp = reader.vu();
  if (session < 1) malformed("session 0");
  if (seq < 1 || seq >= recordLimits.seqBelow) malformed("seq out of range");
  return { id: recordIdOf(session, seq), kind: first & 127, deflated: first >= 128, session, seq, stamp };
}

/** Reads kind, session, seq and stamp without inflating the body. */
export function decodeHeader(stored: Uint8Array): RecordHeader {
  const { id, kind, session, seq, stamp } = readHeader(new ByteReader(stored));
  return { id, kind, session, seq, stamp };
}

/**
 * Refuses (MalformedBytes) whatever is not exactly one record whose voxels lie inside the volume. The bounds are those of
 * documents; the gate gives `acceptedBounds`.
 */
export function decodeRecord(stored: Uint8Array, grid: LabelGrid, bounds: PaintBounds = storedBounds): DecodedRecord {
  if (stored.length > recordLimits.storedBytes) malformed("record above 64 KiB");
  const reader = new ByteReader(stored);
  const { deflated, ...header } = readHeader(reader);
  const rest = stored.subarray(reader.position);
  const body = deflated ? inflateRaw(rest, bounds.bodyBytes) : rest;
  if (body.length > bounds.bodyBytes) malformed(`body above ${bounds.bodyBytes} bytes`);
  const read = new ByteReader(body);
  switch (header.kind) {
    case RecordKind.void:
      read.end();
      return { ...header, kind: 0 };
    case RecordKind.paint:
    case RecordKind.paintGroups: {
      const steps = header.kind === RecordKind.paint ? paintSteps : paintGroupSteps;
      const painted = paintBodyOf(withoutPause(steps(body, grid, bounds)), body, {
        inflate: () => (deflated ? inflateAgain(rest) : rest),
        read: (inflated) => steps(inflated, grid, storedBounds),
        blob: null,
      });
      return { ...header, kind: header.kind, body: painted };
    }
    case RecordKind.undo:
    case RecordKind.redo: {
      const targetSession = read.vu();
      const targetSeq = read.vu();
      read.end();
      return { ...header, kind: header.kind, targetSession, targetSeq, target: recordIdOf(targetSession, targetSeq) };
    }
    case RecordKind.meta:
      return { ...header, kind: 4, ...decodeMeta(read) };
    case RecordKind.merge:
    case RecordKind.unmerge: {
      const a = read.vu();
      const b = read.vu();
      read.end();
      if (a < 1 || a >= b || b >= recordLimits.labelBelow) malformed("not a pair of labels");
      return { ...header, kind: header.kind, a, b };
    }
    case RecordKind.paintRef:
      return { ...header, kind: 8, ...decodePaintRef(read, grid) };
    default:
      return malformed(`unknown kind ${header.kind}`);
  }
}

function decodeMeta(read: ByteReader): { label: number; field: number; value: MetaValue } {
  const label = read.vu();
  const field = read.u8();
  const json = read.bytes(read.vu());
  read.end();
  if (label < 1 || label >= recordLimits.labelBelow) malformed("label out of range");
  if (field < 1 || field > metaFieldNames.length) malformed("unknown field");
  if (json.length > recordLimits.metaBytes) malformed("field above 1 KiB");
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
  } catch {
    malformed("field is not JSON");
  }
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return { label, field, value };
  return malformed("field is not a scalar");
}
