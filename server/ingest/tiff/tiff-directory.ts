import { Problem } from "../../../core/problem.ts";
import type { RandomAccessBytes } from "../voxels/random-access.ts";

/**
 * Header and image file directories of classic TIFF and BigTIFF, both byte orders, after TIFF 6.0 and the BigTIFF note.
 * Every count and offset is checked against the file before anything is allocated.
 */
export interface TiffEntry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** Position of the values in the file. */
  readonly offset: number;
}

export interface TiffDirectory {
  /** 0-based, for messages; people count pages from 1. */
  readonly page: number;
  readonly entries: ReadonlyMap<number, TiffEntry>;
}

export interface Tiff {
  readonly bytes: RandomAccessBytes;
  readonly littleEndian: boolean;
  readonly directories: readonly TiffDirectory[];
}

/** Bytes per value of each field type; undefined = unknown type, to be skipped as the specification asks. */
const TYPE_BYTES: Readonly<Record<number, number>> = {
  1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8,
}; // biome-ignore format: a table

/** Others are not kept: a file of many pages has ten times as many of them. */
const READ_TAGS: ReadonlySet<number> = new Set([
  254, 256, 257, 258, 259, 262, 266, 270, 273, 277, 278, 279, 282, 283, 284, 296, 317, 322, 323, 324, 325, 339,
  // Of makers: MetaMorph, Zeiss LSM, LERC, ImageJ, Micro-Manager.
  33629, 34412, 50674, 50838, 50839, 51123,
]);

const MAX_PAGES = 262_144;
/** Real directories have some tens of entries. */
const MAX_ENTRIES = 4096;

const damaged = (what: string, where: string): Problem =>
  new Problem({
    tag: "tiff-damaged",
    what,
    where,
    hint: "The file is damaged or incomplete. Open it in Fiji and save it again, or upload it once more.",
  });

const toNumber = (value: bigint): number => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : Number.POSITIVE_INFINITY;
};

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export async function readTiff(bytes: RandomAccessBytes): Promise<Tiff> {
  const header = viewOf(await bytes.read(0, Math.min(16, bytes.size), "the TIFF header"));
  const order = header.byteLength >= 8 ? header.getUint16(0) : 0;
  const littleEndian = order === 0x4949;
  const magic = header.byteLength >= 8 ? header.getUint16(2, littleEndian) : 0;
  if ((!littleEndian && order !== 0x4d4d) || (magic !== 42 && magic !== 43))
    throw new Problem({
      tag: "not-a-tiff",
      what: "This is not a TIFF file, although its name says so.",
      where: "the first bytes",
      hint: "Open it in the program that wrote it and export it as TIFF.",
    });
  const big = magic === 43;
  if (big && (header.byteLength < 16 || header.getUint16(4, littleEndian) !== 8))
    throw damaged("The BigTIFF header is damaged.", "bytes 4 to 16");
  const directories: TiffDirectory[] = [];
  let directoryBytes = 0;
  const seen = new Set<number>();
  let offset = big ? toNumber(header.getBigUint64(8, littleEndian)) : header.getUint32(4, littleEndian);
  while (offset !== 0) {
    if (seen.has(offset)) throw damaged("The pages of this TIFF form a circle.", `page ${directories.length + 1}`);
    if (directories.length >= MAX_PAGES) throw damaged(`The TIFF has more than ${MAX_PAGES} pages.`, "page list");
    seen.add(offset);
    const { directory, next, length } = await readDirectory(bytes, offset, directories.length, littleEndian, big);
    directoryBytes += length;
    if (directoryBytes > bytes.size)
      throw damaged("The directories of this TIFF lie on top of each other.", `page ${directories.length + 1}`);
    directories.push(directory);
    offset = next;
  }
  if (directories.length === 0) throw damaged("The TIFF holds no page.", "header");
  return { bytes, littleEndian, directories };
}

