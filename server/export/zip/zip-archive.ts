import { createHash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { Problem } from "../../../core/problem.ts";
import type { ExportFile } from "../export-file.ts";
import { type PackedFile, packedBytesOf, packedContent } from "./packed-file.ts";
import {
  centralHeader,
  centralHeaderBytes,
  endOfZip,
  localHeader,
  localHeaderBytes,
  type ZipRecord,
} from "./zip-headers.ts";

/** A file with what is known of it; `packed.path` is its path, too. */
export interface ZipEntry {
  readonly file: ExportFile;
  readonly packed: PackedFile;
}

/** A zip of which every byte is known by its place before any is made. */
export interface ZipArchive {
  readonly sizeBytes: number;
  /** A strong entity tag, quotes included: the same for the same bytes only. */
  readonly etag: string;
  /** Bytes from `start` to before `end`. Nothing before `start` is read but what decides about it: a piece, a few planes. */
  bytes(start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array>;
}

const MAX_PATH_BYTES = 1000;
/** Raise it when the same files make other bytes. */
const LAYOUT = "zip-1";

/** What Neuroglancer asks for by this very name: no drive begins with a digit. */
const MESH_MANIFEST = /^[1-9]\d*:0$/;

/** Paths are made by us from names that people typed: nothing may climb out of the folder that is unpacked. */
function assertZipPath(path: string, taken: ReadonlySet<string>): void {
  const parts = path.split("/");
  const safe = parts.every(
    (part) => part !== "" && part !== "." && part !== ".." && (MESH_MANIFEST.test(part) || !/[\\:\p{Cc}]/u.test(part)),
  );
  if (!safe || Buffer.byteLength(path) > MAX_PATH_BYTES)
    throw new Problem({
      tag: "export-path",
      what: "A file of the export has a name that cannot be packed.",
      where: path,
    });
  if (taken.has(path.toLowerCase()))
    throw new Problem({ tag: "export-path-twice", what: "Two files of the export have the same name.", where: path });
}

const recordOf = (packed: PackedFile): ZipRecord => ({
  path: packed.path,
  deflated: packed.pieces !== null,
  crc32: packed.crc32,
  bytes: packed.bytes,
  packedBytes: packedBytesOf(packed),
});

/** So many bytes, and no more is made than they need. */
async function* firstOf(parts: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  if (bytes <= 0) return;
  let left = bytes;
  for await (const part of parts) {
    yield part.length > left ? part.subarray(0, left) : part;
    left -= part.length;
    if (left <= 0) return;
  }
}

const LEAST_PART_BYTES = 64 << 10;

/** Headers and small files are sent together: each part costs a write to a socket. */
async function* inLargerParts(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const part of parts) {
    held.push(part);
    size += part.length;
    if (size < LEAST_PART_BYTES) continue;
    yield held.length === 1 ? part : Buffer.concat(held, size);
    held = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(held, size);
}

/** Some milliseconds of work, after which others have their turn: a data set has hundreds of thousands of chunks. */
const ENTRIES_PER_TURN = 1000;

/** Lays the files out one behind the other, as they are given, with the directory at the end. */
export async function createZipArchive(entries: readonly ZipEntry[]): Promise<ZipArchive> {
  const taken = new Set<string>();
  const hash = createHash("sha256").update(LAYOUT);
  /** Where each file begins, and last where the directory does. */
  const offsets = new Float64Array(entries.length + 1);
  let directoryBytes = 0;
  for (const [index, { packed }] of entries.entries()) {
    if (index % ENTRIES_PER_TURN === 0) await turn();
    assertZipPath(packed.path, taken);
    taken.add(packed.path.toLowerCase());
    const record = recordOf(packed);
    hash.update(`\0${record.path}\0${packed.sha256}\0${record.packedBytes}`);
    offsets[index + 1] = offsets[index] + localHeaderBytes(record) + record.packedBytes;
    directoryBytes += centralHeaderBytes(record, offsets[index]);
  }
  const directoryAt = offsets[entries.length];
  const end = endOfZip(entries.length, directoryAt, directoryBytes);
  const sizeBytes = directoryAt + directoryBytes + end.length;

  /** The file that holds this byte. */
  function indexAt(position: number): number {
    let low = 0;
    let high = entries.length;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (offsets[middle] <= position) low = middle;
      else high = middle;
    }
    return low;
  }

  /** From `start` to the end of the zip. */
  async function* bytesFrom(start: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (start < directoryAt)
      for (let index = indexAt(start); index < entries.length; index++) {
        const { file, packed } = entries[index];
        const header = localHeader(recordOf(packed));
        const within = Math.max(0, start - offsets[index]);
        if (within < header.length) yield header.subarray(within);
        yield* packedContent(file, packed, Math.max(0, within - header.length), signal);
      }
    let skipped = Math.max(0, start - directoryAt);
    for (let first = 0; first < entries.length; first += ENTRIES_PER_TURN) {
      await turn();
      const headers = entries
        .slice(first, first + ENTRIES_PER_TURN)
        .map(({ packed }, index) => centralHeader(recordOf(packed), offsets[first + index]));
      const part = Buffer.concat(headers);
      if (skipped < part.length) yield part.subarray(skipped);
      skipped = Math.max(0, skipped - part.length);
    }
    yield end.subarray(skipped);
  }

  return {
    sizeBytes,
    etag: `"${hash.digest("base64url")}"`,
    bytes: (start, until, signal) => inLargerParts(firstOf(bytesFrom(start, signal), until - start)),
  };
}
