import { deflateSync, Inflate } from "fflate";
import { MalformedBytes, malformed } from "./bytes.ts";

/** Raw deflate, no zlib header. Two implementations give different bytes: never re-encode a stored record. */
export const deflateRaw = (bytes: Uint8Array): Uint8Array => deflateSync(bytes);

/** Stops as soon as the output passes `maxBytes`. Errors that are not ours mean a damaged stream. */
type InflateWithin = (deflated: Uint8Array, maxBytes: number) => Uint8Array;

// A byte of deflate can become 1032: pieces of 1 KiB let the output pass its bound by 1 MiB at most before we stop.
const PIECE_BYTES = 1024;

/**
 * In plain JavaScript, for browsers. Bytes after the last block are not noticed: the server's gate lets none into a document.
 */
export const inflateByPieces: InflateWithin = (deflated, maxBytes) => {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const inflater = new Inflate((piece) => {
    length += piece.length;
    pieces.push(piece);
  });
  for (let at = 0; at < deflated.length && length <= maxBytes; at += PIECE_BYTES)
    inflater.push(deflated.subarray(at, at + PIECE_BYTES), at + PIECE_BYTES >= deflated.length);
  if (length > maxBytes) malformed(`inflated body above ${maxBytes} bytes`);
  if (pieces.length === 1) return pieces[0];
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
};

/** What Node has built in; about twenty times as fast for the few hundred bytes of a stroke. */
interface Zlib {
  inflateRawSync(
    deflated: Uint8Array,
    options: { maxOutputLength: number; chunkSize: number; info: true },
  ): { buffer: Uint8Array; engine: { bytesWritten: number } };
}

/** The least that zlib takes, and what is never more than a page of memory for a small record. */
const [MIN_CHUNK_BYTES, MAX_CHUNK_BYTES] = [64, 64 * 1024];

const inflateByZlib =
  (zlib: Zlib): InflateWithin =>
  (deflated, maxBytes) => {
    const chunkSize = Math.max(MIN_CHUNK_BYTES, Math.min(MAX_CHUNK_BYTES, deflated.length * 8));
    try {
      const { buffer, engine } = zlib.inflateRawSync(deflated, { maxOutputLength: maxBytes, chunkSize, info: true });
      if (engine.bytesWritten !== deflated.length) malformed("bytes after the deflate stream");
      return new Uint8Array(buffer); // not a Buffer, and not a slice of a larger one
    } catch (error) {
      if (error instanceof RangeError) malformed(`inflated body above ${maxBytes} bytes`);
      throw error;
    }
  };

/** Core runs in browsers too, and imports nothing of Node. */
const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
const zlib = process?.getBuiltinModule?.("node:zlib") as Zlib | undefined;
const inflate = zlib ? inflateByZlib(zlib) : inflateByPieces;

/**
 * The stream's content. Refuses one that is cut, one that becomes larger than `maxBytes`, and, where it decides what comes
 * into a document, one with bytes after its last block.
 */
export function inflateRaw(deflated: Uint8Array, maxBytes: number): Uint8Array {
  if (deflated.length === 0) malformed("empty deflate stream");
  try {
    return inflate(deflated, maxBytes);
  } catch (error) {
    if (error instanceof MalformedBytes) throw error;
    return malformed(`deflate: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** More than any accepted body, and what Node can hold in one piece. */
const UNBOUNDED = 2 ** 31 - 1;

/** Inflates again what `inflateRaw` has accepted. */
export const inflateAgain = (deflated: Uint8Array): Uint8Array => inflateRaw(deflated, UNBOUNDED);