async function readDirectory(
  bytes: RandomAccessBytes,
  offset: number,
  page: number,
  littleEndian: boolean,
  big: boolean,
): Promise<{ directory: TiffDirectory; next: number; length: number }> {
  const where = `page ${page + 1}`;
  const countBytes = big ? 8 : 2;
  const entryBytes = big ? 20 : 12;
  const nextBytes = big ? 8 : 4;
  const head = viewOf(await bytes.read(offset, countBytes, `the directory of ${where}`));
  const entryCount = big ? toNumber(head.getBigUint64(0, littleEndian)) : head.getUint16(0, littleEndian);
  if (entryCount === 0 || entryCount > MAX_ENTRIES)
    throw damaged(`The directory of ${where} claims ${entryCount} entries.`, where);
  // Some writers leave out the last link: no next page, rather than an error.
  const wanted = entryCount * entryBytes + nextBytes;
  const available = Math.min(wanted, bytes.size - offset - countBytes);
  const needed = entryCount * entryBytes;
  const view = viewOf(await bytes.read(offset + countBytes, Math.max(available, needed), `the directory of ${where}`));
  const entries = new Map<number, TiffEntry>();
  for (let i = 0; i < entryCount; i++) {
    const at = i * entryBytes;
    const tag = view.getUint16(at, littleEndian);
    const type = view.getUint16(at + 2, littleEndian);
    const count = big ? toNumber(view.getBigUint64(at + 4, littleEndian)) : view.getUint32(at + 4, littleEndian);
    const valueAt = at + (big ? 12 : 8);
    const size = TYPE_BYTES[type];
    if (size === undefined || !READ_TAGS.has(tag) || entries.has(tag)) continue;
    const inline = size * count <= (big ? 8 : 4);
    const pointer = big ? toNumber(view.getBigUint64(valueAt, littleEndian)) : view.getUint32(valueAt, littleEndian);
    entries.set(tag, { tag, type, count, offset: inline ? offset + countBytes + valueAt : pointer });
  }
  const hasNext = view.byteLength >= wanted;
  const next = !hasNext
    ? 0
    : big
      ? toNumber(view.getBigUint64(needed, littleEndian))
      : view.getUint32(needed, littleEndian);
  return { directory: { page, entries }, next, length: countBytes + view.byteLength };
}

/** All values of a numeric tag, rationals as quotients; undefined where the tag is absent. */
export async function readNumbers(
  tiff: Tiff,
  directory: TiffDirectory,
  tag: number,
  maxCount: number,
): Promise<number[] | undefined> {
  const entry = directory.entries.get(tag);
  if (!entry) return undefined;
  const where = `tag ${tag} of page ${directory.page + 1}`;
  if (entry.count > maxCount) throw damaged(`A tag has ${entry.count} values where ${maxCount} can be.`, where);
  const size = TYPE_BYTES[entry.type];
  const view = viewOf(await tiff.bytes.read(entry.offset, entry.count * size, where));
  const read = numberReader(view, entry.type, tiff.littleEndian);
  if (!read) throw damaged("A tag that should be a number is not one.", where);
  return Array.from({ length: entry.count }, (_, i) => read(i * size));
}

function numberReader(view: DataView, type: number, le: boolean): ((at: number) => number) | null {
  switch (type) {
    case 1:
    case 7:
      return (at) => view.getUint8(at);
    case 6:
      return (at) => view.getInt8(at);
    case 3:
      return (at) => view.getUint16(at, le);
    case 8:
      return (at) => view.getInt16(at, le);
    case 4:
    case 13:
      return (at) => view.getUint32(at, le);
    case 9:
      return (at) => view.getInt32(at, le);
    case 5:
      return (at) => view.getUint32(at, le) / view.getUint32(at + 4, le);
    case 10:
      return (at) => view.getInt32(at, le) / view.getInt32(at + 4, le);
    case 11:
      return (at) => view.getFloat32(at, le);
    case 12:
      return (at) => view.getFloat64(at, le);
    case 16:
    case 18:
      return (at) => toNumber(view.getBigUint64(at, le));
    case 17:
      return (at) => Number(view.getBigInt64(at, le));
    default:
      return null;
  }
}

/** An OME-XML of a plate with many planes is some MB. */
const MAX_TEXT_BYTES = 32 * 1024 * 1024;

/** Text of an ASCII tag; UTF-8 where it is that, else Latin-1 (ImageJ writes µ so). */
export async function readText(tiff: Tiff, directory: TiffDirectory, tag: number): Promise<string | undefined> {
  const entry = directory.entries.get(tag);
  if (!entry || (entry.type !== 2 && entry.type !== 1 && entry.type !== 7)) return undefined;
  const where = `tag ${tag} of page ${directory.page + 1}`;
  if (entry.count > MAX_TEXT_BYTES) throw damaged(`A text of ${entry.count} bytes is too long.`, where);
  const raw = await tiff.bytes.read(entry.offset, entry.count, where);
  const end = raw.indexOf(0);
  const text = end < 0 ? raw : raw.subarray(0, end);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(text);
  } catch {
    return new TextDecoder("latin1").decode(text);
  }
}
