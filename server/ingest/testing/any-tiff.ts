import * as zlib from "node:zlib";

export interface TiffOptions {
  readonly big?: boolean;
  readonly littleEndian?: boolean;
  /** 1 none, 8 deflate, 32773 PackBits (as literals), 50000 Zstandard. */
  readonly compression?: 1 | 8 | 32773 | 50000;
  readonly rowsPerStrip?: number;
  readonly description?: string;
}

/** A stack of uint16 as classic TIFF or BigTIFF of either byte order, written independently of the readers. */
export function writeAnyTiff(
  pixels: Uint16Array,
  [sizeZ, sizeY, sizeX]: readonly [number, number, number],
  { big = false, littleEndian = true, compression = 1, rowsPerStrip = sizeY, description = "" }: TiffOptions,
): Buffer {
  const parts: Buffer[] = [];
  let length = 0;
  const append = (part: Buffer): number => {
    const at = length;
    parts.push(part);
    length += part.length;
    return at;
  };
  const word = (bytes: 2 | 4 | 8, value: number): Buffer => {
    const out = Buffer.alloc(bytes);
    if (bytes === 8) littleEndian ? out.writeBigUInt64LE(BigInt(value)) : out.writeBigUInt64BE(BigInt(value));
    else littleEndian ? out.writeUIntLE(value, 0, bytes) : out.writeUIntBE(value, 0, bytes);
    return out;
  };
  const pointer = big ? 8 : 4;
  append(Buffer.from(littleEndian ? "II" : "MM"));
  append(word(2, big ? 43 : 42));
  if (big) append(Buffer.concat([word(2, 8), word(2, 0)]));
  // Filled in at the end: where the first directory is.
  const first = parts.length;
  append(word(pointer, 0));
  const textAt = description ? append(Buffer.from(`${description}\0`, "utf8")) : 0;
  const directories: { readonly part: number; readonly at: number; readonly next: number }[] = [];
  for (let z = 0; z < sizeZ; z++) {
    const strips: { at: number; bytes: number }[] = [];
    for (let y = 0; y < sizeY; y += rowsPerStrip) {
      const rows = pixels.slice((z * sizeY + y) * sizeX, (z * sizeY + Math.min(sizeY, y + rowsPerStrip)) * sizeX);
      const plain = Buffer.from(rows.buffer);
      if (!littleEndian) plain.swap16();
      const packed = pack(plain, compression);
      strips.push({ at: append(packed), bytes: packed.length });
    }
    if (length % 2) append(Buffer.alloc(1));
    const long = big ? 16 : 4;
    const table = (values: readonly number[]) =>
      values.length === 1 ? values[0] : append(Buffer.concat(values.map((value) => word(pointer, value))));
    const offsets = table(strips.map(({ at }) => at));
    const counts = table(strips.map(({ bytes }) => bytes));
    const entries: [tag: number, type: number, count: number, value: number][] = [
      [256, 4, 1, sizeX],
      [257, 4, 1, sizeY],
      [258, 3, 1, 16],
      [259, 3, 1, compression],
      [262, 3, 1, 1],
      ...(description && z === 0
        ? [[270, 2, Buffer.byteLength(description) + 1, textAt] as [number, number, number, number]]
        : []),
      [273, long, strips.length, offsets],
      [277, 3, 1, 1],
      [278, 4, 1, rowsPerStrip],
      [279, long, strips.length, counts],
      [339, 3, 1, 1],
    ];
    const at = append(word(big ? 8 : 2, entries.length));
    for (const [tag, type, count, value] of entries) {
      const inline = type === 3 ? word(2, value) : type === 4 && big ? word(4, value) : word(pointer, value);
      append(
        Buffer.concat([
          word(2, tag),
          word(2, type),
          word(pointer, count),
          inline,
          Buffer.alloc(pointer - inline.length),
        ]),
      );
    }
    directories.push({ part: parts.length, at, next: 0 });
    append(word(pointer, 0));
  }
  parts[first] = word(pointer, directories[0].at);
  directories.forEach(({ part }, i) => {
    parts[part] = word(pointer, directories[i + 1]?.at ?? 0);
  });
  return Buffer.concat(parts);
}

function pack(plain: Buffer, compression: number): Buffer {
  if (compression === 8) return zlib.deflateSync(plain);
  if (compression === 50000)
    return (zlib as unknown as { zstdCompressSync(b: Buffer): Buffer }).zstdCompressSync(plain);
  return compression === 32773 ? packLiterals(plain) : plain;
}

function packLiterals(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 128) {
    const run = bytes.subarray(at, at + 128);
    parts.push(Buffer.of(run.length - 1), run);
  }
  return Buffer.concat(parts);
}
