import { open, stat } from "node:fs/promises";
import path from "node:path";
import { type SendableFile, uploadFile } from "../../core/import/upload-file.ts";
import type { ImportContext } from "./import-context.ts";

/** Sends a file, going on where it stopped before; returns the upload's id. */
export async function sendFile(context: ImportContext, name: string, file: string): Promise<string> {
  const { session, projectId, say } = context;
  const { size, mtimeMs } = await stat(file);
  const handle = await open(file, "r");
  const sendable: SendableFile = {
    name: path.basename(file),
    size,
    lastModified: Math.floor(mtimeMs),
    slice: (start, end) => ({
      async arrayBuffer() {
        const bytes = new ArrayBuffer(end - start);
        await handle.read(new Uint8Array(bytes), 0, end - start, start);
        return bytes;
      },
    }),
  };
  let shown = 0;
  try {
    return await uploadFile(
      { projectId, address: session.address, fetch: session.fetch },
      sendable,
      ({ sentBytes }) => {
        const percent = Math.floor((10 * sentBytes) / size) * 10;
        if (percent > shown && size > 50e6) say(`${name}: ${path.basename(file)} ${percent} % sent`);
        shown = Math.max(shown, percent);
      },
      new AbortController().signal,
    );
  } finally {
    await handle.close();
  }
}
