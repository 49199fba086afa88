import type { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import type { RangeQuery } from "@zarrita/storage";
import type yauzl from "yauzl";
import { isProblem, Problem } from "../../../core/problem.ts";
import { type EntryStore, MAX_ENTRIES, MAX_ENTRY_BYTES, MAX_NAME_BYTES, MAX_NAMES_BYTES } from "./entry-store.ts";
import { openZip } from "./zip-reader.ts";

/** What is kept of an entry: half a million of them fit into the process's heap. */
interface Entry {
  readonly headerAt: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly checksum: number;
  readonly packing: "stored" | "deflated" | "unreadable";
}

/** A deflated shard is unpacked whole for each of its chunks. */
const MAX_DEFLATED_SHARD_BYTES = 64 * 1024 * 1024;
/** Deflate's own limit. */
const MAX_EXPANSION = 1033;

const FILE_TYPE = 0o170000;
const SYMBOLIC_LINK = 0o120000;

const PACK_AGAIN = "Pack the OME-Zarr folder again and upload it once more.";
const refuse = (tag: string, what: string, where: string, hint: string, cause?: unknown): Problem =>
  new Problem({ tag, what, where: where.slice(0, 300), hint }, { cause });

export async function openZipStore(path: string): Promise<EntryStore> {
  // Names are checked here, so that the message names the entry; yauzl would refuse some of them itself.
  const options = { lazyEntries: true, autoClose: false, decodeStrings: true, strictFileNames: false };
  const { zip, onDirectoryRead } = await openZip(path, options).catch((cause) => {
    const what = "The zip file cannot be opened: it is damaged or cut off.";
    throw refuse("zip-damaged", what, "its directory", PACK_AGAIN, cause);
  });
  try {
    const entries = await readDirectory(zip);
    onDirectoryRead();
    return storeOf(zip, entries);
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function readDirectory(zip: yauzl.ZipFile): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  let nameBytes = 0;
  let packedBytes = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      nameBytes += entry.fileNameLength;
      if (entries.size >= MAX_ENTRIES || entry.fileNameLength > MAX_NAME_BYTES || nameBytes > MAX_NAMES_BYTES)
        throw refuse(
          "zip-too-many",
          `The zip has more than ${MAX_ENTRIES} entries, or names of a length that no volume has.`,
          "its directory",
          "Store the volume with larger chunks or with shards.",
        );
      const name = checkedName(entry.fileName);
      if (name.endsWith("/")) continue;
      if (((entry.externalFileAttributes >>> 16) & FILE_TYPE) === SYMBOLIC_LINK)
        throw refuse(
          "zip-link",
          "The zip holds a symbolic link in place of a file.",
          name,
          "Pack the OME-Zarr folder so that links are followed (without the option -y of zip).",
        );
      packedBytes += entry.compressedSize;
      if (packedBytes > zip.fileSize)
        throw refuse(
          "zip-overlapping",
          "The entries of the zip lie on top of each other.",
          name,
          "Such a file may be an attack. Pack the OME-Zarr folder again with an ordinary program.",
        );
      // Of several with one name the last counts: zarr-python appends attributes that change.
      entries.set(name, {
        headerAt: entry.relativeOffsetOfLocalHeader,
        packedBytes: entry.compressedSize,
        bytes: entry.uncompressedSize,
        checksum: entry.crc32,
        packing: packingOf(entry),
      });
    }
  } catch (cause) {
    if (isProblem(cause)) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    if (/relative path|absolute path|invalid characters/.test(message)) throw unsafeName(message);
    throw refuse("zip-damaged", "The directory of the zip file is damaged.", message, PACK_AGAIN, cause);
  }
  return entries;
}

const packingOf = (entry: yauzl.Entry): Entry["packing"] => {
  if (entry.isEncrypted()) return "unreadable";
  return entry.compressionMethod === 0 ? "stored" : entry.compressionMethod === 8 ? "deflated" : "unreadable";
};

