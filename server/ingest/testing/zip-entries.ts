import { buffer } from "node:stream/consumers";
import yazl from "yazl";

export interface ZipEntry {
  readonly content: Uint8Array | string;
  /** Unix mode, e.g. of a symbolic link. */
  readonly mode?: number;
}

/** A zip in memory. */
export function zipEntries(
  entries: Readonly<Record<string, Uint8Array | string | ZipEntry>>,
  compress = false,
): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [name, entry] of Object.entries(entries)) {
    const { content, mode } =
      typeof entry === "object" && "content" in entry ? entry : { content: entry, mode: undefined };
    zip.addBuffer(Buffer.from(content), name, { compress, ...(mode !== undefined && { mode }) });
  }
  zip.end();
  return buffer(zip.outputStream as NodeJS.ReadableStream & AsyncIterable<Buffer>);
}
