import type { FileHandle } from "node:fs/promises";

/** Bytes one after the other, to a file or through a cipher into one. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<void>;
  /** What is still held back. */
  end(): Promise<void>;
}

export interface ByteSource {
  /** At least one byte; null at the end. */
  next(): Promise<Buffer | null>;
}

const PIECE_BYTES = 1 << 20;

export function fileSink(handle: FileHandle): ByteSink {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const flush = async (): Promise<void> => {
    const all = Buffer.concat(held);
    [held, heldBytes] = [[], 0];
    for (let done = 0; done < all.length; ) done += (await handle.write(all, done)).bytesWritten;
  };
  return {
    async write(bytes) {
      held.push(bytes);
      heldBytes += bytes.length;
      if (heldBytes >= PIECE_BYTES) await flush();
    },
    end: flush,
  };
}

export function fileSource(handle: FileHandle): ByteSource {
  let position = 0;
  return {
    async next() {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(PIECE_BYTES), 0, PIECE_BYTES, position);
      position += bytesRead;
      return bytesRead === 0 ? null : buffer.subarray(0, bytesRead);
    },
  };
}

/** Takes pieces of the size that is asked for off a source. */
export class ByteReader {
  readonly #source: ByteSource;
  #held: Buffer = Buffer.alloc(0);
  #taken = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Fewer only where the source ends. */
  async upTo(bytes: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let missing = bytes;
    while (missing > 0) {
      if (this.#held.length === 0) {
        const next = await this.#source.next();
        if (!next) break;
        this.#held = next;
      }
      const piece = this.#held.subarray(0, missing);
      this.#held = this.#held.subarray(piece.length);
      missing -= piece.length;
      pieces.push(piece);
    }
    const taken = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
    this.#taken += taken.length;
    return taken;
  }
}
