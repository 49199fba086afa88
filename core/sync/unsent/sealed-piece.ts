import { ByteReader, ByteWriter, malformed } from "../bytes/bytes.ts";
import { recordLimits } from "../record/record.ts";
import type { KeptEdit } from "./kept-edits-file.ts";

/**
 * Edits of a file on their way to the server, a piece in one request:
 *
 *     piece = (32 bytes HMAC-SHA-256 of the record | vu length | record)*
 */

const SEAL_BYTES = 32;
/** Of a piece, its lengths and seals included; of the largest record two. */
export const PIECE_BYTES = 160 * 1024;
const PIECE_EDITS = 100;

/** An edit as its author's page wrote and sealed it. */
export interface SealedEdit {
  readonly stored: Uint8Array;
  readonly seal: Uint8Array;
}

const sizeOf = ({ stored }: KeptEdit): number => SEAL_BYTES + 3 + stored.length;

/** Consecutive edits, as many as go together. */
export function piecesOf(edits: readonly KeptEdit[]): KeptEdit[][] {
  const pieces: KeptEdit[][] = [];
  let bytes = 0;
  for (const edit of edits) {
    const last = pieces.at(-1);
    bytes += sizeOf(edit);
    if (last && last.length < PIECE_EDITS && bytes <= PIECE_BYTES) last.push(edit);
    else {
      pieces.push([edit]);
      bytes = sizeOf(edit);
    }
  }
  return pieces;
}

/** An edit without a seal has one of zeros, which no key makes. */
export function encodePiece(edits: readonly KeptEdit[]): Uint8Array {
  const writer = new ByteWriter();
  for (const { stored, seal } of edits) {
    for (let at = 0; at < SEAL_BYTES; at++) writer.u8(Number.parseInt(seal?.slice(2 * at, 2 * at + 2) ?? "0", 16));
    writer.vu(stored.length);
    writer.bytes(stored);
  }
  return writer.finish();
}

/** Refuses (MalformedBytes) what is not whole, and more than a piece. */
export function decodePiece(bytes: Uint8Array): SealedEdit[] {
  const reader = new ByteReader(bytes);
  const edits: SealedEdit[] = [];
  while (!reader.atEnd) {
    if (edits.length === PIECE_EDITS) malformed(`more than ${PIECE_EDITS} edits at once`);
    const seal = reader.bytes(SEAL_BYTES).slice();
    const length = reader.vu();
    if (length > recordLimits.storedBytes) malformed("record above 64 KiB");
    edits.push({ seal, stored: reader.bytes(length).slice() });
  }
  return edits;
}
