import { type FileHandle, open, opendir, stat } from "node:fs/promises";
import path from "node:path";
import { crc32 } from "node:zlib";
import { Problem } from "../../../core/problem.ts";

/** A folder as one zip that is written nowhere: its bytes are made where they are asked for. The same folder makes the same zip. */
export interface PackedFolder {
  readonly size: number;
  /** The newest of its files, in milliseconds. */
  readonly lastModified: number;
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

interface Entry {
  readonly name: string;
  readonly file: string;
  readonly size: number;
  readonly sum: number;
}

/** A run of bytes of the zip: made here, or those of a file. */
type Segment = { readonly at: number; readonly length: number } & ({ bytes: Buffer } | { file: string });

/** What the server looks into at most. */
const MAX_FILES = 500_000;
/** What computers put beside people's files. */
const CLUTTER = /^(\._.*|\.DS_Store|Thumbs\.db|desktop\.ini|__MACOSX)$/i;
const READ_BYTES = 4 << 20;

/** Not compressed, as chunks are already; with zip64 where a size or place is `wideFrom` or more. Reads every file once, for its checksum. */
export async function packFolder(folder: string, wideFrom = FULL): Promise<PackedFolder> {
  const names: string[] = [];
  for await (const name of namesBelow(folder, "")) {
    names.push(name);
    if (names.length > MAX_FILES)
      throw new Problem({
        tag: "folder-too-many",
        what: `The folder holds more than ${MAX_FILES} files.`,
        where: folder,
        hint: "Store the volume with larger chunks or with shards.",
      });
  }
  const piece = Buffer.alloc(READ_BYTES);
  let lastModified = 0;
  const segments: Segment[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  const add = (segment: { length: number } & ({ bytes: Buffer } | { file: string })): void => {
    segments.push({ ...segment, at });
    at += segment.length;
  };
  for (const name of names.sort()) {
    const file = path.join(folder, name);
    const entry: Entry = { name, file, ...(await summed(file, piece)) };
    lastModified = Math.max(lastModified, Math.floor((await stat(file)).mtimeMs));
    directory.push(centralHeader(entry, at, wideFrom));
    const header = localHeader(entry, wideFrom);
    add({ bytes: header, length: header.length });
    if (entry.size > 0) add({ file, length: entry.size });
  }
  const central = Buffer.concat(directory);
  add({ bytes: central, length: central.length });
  const end = endOf(names.length, central.length, at - central.length, wideFrom);
  add({ bytes: end, length: end.length });
  return { size: at, lastModified, read: (start, stop) => readSegments(segments, start, stop) };
}

async function* namesBelow(root: string, below: string): AsyncIterable<string> {
  for await (const entry of await opendir(path.join(root, below))) {
    if (CLUTTER.test(entry.name)) continue;
    const name = below ? `${below}/${entry.name}` : entry.name;
    if (entry.isDirectory()) yield* namesBelow(root, name);
    else if (entry.isFile()) yield name;
    else
      throw new Problem({
        tag: "folder-link",
        what: "The folder holds a link or a device in place of a file.",
        where: path.join(root, name),
        hint: "Copy the folder so that links are followed (cp -rL).",
      });
  }
}

async function summed(file: string, piece: Buffer): Promise<{ size: number; sum: number }> {
  const handle = await open(file, "r");
  try {
    let [size, sum] = [0, 0];
    for (;;) {
      const { bytesRead } = await handle.read(piece, 0, piece.length, size);
      if (bytesRead === 0) return { size, sum };
      sum = crc32(piece.subarray(0, bytesRead), sum);
      size += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

async function readSegments(
  segments: readonly Segment[],
  start: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(end - start);
  let low = 0;
  for (let high = segments.length - 1; low < high; ) {
    const middle = (low + high + 1) >> 1;
    if (segments[middle].at <= start) low = middle;
    else high = middle - 1;
  }
  for (let i = low; i < segments.length && segments[i].at < end; i++) {
    const segment = segments[i];
    const from = Math.max(0, start - segment.at);
    const length = Math.min(segment.length, end - segment.at) - from;
    const target = bytes.subarray(segment.at + from - start, segment.at + from - start + length);
    if ("bytes" in segment) target.set(segment.bytes.subarray(from, from + length));
    else await fill(segment.file, target, from);
  }
  return bytes;
}

async function fill(file: string, target: Uint8Array, from: number): Promise<void> {
  const handle: FileHandle = await open(file, "r");
  try {
    for (let filled = 0; filled < target.length; ) {
      const { bytesRead } = await handle.read(target, filled, target.length - filled, from + filled);
      if (bytesRead === 0)
        throw new Problem({ tag: "file-changed", what: "A file became shorter while it was sent.", where: file });
      filled += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

const FULL = 0xffffffff;
const UTF8_NAMES = 0x0800;
/** 1 January 1980: a zip of the same files is always the same. */
const DATE = 0x21;

/** APPNOTE 4.3.7, with 4.5.3 where the size needs it. */
function localHeader({ name, size, sum }: Entry, wideFrom: number): Buffer {
  const text = Buffer.from(name);
  const large = size >= wideFrom;
  const header = Buffer.alloc(30 + text.length + (large ? 20 : 0));
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(large ? 45 : 20, 4);
  header.writeUInt16LE(UTF8_NAMES, 6);
  header.writeUInt16LE(DATE, 12);
  header.writeUInt32LE(sum, 14);
  header.writeUInt32LE(large ? FULL : size, 18);
  header.writeUInt32LE(large ? FULL : size, 22);
  header.writeUInt16LE(text.length, 26);
  header.writeUInt16LE(large ? 20 : 0, 28);
  text.copy(header, 30);
  if (large) {
    const extra = 30 + text.length;
    header.writeUInt16LE(1, extra);
    header.writeUInt16LE(16, extra + 2);
    header.writeBigUInt64LE(BigInt(size), extra + 4);
    header.writeBigUInt64LE(BigInt(size), extra + 12);
  }
  return header;
}

/** APPNOTE 4.3.12, likewise. */
function centralHeader({ name, size, sum }: Entry, at: number, wideFrom: number): Buffer {
  const text = Buffer.from(name);
  const wide = [...(size >= wideFrom ? [size, size] : []), ...(at >= wideFrom ? [at] : [])];
  const extraBytes = wide.length > 0 ? 4 + 8 * wide.length : 0;
  const header = Buffer.alloc(46 + text.length + extraBytes);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(45, 4);
  header.writeUInt16LE(wide.length > 0 ? 45 : 20, 6);
  header.writeUInt16LE(UTF8_NAMES, 8);
  header.writeUInt16LE(DATE, 14);
  header.writeUInt32LE(sum, 16);
  header.writeUInt32LE(size >= wideFrom ? FULL : size, 20);
  header.writeUInt32LE(size >= wideFrom ? FULL : size, 24);
  header.writeUInt16LE(text.length, 28);
  header.writeUInt16LE(extraBytes, 30);
  header.writeUInt32LE(at >= wideFrom ? FULL : at, 42);
  text.copy(header, 46);
  if (extraBytes > 0) {
    const extra = 46 + text.length;
    header.writeUInt16LE(1, extra);
    header.writeUInt16LE(8 * wide.length, extra + 2);
    for (const [i, value] of wide.entries()) header.writeBigUInt64LE(BigInt(value), extra + 4 + 8 * i);
  }
  return header;
}

/** APPNOTE 4.3.14 to 4.3.16. */
function endOf(count: number, directoryBytes: number, directoryAt: number, wideFrom: number): Buffer {
  const wide = count >= 0xffff || directoryBytes >= wideFrom || directoryAt >= wideFrom;
  const end = Buffer.alloc((wide ? 76 : 0) + 22);
  if (wide) {
    end.writeUInt32LE(0x06064b50, 0);
    end.writeBigUInt64LE(44n, 4);
    end.writeUInt16LE(45, 12);
    end.writeUInt16LE(45, 14);
    end.writeBigUInt64LE(BigInt(count), 24);
    end.writeBigUInt64LE(BigInt(count), 32);
    end.writeBigUInt64LE(BigInt(directoryBytes), 40);
    end.writeBigUInt64LE(BigInt(directoryAt), 48);
    end.writeUInt32LE(0x07064b50, 56);
    end.writeBigUInt64LE(BigInt(directoryAt + directoryBytes), 64);
    end.writeUInt32LE(1, 72);
  }
  const at = end.length - 22;
  end.writeUInt32LE(0x06054b50, at);
  end.writeUInt16LE(wide ? 0xffff : count, at + 8);
  end.writeUInt16LE(wide ? 0xffff : count, at + 10);
  end.writeUInt32LE(wide ? FULL : directoryBytes, at + 12);
  end.writeUInt32LE(wide ? FULL : directoryAt, at + 16);
  return end;
}
