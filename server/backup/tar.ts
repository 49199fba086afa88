import { Problem } from "../../core/problem.ts";

/** POSIX tar (ustar), with a PAX record (POSIX.1-2001) before an entry whose name or size it has no room for. */

export const TAR_BLOCK = 512;
const NAME_BYTES = 100;
const PREFIX_BYTES = 155;
/** Eleven octal digits. */
const MAX_USTAR_SIZE = 0o77777777777;
const MAX_PAX_BYTES = 4096;

export interface TarEntry {
  readonly name: string;
  readonly size: number;
}

export const paddingOf = (size: number): number => (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK;

/** Everything that stands before the bytes of a file. */
export function tarHeader({ name, size }: TarEntry, modifiedAt: Date): Buffer {
  const place = splitName(name);
  const records: string[] = [];
  if (!place) records.push(paxRecord("path", name));
  if (size > MAX_USTAR_SIZE) records.push(paxRecord("size", String(size)));
  const header = ustarHeader(place ?? { name: `long/${name.slice(-90)}`, prefix: "" }, "0", size, modifiedAt);
  if (records.length === 0) return header;
  const extended = Buffer.from(records.join(""));
  return Buffer.concat([
    ustarHeader({ name: "pax", prefix: "" }, "x", extended.length, modifiedAt),
    extended,
    Buffer.alloc(paddingOf(extended.length)),
    header,
  ]);
}

/** Two empty blocks. */
export const tarEnd = (): Buffer => Buffer.alloc(2 * TAR_BLOCK);

/**
 * The next file's name and size, or null at the end. Only what `tarHeader` writes is taken: no links, no folders, no
 * devices. `read` gives exactly that many bytes or throws.
 */
export async function readTarHeader(read: (bytes: number) => Promise<Buffer>): Promise<TarEntry | null> {
  let header = await read(TAR_BLOCK);
  if (header.every((byte) => byte === 0)) return null;
  const extended = new Map<string, string>();
  if (typeOf(header) === "x") {
    const size = sizeOf(header);
    if (size > MAX_PAX_BYTES) throw damaged("a record of it is too long");
    const records = await read(size + paddingOf(size));
    for (const [key, value] of readPaxRecords(records.subarray(0, size))) extended.set(key, value);
    header = await read(TAR_BLOCK);
  }
  if (typeOf(header) !== "0") throw damaged("it holds something other than files");
  const prefix = text(header, 345, PREFIX_BYTES);
  const name = extended.get("path") ?? (prefix ? `${prefix}/` : "") + text(header, 0, NAME_BYTES);
  const size = Number(extended.get("size") ?? sizeOf(header));
  if (!Number.isSafeInteger(size) || size < 0) throw damaged("a size in it is no number");
  return { name, size };
}

export const damaged = (how: string): Problem =>
  new Problem({
    tag: "backup-damaged",
    what: `This backup is damaged, or is none: ${how}.`,
    hint: "Nothing was changed. Take another copy of it.",
  });

function splitName(name: string): { name: string; prefix: string } | null {
  if (Buffer.byteLength(name) <= NAME_BYTES) return { name, prefix: "" };
  for (let at = name.indexOf("/"); at > 0; at = name.indexOf("/", at + 1)) {
    const [prefix, rest] = [name.slice(0, at), name.slice(at + 1)];
    if (Buffer.byteLength(prefix) > PREFIX_BYTES) return null;
    if (rest && Buffer.byteLength(rest) <= NAME_BYTES) return { name: rest, prefix };
  }
  return null;
}

function ustarHeader(place: { name: string; prefix: string }, type: "0" | "x", size: number, modifiedAt: Date): Buffer {
  const header = Buffer.alloc(TAR_BLOCK);
  const octal = (value: number, at: number, digits: number) =>
    header.write(value.toString(8).padStart(digits, "0"), at, "latin1");
  header.write(place.name, 0);
  octal(0o600, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(Math.min(size, MAX_USTAR_SIZE), 124, 11);
  octal(Math.floor(modifiedAt.getTime() / 1000), 136, 11);
  header.write(`        ${type}`, 148, "latin1"); // the checksum counts as blanks
  header.write("ustar\x0000", 257, "latin1");
  header.write(place.prefix, 345);
  octal(checksum(header), 148, 6);
  header.write("\0 ", 154, "latin1");
  return header;
}

const checksum = (header: Buffer): number => header.reduce((sum, byte) => sum + byte, 0);

/** "length key=value\n", where the length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest);
  while (length !== Buffer.byteLength(rest) + String(length).length)
    length = Buffer.byteLength(rest) + String(length).length;
  return `${length}${rest}`;
}

function* readPaxRecords(records: Buffer): Iterable<[string, string]> {
  for (let at = 0; at < records.length; ) {
    const found = /^(\d{1,5}) /.exec(records.toString("latin1", at, at + 6));
    const length = Number(found?.[1]);
    const record = records.toString("utf8", at + (found?.[0].length ?? 0), at + length);
    const equals = record.indexOf("=");
    if (!found || length === 0 || at + length > records.length || equals < 1 || !record.endsWith("\n"))
      throw damaged("a record of it cannot be read");
    yield [record.slice(0, equals), record.slice(equals + 1, -1)];
    at += length;
  }
}

function typeOf(header: Buffer): string {
  const said = header.toString("latin1", 148, 154);
  const blank = Buffer.from(header).fill(0x20, 148, 156);
  // As we write it, digit for digit.
  if (said !== checksum(blank).toString(8).padStart(6, "0")) throw damaged("what should be the head of a file is not");
  return String.fromCharCode(header[156]);
}

const sizeOf = (header: Buffer): number => Number.parseInt(text(header, 124, 12), 8);

function text(header: Buffer, at: number, bytes: number): string {
  const field = header.subarray(at, at + bytes);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end < 0 ? bytes : end).trim();
}
