import type { ExportFile } from "./export-file.ts";
import type { ReadableDataset } from "./frozen/frozen-dataset.ts";
import { packFile } from "./zip/packed-file.ts";
import { type ListedPart, readPackingList } from "./zip/stored-lists.ts";
import { createZipArchive, type ZipArchive } from "./zip/zip-archive.ts";

/** A zip that is itself a file of an export: archives count files. */
export interface InnerZip {
  /** Laid out when it is first asked for. */
  archive(signal: AbortSignal): Promise<ZipArchive>;
  file(path: string): ExportFile;
}

/** Of files of a part, whose sizes are known where it has been listed, each with its path in the zip. */
export function innerZip(
  { blobs, description }: ReadableDataset,
  part: ListedPart,
  files: readonly { readonly file: ExportFile; readonly as: string }[],
): InnerZip {
  let made: Promise<ZipArchive> | null = null;
  async function layOut(signal: AbortSignal): Promise<ZipArchive> {
    const list = (await readPackingList(blobs, description.id, part)) ?? [];
    const listed = new Map(list.map((packed) => [packed.path, packed]));
    const entries = [];
    for (const { file, as } of files) {
      const packed = listed.get(file.path) ?? (await packFile(file, signal));
      entries.push({ file, packed: { ...packed, path: as } });
    }
    return createZipArchive(entries);
  }
  const archive = (signal: AbortSignal): Promise<ZipArchive> => {
    made ??= layOut(signal).catch((error) => {
      made = null;
      throw error;
    });
    return made;
  };
  return {
    archive,
    file: (path) => ({
      path,
      compress: false, // what is in it is
      async *bytes(signal, start = 0) {
        const zip = await archive(signal);
        if (start < zip.sizeBytes) yield* zip.bytes(start, zip.sizeBytes, signal);
      },
    }),
  };
}