function storeOf(zip: yauzl.ZipFile, entries: ReadonlyMap<string, Entry>): EntryStore {
  let lastShard: { readonly name: string; readonly bytes: Uint8Array } | null = null;

  /** Packed bytes `[start, end)` of an entry, inflated where it is deflated. */
  const read = async (name: string, entry: Entry, start: number, end: number): Promise<Uint8Array> => {
    const deflated = entry.packing === "deflated";
    const wanted = deflated ? entry.bytes : end - start;
    if (wanted > MAX_ENTRY_BYTES || (deflated && wanted > (entry.packedBytes + 64) * MAX_EXPANSION))
      throw refuse(
        "zip-bomb",
        `An entry of the zip claims ${entry.bytes} bytes, packed into ${entry.packedBytes}.`,
        name,
        "Store the volume with chunks of less than 128 MB.",
      );
    try {
      const at = { relativeOffsetOfLocalHeader: entry.headerAt, compressedSize: entry.packedBytes } as yauzl.Entry;
      const { fileDataStart } = await zip.readLocalFileHeaderPromise(at, { minimal: true });
      // By its callback: yauzl 3.4's promise of the same name opens something else.
      const stream = await new Promise<Readable>((resolve, reject) =>
        zip.openReadStreamLowLevel(
          fileDataStart,
          entry.packedBytes,
          start,
          end,
          deflated,
          entry.bytes,
          (error, opened) => (error ? reject(error) : resolve(opened)),
        ),
      );
      const bytes = await collect(stream, wanted);
      if (bytes.length === entry.bytes && crc32(bytes) !== entry.checksum) throw new Error("the checksum differs");
      return bytes;
    } catch (cause) {
      throw refuse("zip-damaged", "An entry of the zip is damaged or cut off.", name, PACK_AGAIN, cause);
    }
  };

  const find = (key: string): { name: string; entry: Entry } | undefined => {
    const name = key.replace(/^\//, "");
    const entry = entries.get(name);
    if (!entry) return undefined;
    if (entry.packing !== "unreadable") return { name, entry };
    throw refuse(
      "zip-encoding",
      "An entry of the zip is encrypted or packed in a way that is not read.",
      name,
      "Pack the folder as an ordinary zip without password.",
    );
  };

  return {
    holder: "zip",
    get names() {
      return entries.keys();
    },
    sizeOf: (name) => entries.get(name)?.bytes,
    async get(key) {
      const found = find(key);
      return found && read(found.name, found.entry, 0, found.entry.packedBytes);
    },
    async getRange(key, query: RangeQuery) {
      const found = find(key);
      if (!found) return undefined;
      const { name, entry } = found;
      const start = "suffixLength" in query ? Math.max(0, entry.bytes - query.suffixLength) : query.offset;
      const end = "suffixLength" in query ? entry.bytes : query.offset + query.length;
      if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start || end > entry.bytes)
        throw refuse("zip-damaged", "A shard points outside of itself.", name, PACK_AGAIN);
      if (entry.packing === "stored") return read(name, entry, start, end);
      if (entry.bytes > MAX_DEFLATED_SHARD_BYTES)
        throw refuse(
          "zip-packed-shards",
          `A shard of ${entry.bytes} bytes is packed a second time by the zip.`,
          name,
          "Pack the OME-Zarr folder without compression (zip -0); its chunks are packed already.",
        );
      if (lastShard?.name !== name) lastShard = { name, bytes: await read(name, entry, 0, entry.packedBytes) };
      return lastShard.bytes.subarray(start, end);
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
    name,
    "Such a file may be an attack. Pack the OME-Zarr folder again with an ordinary program.",
  );

function checkedName(name: string): string {
  const unix = name.replaceAll("\\", "/");
  const bad = unix.startsWith("/") || /^[A-Za-z]:/.test(unix) || unix.split("/").includes("..") || unix.includes("\0");
  if (bad) throw unsafeName(name);
  return unix;
}
