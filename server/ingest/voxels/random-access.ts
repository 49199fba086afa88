import { open } from "node:fs/promises";
import { Problem } from "../../../core/problem.ts";

/** The readers' only view of a file: positions and bytes. */
export interface RandomAccessBytes {
  readonly size: number;
  /** Exactly `length` bytes; a Problem `file-truncated` where the file ends before. `what` names the part for that Problem. */
  read(offset: number, length: number, what: string): Promise<Uint8Array>;
}

export interface OpenFile extends RandomAccessBytes {
  readonly path: string;
  close(): Promise<void>;
}

function assertInside(size: number, offset: number, length: number, what: string): void {
  const inside = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (inside && offset + length <= size) return;
  throw new Problem({
    tag: "file-truncated",
    what: `The file ends before ${what} does.`,
    where: `${what}: bytes ${offset} to ${offset + length} of a file of ${size} bytes`,
    hint: "The copy or download was probably cut off; compare its size with the original and upload it again.",
  });
}

export function bytesInMemory(bytes: Uint8Array): RandomAccessBytes {
  return {
    size: bytes.length,
    async read(offset, length, what) {
      assertInside(bytes.length, offset, length, what);
      return bytes.slice(offset, offset + length);
    },
  };
}

export async function openFileForReading(path: string): Promise<OpenFile> {
  const handle = await open(path, "r");
  const { size } = await handle.stat();
  return {
    path,
    size,
    async read(offset, length, what) {
      assertInside(size, offset, length, what);
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
        if (bytesRead === 0) assertInside(offset + filled, offset, length, what);
        filled += bytesRead;
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}
