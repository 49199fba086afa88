/**
 * Bzip2 (the format of bzip2 1.0): a header, blocks of up to 900 kB (run lengths, Burrows-Wheeler, move to front, Huffman), each
 * with a checksum, and a checksum of all. https://github.com/dsnet/compress/blob/master/doc/bzip2-format.pdf
 */
const BLOCK_MAGIC = 0x314159265359;
const END_MAGIC = 0x177245385090;
const GROUP_SYMBOLS = 50;
const MAX_CODE_BITS = 20;
const MAX_SELECTORS = 18_002;

const damaged = (what: string): RangeError => new RangeError(`its bzip2 data is damaged: ${what}`);

/** Bits, the highest of a byte first. */
class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }
  bit(): number {
    const byte = this.#bytes[this.#at >> 3];
    if (byte === undefined) throw damaged("it ends too early");
    return (byte >> (7 - (this.#at++ & 7))) & 1;
  }
  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 2 + this.bit();
    return value;
  }
  /** Streams begin with whole bytes. */
  toByte(): number {
    this.#at = (this.#at + 7) & ~7;
    return this.#bytes.length - (this.#at >> 3);
  }
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n << 24;
  for (let bit = 0; bit < 8; bit++) c = c & 0x80000000 ? (c << 1) ^ 0x04c11db7 : c << 1;
  return c >>> 0;
});

/** Rejects damaged data and more than `maxBytes`, before more is kept. */
export async function unpackBzip2(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const reader = new BitReader(bytes);
  const parts: Uint8Array[] = [];
  let length = 0;
  do {
    if (reader.bits(24) !== 0x425a68) throw damaged("no header");
    const level = reader.bits(8) - 0x30;
    if (level < 1 || level > 9) throw damaged("its level");
    let sum = 0;
    for (let magic = reader.bits(48); magic !== END_MAGIC; magic = reader.bits(48)) {
      if (magic !== BLOCK_MAGIC) throw damaged("no block");
      const expected = reader.bits(32);
      const part = readBlock(reader, level * 100_000, maxBytes - length);
      const found = checksum(part);
      if (found !== expected) throw damaged("a checksum differs");
      sum = (((sum << 1) | (sum >>> 31)) ^ found) >>> 0;
      parts.push(part);
      length += part.length;
    }
    if (reader.bits(32) !== sum) throw damaged("its checksum differs");
  } while (reader.toByte() > 0);
  return Buffer.concat(parts);
}

function checksum(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = ((c << 8) ^ CRC[(c >>> 24) ^ byte]) >>> 0;
  return ~c >>> 0;
}

function readBlock(reader: BitReader, maxBlock: number, maxBytes: number): Uint8Array {
  if (reader.bit()) throw damaged("randomised blocks are not read");
  const origin = reader.bits(24);
  const used = usedBytes(reader);
  const tables = reader.bits(3);
  const selectors = readSelectors(reader, tables);
  const codes = Array.from({ length: tables }, () => readCode(reader, used.length + 2));
  const last = readSymbols(reader, used, selectors, codes, maxBlock);
  if (origin >= last.length) throw damaged("its origin");
  return expandRuns(undoBurrowsWheeler(last, origin), maxBytes);
}

/** Which bytes occur, by two levels of bits. */
function usedBytes(reader: BitReader): number[] {
  const ranges = reader.bits(16);
  const used: number[] = [];
  for (let range = 0; range < 16; range++) {
    if (!((ranges >> (15 - range)) & 1)) continue;
    const bits = reader.bits(16);
    for (let i = 0; i < 16; i++) if ((bits >> (15 - i)) & 1) used.push(range * 16 + i);
  }
  if (used.length === 0) throw damaged("no bytes");
  return used;
}

function readSelectors(reader: BitReader, tables: number): Uint8Array {
  const count = reader.bits(15);
  if (tables < 2 || tables > 6 || count === 0) throw damaged("its tables");
  const recent = Array.from({ length: tables }, (_, i) => i);
  const selectors = new Uint8Array(Math.min(count, MAX_SELECTORS));
  for (let i = 0; i < count; i++) {
    let place = 0;
    while (reader.bit()) if (++place >= tables) throw damaged("a selector");
    const [table] = recent.splice(place, 1);
    recent.unshift(table);
    if (i < selectors.length) selectors[i] = table;
  }
  return selectors;
}

