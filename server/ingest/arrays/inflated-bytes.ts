import { pipeline, Readable } from "node:stream";
import { createGunzip, createInflate } from "node:zlib";
import { isProblem, Problem } from "../../../core/problem.ts";
import type { RandomAccessBytes } from "../voxels/random-access.ts";

/** Bytes that are read forwards; going back begins anew. */
export interface PackedBytes extends RandomAccessBytes {
  /** Goes to the end, where the checksum is; a Problem where it differs, or where more than `length` bytes are there. */
  verify(length: number): Promise<void>;
}

/** Deflate's own limit. */
const MAX_EXPANSION = 1033;
const PIECE_BYTES = 1024 * 1024;

const damaged = (what: string, cause?: unknown): Problem =>
  new Problem(
    {
      tag: "packed-data-damaged",
      what,
      where: "the packed voxels",
      hint: "The file is damaged or was cut off; compare it with the original and upload it again.",
    },
    { cause },
  );

/** What `[from, end of file)` unpacks to. Never more than what is asked for is in memory. */
export function inflatedBytes(file: RandomAccessBytes, from: number, packing: "gzip" | "zlib"): PackedBytes {
  let pieces: AsyncIterator<Buffer> | null = null;
  let piece: Uint8Array = new Uint8Array(0);
  let pieceAt = 0;

  const restart = async () => {
    await pieces?.return?.();
    pieces = inflate(file, from, packing);
    piece = new Uint8Array(0);
    pieceAt = 0;
  };
  /** False at the end. */
  const advance = async (): Promise<boolean> => {
    pieceAt += piece.length;
    piece = new Uint8Array(0);
    try {
      const { value, done } = await pieces!.next();
      if (!done) piece = value;
      return !done;
    } catch (cause) {
      if (isProblem(cause)) throw cause;
      throw damaged(`The packed voxels cannot be unpacked: ${(cause as Error).message}.`, cause);
    }
  };

  return {
    size: (file.size - from) * MAX_EXPANSION,
    async read(offset, length, what) {
      if (!pieces || offset < pieceAt) await restart();
      const out = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const at = offset + filled - pieceAt;
        if (at < piece.length) {
          const part = piece.subarray(at, at + length - filled);
          out.set(part, filled);
          filled += part.length;
        } else if (!(await advance())) throw damaged(`The packed data end before ${what} does.`);
      }
      return out;
    },
    async verify(length) {
      if (!pieces) await restart();
      do {
        if (pieceAt + piece.length > length)
          throw damaged(`The packed data hold more than the ${length} bytes that the header speaks of.`);
      } while (await advance());
    },
  };
}

function inflate(file: RandomAccessBytes, from: number, packing: "gzip" | "zlib"): AsyncIterator<Buffer> {
  const unpacked = pipeline(
    Readable.from(piecesOf(file, from), { objectMode: false }),
    packing === "gzip" ? createGunzip({ chunkSize: PIECE_BYTES }) : createInflate({ chunkSize: PIECE_BYTES }),
    // Its error comes with the next piece.
    () => {},
  );
  return unpacked[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
}

async function* piecesOf(file: RandomAccessBytes, from: number): AsyncIterable<Uint8Array> {
  for (let at = from; at < file.size; at += PIECE_BYTES)
    yield await file.read(at, Math.min(PIECE_BYTES, file.size - at), "the packed voxels");
}
