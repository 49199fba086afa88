import type { Readable } from "node:stream";
import type { AsyncReadable, RangeQuery } from "@zarrita/storage";
import yauzl from "yauzl";
import { Problem } from "../../../core/problem.ts";

/** Entries of a zip as a Zarr store. Names are only ever looked up, never written to a disk; sizes are bounded. */
export interface ZipStore extends AsyncReadable {
  readonly names: Iterable<string>;
  close(): void;
}

const MAX_ENTRIES = 2_000_000;
/** One chunk, shard or metadata file in memory. */
const MAX_ENTRY_BYTES = 512 * 1024 * 1024;
/** Deflate's own limit. */
const MAX_EXPANSION = 1033;

const refuse = (tag: string, what: string, where: string, hint: string, cause?: unknown): Problem =>
  new Problem({ tag, what, where, hint }, { cause });

export async function openZipStore(path: string): Promise<ZipStore> {
  // Names are checked here, so that the message names the entry; yauzl would refuse some of them itself.
  const zip = await yauzl
    .openPromise(path, { lazyEntries: true, autoClose: false, decodeStrings: true, strictFileNames: false })
    .catch((cause) => {
      throw refuse(
        "zip-damaged",
        "The zip file cannot be opened: it is damaged or cut off.",
        "its directory",
        "Pack the OME-Zarr folder again and upload it once more.",
        cause,
      );
    });
  const entries = new Map<string, yauzl.Entry>();
  try {
    for await (const entry of zip.eachEntry()) {
      if (entries.size >= MAX_ENTRIES)
        throw refuse(
          "zip-too-many",
          `The zip has more than ${MAX_ENTRIES} entries.`,
          "its directory",
          "Store the volume with larger chunks or with shards.",
        );
      if (!entry.fileName.endsWith("/")) entries.set(checkedName(entry.fileName), entry);
    }
  } catch (cause) {
    zip.close();
    if (cause instanceof Problem) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    if (/relative path|absolute path|invalid characters/.test(message)) throw unsafeName(message);
    throw refuse(
      "zip-damaged",
      "The directory of the zip file is damaged.",
      message,
      "Pack the OME-Zarr folder again.",
      cause,
    );
  }
  const readEntry = async (key: string, range?: { start: number; end: number }): Promise<Uint8Array | undefined> => {
    const entry = entries.get(key.replace(/^\//, ""));
    if (!entry) return undefined;
    if (entry.isEncrypted() || !entry.canDecodeFileData())
      throw refuse(
        "zip-encoding",
        "An entry of the zip is encrypted or packed in a way that is not read.",
        entry.fileName,
        "Pack the folder as an ordinary zip without password.",
      );
    if (
      entry.uncompressedSize > MAX_ENTRY_BYTES ||
      entry.uncompressedSize > (entry.compressedSize + 64) * MAX_EXPANSION
    )
      throw refuse(
        "zip-bomb",
        `An entry of the zip claims ${entry.uncompressedSize} bytes, packed into ${entry.compressedSize}.`,
        entry.fileName,
        "Store the volume with chunks of less than 512 MB.",
      );
    try {
      if (range && entry.compressionMethod === 0) {
        const options = { start: range.start, end: Math.min(range.end, entry.uncompressedSize) };
        return await collect(
          await zip.openReadStreamPromise(entry, options as yauzl.ZipFileOptions),
          options.end - options.start,
        );
      }
      const whole = await collect(await zip.openReadStreamPromise(entry), entry.uncompressedSize);
      return range ? whole.subarray(range.start, range.end) : whole;
    } catch (cause) {
      throw refuse(
        "zip-damaged",
        "An entry of the zip is damaged or cut off.",
        entry.fileName,
        "Pack the OME-Zarr folder again and upload it once more.",
        cause,
      );
    }
  };
  return {
    names: entries.keys(),
    get: (key) => readEntry(key),
    getRange(key, query: RangeQuery) {
      const size = entries.get(key.replace(/^\//, ""))?.uncompressedSize ?? 0;
      const start = "suffixLength" in query ? Math.max(0, size - query.suffixLength) : query.offset;
      const end = "suffixLength" in query ? size : query.offset + query.length;
      return readEntry(key, { start, end });
    },
    close: () => zip.close(),
  };
}

/** The bytes of a stream, never more than announced. */
async function collect(stream: Readable, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let filled = 0;
  for await (const part of stream) {
    const piece = part as Buffer;
    if (filled + piece.length > size) {
      stream.destroy();
      throw new Error("the entry is longer than announced");
    }
    bytes.set(piece, filled);
    filled += piece.length;
  }
  if (filled < size) throw new Error("the entry is shorter than announced");
  return bytes;
}

const unsafeName = (name: string): Problem =>
  refuse(
    "zip-unsafe-name",
    "The zip holds a name that points outside its own folder.",
    name.slice(0, 200),
    "Such a file may be an attack. Pack the OME-Zarr folder again with an ordinary program.",
  );

function checkedName(name: string): string {
  const unix = name.replaceAll("\\", "/");
  const bad = unix.startsWith("/") || /^[A-Za-z]:/.test(unix) || unix.split("/").includes("..") || unix.includes("\0");
  if (bad) throw unsafeName(name);
  return unix;
}
