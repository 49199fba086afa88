import { deflateSync, Inflate } from "fflate";
import { malformed } from "./bytes.ts";

/** Raw deflate, no zlib header. Two implementations give different bytes: never re-encode a stored record. */
export const deflateRaw = (bytes: Uint8Array): Uint8Array => deflateSync(bytes);

// A byte of deflate can become 1032: pieces of 1 KiB let the output pass its bound by 1 MiB at most before we stop.
const PIECE_BYTES = 1024;

function inflateInto(deflated: Uint8Array, maxBytes: number, keep: (piece: Uint8Array) => void): number {
  let length = 0;
  const inflater = new Inflate((piece) => {
    length += piece.length;
    keep(piece);
  });
  for (let at = 0; at < deflated.length && length <= maxBytes; at += PIECE_BYTES)
    inflater.push(deflated.subarray(at, at + PIECE_BYTES), at + PIECE_BYTES >= deflated.length);
  return length;
}

function isComplete(deflated: Uint8Array, maxBytes: number): boolean {
  try {
    inflateInto(deflated, maxBytes, () => {});
    return true;
  } catch {
    return false;
  }
}

function inflateWithin(deflated: Uint8Array, maxBytes: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    length = inflateInto(deflated, maxBytes, (piece) => pieces.push(piece));
  } catch (error) {
    malformed(`deflate: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (length > maxBytes) malformed(`inflated body above ${maxBytes} bytes`);
  if (pieces.length === 1) return pieces[0];
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Stops as soon as the output passes `maxBytes`; refuses truncated streams and bytes after the last block. */
export function inflateRaw(deflated: Uint8Array, maxBytes: number): Uint8Array {
  if (deflated.length === 0) malformed("empty deflate stream");
  const whole = inflateWithin(deflated, maxBytes);
  // The library ignores what follows the last block; a stream that is whole without its last byte has such a tail.
  if (isComplete(deflated.subarray(0, -1), maxBytes)) malformed("bytes after the deflate stream");
  return whole;
}

/** Inflates again what `inflateRaw` has accepted. */
export const inflateAgain = (deflated: Uint8Array): Uint8Array => inflateWithin(deflated, Number.POSITIVE_INFINITY);