/** Symbols by the length of their code and its place among those of that length. */
interface Code {
  readonly firstCode: readonly number[];
  readonly counts: readonly number[];
  readonly offsets: readonly number[];
  readonly symbols: readonly number[];
}

function readCode(reader: BitReader, alphabet: number): Code {
  let bits = reader.bits(5);
  const lengths: number[] = [];
  for (let symbol = 0; symbol < alphabet; symbol++) {
    for (;;) {
      if (bits < 1 || bits > MAX_CODE_BITS) throw damaged("a code");
      if (!reader.bit()) break;
      bits += reader.bit() ? -1 : 1;
    }
    lengths.push(bits);
  }
  const counts = Array.from({ length: MAX_CODE_BITS + 1 }, (_, length) => lengths.filter((n) => n === length).length);
  const firstCode = [0];
  const offsets = [0];
  for (let length = 1; length <= MAX_CODE_BITS; length++) {
    firstCode[length] = (firstCode[length - 1] + (counts[length - 1] ?? 0)) * 2;
    offsets[length] = offsets[length - 1] + counts[length - 1];
  }
  const symbols = lengths.map((_, symbol) => symbol).sort((a, b) => lengths[a] - lengths[b] || a - b);
  return { firstCode, counts, offsets, symbols };
}

function nextSymbol(reader: BitReader, { firstCode, counts, offsets, symbols }: Code): number {
  let code = 0;
  for (let length = 1; length <= MAX_CODE_BITS; length++) {
    code = code * 2 + reader.bit();
    const place = code - firstCode[length];
    if (place >= 0 && place < counts[length]) return symbols[offsets[length] + place];
  }
  throw damaged("a symbol");
}

/** Huffman codes, runs of the front byte in two digits that count as 1 and 2, and move to front. */
function readSymbols(
  reader: BitReader,
  front: number[],
  selectors: Uint8Array,
  codes: readonly Code[],
  maxBlock: number,
): Uint8Array {
  const end = front.length + 1;
  const out = new Uint8Array(maxBlock);
  let length = 0;
  let run = 0;
  let weight = 1;
  for (let read = 0; ; read++) {
    const selector = selectors[Math.floor(read / GROUP_SYMBOLS)];
    if (selector === undefined) throw damaged("its selectors end too early");
    const symbol = nextSymbol(reader, codes[selector]);
    if (symbol <= 1) {
      run += weight << symbol;
      weight *= 2;
      if (run > maxBlock) throw damaged("a run");
      continue;
    }
    if (length + run > maxBlock) throw damaged("a block is too long");
    out.fill(front[0], length, length + run);
    length += run;
    run = 0;
    weight = 1;
    if (symbol === end) return out.subarray(0, length);
    if (length >= maxBlock) throw damaged("a block is too long");
    const [byte] = front.splice(symbol - 1, 1);
    front.unshift(byte);
    out[length++] = byte;
  }
}

function undoBurrowsWheeler(last: Uint8Array, origin: number): Uint8Array {
  const starts = new Uint32Array(257);
  for (const byte of last) starts[byte + 1]++;
  for (let i = 1; i < 257; i++) starts[i] += starts[i - 1];
  const next = new Uint32Array(last.length);
  for (let i = 0; i < last.length; i++) next[starts[last[i]]++] = i;
  const out = new Uint8Array(last.length);
  for (let i = 0, at = next[origin]; i < out.length; i++, at = next[at]) out[i] = last[at];
  return out;
}

/** After four equal bytes comes the number of further ones. */
function expandRuns(bytes: Uint8Array, maxBytes: number): Uint8Array {
  let total = 0;
  const walk = (take: (byte: number, count: number) => void): void => {
    let equal = 0;
    for (let i = 0; i < bytes.length; i++) {
      if (equal === 4) {
        take(bytes[i - 1], bytes[i]);
        equal = 0;
        continue;
      }
      equal = equal > 0 && bytes[i] === bytes[i - 1] ? equal + 1 : 1;
      take(bytes[i], 1);
    }
  };
  walk((_, count) => {
    total += count;
  });
  if (total > maxBytes) throw new RangeError(`it unpacks to more than the ${maxBytes} bytes it can have`);
  const out = new Uint8Array(total);
  let at = 0;
  walk((byte, count) => {
    out.fill(byte, at, at + count);
    at += count;
  });
  return out;
}
