/**
 * The fixed parts of a zip (PKWARE APPNOTE 6.3.10), made from what is known beforehand: sizes and checksums stand before the bytes, so
 * no descriptor follows them. ZIP64 fields appear where 32 bits are too few.
 */
export interface ZipRecord {
  readonly path: string;
  readonly deflated: boolean;
  readonly crc32: number;
  /** As it is, and as it lies in the zip. */
  readonly bytes: number;
  readonly packedBytes: number;
}

const MAX_32 = 0xffff_ffff;
const MAX_16 = 0xffff;
const PLAIN_VERSION = 20;
const ZIP64_VERSION = 45;
/** Made by a Unix, whose permissions are in the attributes: a plain file that its owner may write. */
const MADE_BY = (3 << 8) | ZIP64_VERSION;
const ATTRIBUTES = (0o100644 << 16) >>> 0;
const UTF8_NAMES = 1 << 11;
/** 1 January 1980, 0:00: of no meaning, and therefore always the same. */
const DOS_TIME = 0;
const DOS_DATE = (1 << 5) | 1;
const ZIP64_EXTRA = 1;

const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;

const isLarge = ({ bytes, packedBytes }: ZipRecord): boolean => bytes >= MAX_32 || packedBytes >= MAX_32;

/** A field of 64-bit numbers that stand in place of those which do not fit. */
function zip64Extra(values: readonly number[]): Buffer {
  if (values.length === 0) return Buffer.alloc(0);
  const extra = Buffer.alloc(4 + values.length * 8);
  extra.writeUInt16LE(ZIP64_EXTRA, 0);
  extra.writeUInt16LE(values.length * 8, 2);
  values.forEach((value, index) => void extra.writeBigUInt64LE(BigInt(value), 4 + index * 8));
  return extra;
}

/** What a local header and the directory say alike: version, flags, method, time, checksum, sizes, length of the name. */
function writeCommon(header: Buffer, at: number, record: ZipRecord, version: number, nameBytes: number): void {
  const large = isLarge(record);
  header.writeUInt16LE(version, at);
  header.writeUInt16LE(UTF8_NAMES, at + 2);
  header.writeUInt16LE(record.deflated ? 8 : 0, at + 4);
  header.writeUInt16LE(DOS_TIME, at + 6);
  header.writeUInt16LE(DOS_DATE, at + 8);
  header.writeUInt32LE(record.crc32, at + 10);
  header.writeUInt32LE(large ? MAX_32 : record.packedBytes, at + 14);
  header.writeUInt32LE(large ? MAX_32 : record.bytes, at + 18);
  header.writeUInt16LE(nameBytes, at + 22);
}

export const localHeaderBytes = (record: ZipRecord): number =>
  LOCAL_BYTES + Buffer.byteLength(record.path) + (isLarge(record) ? 20 : 0);

export function localHeader(record: ZipRecord): Buffer {
  const name = Buffer.from(record.path);
  const extra = zip64Extra(isLarge(record) ? [record.bytes, record.packedBytes] : []);
  const header = Buffer.alloc(LOCAL_BYTES);
  header.writeUInt32LE(0x04034b50, 0);
  writeCommon(header, 4, record, isLarge(record) ? ZIP64_VERSION : PLAIN_VERSION, name.length);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, name, extra]);
}

const centralExtra = (record: ZipRecord, offset: number): number[] => [
  ...(isLarge(record) ? [record.bytes, record.packedBytes] : []),
  ...(offset >= MAX_32 ? [offset] : []),
];

export function centralHeaderBytes(record: ZipRecord, offset: number): number {
  const values = centralExtra(record, offset).length;
  return CENTRAL_BYTES + Buffer.byteLength(record.path) + (values > 0 ? 4 + values * 8 : 0);
}

/** `offset`: of the local header. */
export function centralHeader(record: ZipRecord, offset: number): Buffer {
  const name = Buffer.from(record.path);
  const extra = zip64Extra(centralExtra(record, offset));
  const header = Buffer.alloc(CENTRAL_BYTES);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(MADE_BY, 4);
  writeCommon(header, 6, record, extra.length > 0 ? ZIP64_VERSION : PLAIN_VERSION, name.length);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(ATTRIBUTES, 38);
  header.writeUInt32LE(Math.min(offset, MAX_32), 42);
  return Buffer.concat([header, name, extra]);
}

/** What closes a zip whose directory has `count` records in `sizeBytes` from `offset` on. */
export function endOfZip(count: number, offset: number, sizeBytes: number): Buffer {
  const large = count >= MAX_16 || offset >= MAX_32 || sizeBytes >= MAX_32;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(large ? MAX_16 : count, 8);
  end.writeUInt16LE(large ? MAX_16 : count, 10);
  end.writeUInt32LE(large ? MAX_32 : sizeBytes, 12);
  end.writeUInt32LE(large ? MAX_32 : offset, 16);
  if (!large) return end;
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4); // of what follows
  record.writeUInt16LE(MADE_BY, 12);
  record.writeUInt16LE(ZIP64_VERSION, 14);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(sizeBytes), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + sizeBytes), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([record, locator, end]);
}
