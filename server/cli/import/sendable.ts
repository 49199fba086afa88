import { createHash } from "node:crypto";
import { open, stat } from "node:fs/promises";
import path from "node:path";
import type { SendableFile } from "../../../core/import/upload-file.ts";
import { packFolder } from "./packed-folder.ts";

/** A file, or a folder of OME-Zarr or N5 as the zip that it is sent as. */
export interface Sendable extends SendableFile {
  close(): Promise<void>;
}

/** What a file or folder is called once it has been sent. */
export const sentName = (file: string, isFolder: boolean): string => path.basename(file) + (isFolder ? ".zip" : "");

export async function openSendable(file: string): Promise<Sendable> {
  const { size, mtimeMs } = await stat(file);
  if ((await stat(file)).isDirectory()) {
    const packed = await packFolder(file);
    return {
      name: sentName(file, true),
      size: packed.size,
      lastModified: packed.lastModified,
      slice: (start, end) => ({ arrayBuffer: async () => (await packed.read(start, end)).buffer }),
      async close() {},
    };
  }
  const handle = await open(file, "r");
  return {
    name: sentName(file, false),
    size,
    lastModified: Math.floor(mtimeMs),
    slice: (start, end) => ({
      async arrayBuffer() {
        const bytes = new ArrayBuffer(end - start);
        await handle.read(new Uint8Array(bytes), 0, end - start, start);
        return bytes;
      },
    }),
    close: () => handle.close(),
  };
}

const HASHED_AT_ONCE = 8 << 20;

/** Of all the bytes as they are sent. */
export async function sha256Of(file: string): Promise<string> {
  const sendable = await openSendable(file);
  try {
    const hash = createHash("sha256");
    for (let at = 0; at < sendable.size; at += HASHED_AT_ONCE) {
      const piece = await sendable.slice(at, Math.min(sendable.size, at + HASHED_AT_ONCE)).arrayBuffer();
      hash.update(new Uint8Array(piece));
    }
    return hash.digest("hex");
  } finally {
    await sendable.close();
  }
}
