import { inflateSync } from "node:zlib";

/** Returns fewer bytes than asked where the data ends early; the caller says which strip that is. Never more than `maxBytes`. */
export type Decompress = (source: Uint8Array, maxBytes: number) => Uint8Array;

/** Compression tag 259 -> decoder and the most that one byte can become (the bound against absurd headers). */
export const tiffDecoders: ReadonlyMap<number, { decompress: Decompress; maxExpansion: number }> = new Map([
  [1, { decompress: (source: Uint8Array, maxBytes: number) => source.subarray(0, maxBytes), maxExpansion: 1 }],
  [5, { decompress: decodeLzw, maxExpansion: 3641 }], // 4096 bytes per 9-bit code, as a bound
  [8, { decompress: inflate, maxExpansion: 1033 }], // zlib's own limit is 1032 : 1
  [32946, { decompress: inflate, maxExpansion: 1033 }],
  [32773, { decompress: decodePackBits, maxExpansion: 64 }],
]);

export const compressionNames: Readonly<Record<number, string>> = {
  2: "CCITT",
  3: "CCITT fax 3",
  4: "CCITT fax 4",
  6: "old JPEG",
  7: "JPEG",
  33003: "JPEG 2000",
  33005: "JPEG 2000",
  34712: "JPEG 2000",
  34887: "LERC",
  34925: "LZMA",
  34933: "PNG",
  50000: "Zstandard",
  50001: "WebP",
};

function inflate(source: Uint8Array, maxBytes: number): Uint8Array {
  // One byte more than asked is allowed: some writers pad strips, and zlib reports anything longer as an error.
  return inflateSync(source, { maxOutputLength: maxBytes + 65_536 }).subarray(0, maxBytes);
}

/** Apple's run lengths: n >= 0 copies n + 1 bytes, -127…-1 repeats the next byte 1 - n times, -128 does nothing. */
export function decodePackBits(source: Uint8Array, maxBytes: number): Uint8Array {
  const out = new Uint8Array(maxBytes);
  let at = 0;
  let end = 0;
  while (at < source.length && end < maxBytes) {
    const header = (source[at++] << 24) >> 24;
    if (header >= 0) {
      const take = Math.min(header + 1, source.length - at, maxBytes - end);
      out.set(source.subarray(at, at + take), end);
      at += header + 1;
      end += take;
    } else if (header !== -128 && at < source.length) {
      const until = Math.min(end + 1 - header, maxBytes);
      out.fill(source[at++], end, until);
      end = until;
    }
  }
  return out.subarray(0, end);
}

const CLEAR = 256;
const END_OF_INFORMATION = 257;

/**
 * TIFF LZW: codes of 9 to 12 bits, most significant bit first, widened one code early. Strings are written backwards
 * along the prefix chain; a code beyond the table or a string beyond `maxBytes` ends the block.
 */
export function decodeLzw(source: Uint8Array, maxBytes: number): Uint8Array {
  const out = new Uint8Array(maxBytes);
  const prefix = new Uint16Array(4096);
  const suffix = new Uint8Array(4096);
  const lengths = new Uint16Array(4096);
  for (let i = 0; i < 256; i++) {
    suffix[i] = i;
    lengths[i] = 1;
  }
  let end = 0;
  let next = 258;
  let bits = 9;
  let buffer = 0;
  let buffered = 0;
  let previous = -1;
  let at = 0;
  while (end < maxBytes) {
    while (buffered < bits) {
      if (at >= source.length) return out.subarray(0, end);
      buffer = ((buffer << 8) | source[at++]) & 0xffffff;
      buffered += 8;
    }
    buffered -= bits;
    const code = (buffer >>> buffered) & ((1 << bits) - 1);
    if (code === END_OF_INFORMATION) break;
    if (code === CLEAR) {
      next = 258;
      bits = 9;
      previous = -1;
      continue;
    }
    const known = code < next && code !== CLEAR;
    if (previous < 0 ? code > 255 : !known && code !== next) break; // not a code of this table: damaged
    const string = known ? code : previous;
    const length = lengths[string];
    // The first byte of the string is needed even where the string itself no longer fits.
    let walk = string;
    for (let q = end + length - 1; q >= end; q--) {
      if (q < maxBytes) out[q] = suffix[walk];
      if (q === end) break;
      walk = prefix[walk];
    }
    const first = suffix[walk];
    end += length;
    if (!known && end < maxBytes) out[end++] = first;
    else if (!known) end++;
    if (previous >= 0 && next < 4096) {
      prefix[next] = previous;
      suffix[next] = first;
      lengths[next] = Math.min(lengths[previous] + 1, 65_535);
      next++;
      if (next === 511 || next === 1023 || next === 2047) bits++;
    }
    previous = code;
  }
  return out.subarray(0, Math.min(end, maxBytes));
}
