import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { constants, crc32, deflateRaw } from "node:zlib";
import type { ExportFile } from "../export-file.ts";

const deflate = promisify(deflateRaw);

/** Files are deflated in pieces that know nothing of each other: any of them can be made without those before it. */
export const PIECE_BYTES = 1 << 20;
/** The fastest: runs of labels become nothing at every level, and noise gets no smaller. */
const LEVEL = 1;

/** One line of the list that a zip carries about itself. */
export interface FileDigest {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A file of a zip as it is known before the zip is made. */
export interface PackedFile extends FileDigest {
  readonly crc32: number;
  /** Sizes of the deflated pieces; null where it is stored as it is. */
  readonly pieces: readonly number[] | null;
}

export const packedBytesOf = ({ bytes, pieces }: PackedFile): number =>
  pieces ? pieces.reduce((sum, size) => sum + size, 0) : bytes;

/**
 * All but the last end at a byte's border and with an empty window (zlib's full flush), so that one behind the other they are one
 * deflate stream.
 */
const deflatePiece = (piece: Uint8Array, isLast: boolean): Promise<Buffer> =>
  deflate(piece, { level: LEVEL, finishFlush: isLast ? constants.Z_FINISH : constants.Z_FULL_FLUSH });

/** Cuts a stream into pieces of `PIECE_BYTES`; the last may be shorter, and an empty stream is one empty piece. */
async function* piecesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<{ piece: Uint8Array; isLast: boolean }> {
  let full: Uint8Array | null = null;
  let gathered: Uint8Array[] = [];
  let size = 0;
  for await (const part of bytes)
    for (let at = 0; at < part.length; ) {
      const taken = part.subarray(at, at + PIECE_BYTES - size);
      gathered.push(taken);
      size += taken.length;
      at += taken.length;
      if (size < PIECE_BYTES) continue;
      if (full) yield { piece: full, isLast: false };
      full = Buffer.concat(gathered, size);
      gathered = [];
      size = 0;
    }
  if (full && size > 0) yield { piece: full, isLast: false };
  yield { piece: full && size === 0 ? full : Buffer.concat(gathered, size), isLast: true };
}

/** Reads a file whole, for its size and digests. */
export async function packFile(file: ExportFile, signal: AbortSignal): Promise<PackedFile> {
  const hash = createHash("sha256");
  let bytes = 0;
  let checksum = 0;
  const pieces: number[] = [];
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const part of file.bytes(signal)) {
      signal.throwIfAborted();
      hash.update(part);
      checksum = crc32(part, checksum);
      bytes += part.length;
      yield part;
    }
  }
  if (file.compress)
    for await (const { piece, isLast } of piecesOf(counted())) pieces.push((await deflatePiece(piece, isLast)).length);
  else for await (const part of counted()) void part;
  const { path, compress } = file;
  return { path, bytes, sha256: hash.digest("hex"), crc32: checksum, pieces: compress ? pieces : null };
}

/** Another file than the one that was packed: whoever is sent half of it must not take it for the whole. */
export class PackedFileChanged extends Error {
  constructor(path: string) {
    super(`${path} is not what it was when it was packed`);
  }
}

/** The file as it lies in a zip, from byte `start` of that on. Throws where it turns out to be another than was packed. */
export async function* packedContent(
  file: ExportFile,
  packed: PackedFile,
  start: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (packed.pieces) yield* deflatedContent(file, packed, packed.pieces, start, signal);
  else for await (const part of checked(file, packed, start, signal)) yield part;
}

async function* deflatedContent(
  file: ExportFile,
  packed: PackedFile,
  pieces: readonly number[],
  start: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let index = 0;
  let skipped = start;
  while (index < pieces.length && skipped >= pieces[index]) skipped -= pieces[index++];
  if (index === pieces.length) return;
  for await (const { piece, isLast } of piecesOf(checked(file, packed, index * PIECE_BYTES, signal))) {
    const deflated = await deflatePiece(piece, isLast);
    if (deflated.length !== pieces[index] || isLast !== (index === pieces.length - 1))
      throw new PackedFileChanged(packed.path);
    yield deflated.subarray(skipped);
    skipped = 0;
    index++;
  }
}

/** Compares the size, and the checksum of a file that is read from its begin. */
async function* checked(
  file: ExportFile,
  packed: PackedFile,
  start: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let at = start;
  let checksum = 0;
  for await (const part of file.bytes(signal, start)) {
    signal.throwIfAborted();
    at += part.length;
    if (start === 0) checksum = crc32(part, checksum);
    if (at > packed.bytes) throw new PackedFileChanged(packed.path);
    yield part;
  }
  if (at !== packed.bytes || (start === 0 && checksum !== packed.crc32)) throw new PackedFileChanged(packed.path);
}
