import * as zlib from "node:zlib";
import { type BlockLayout, decodeJpeg2000, decodeLerc, decodePngBlock } from "./picture-codecs.ts";

/** Returns fewer bytes than asked where the data ends early; the caller says which strip that is. Never more than `maxBytes`. */
export type Decompress = (
  source: Uint8Array,
  maxBytes: number,
  layout: BlockLayout,
) => Uint8Array | Promise<Uint8Array>;

export interface TiffDecoder {
  readonly decompress: Decompress;
  /** The most that one byte can become: a bound against absurd headers. */
  readonly maxExpansion: number;
  /** It yields samples in the order of this machine, without predictor: a picture format of its own. */
  readonly isImage?: boolean;
}

/** Zstandard and picture formats pack an empty block of any size into some bytes; blocks have a bound of their own. */
const ANY_EXPANSION = 2 ** 27;

/** By compression, tag 259. */
export const tiffDecoders: ReadonlyMap<number, TiffDecoder> = new Map<number, TiffDecoder>([
  [1, { decompress: (source: Uint8Array, maxBytes: number) => source.subarray(0, maxBytes), maxExpansion: 1 }],
  [5, { decompress: decodeLzw, maxExpansion: 3641 }], // 4096 bytes per 9-bit code, as a bound
  [8, { decompress: inflate, maxExpansion: 1033 }], // zlib's own limit is 1032 : 1
  [32946, { decompress: inflate, maxExpansion: 1033 }],
  [32773, { decompress: decodePackBits, maxExpansion: 64 }],
  [33005, picture(decodeJpeg2000)],
  [34712, picture(decodeJpeg2000)],
  [34887, { decompress: decodePackedLerc, maxExpansion: ANY_EXPANSION, isImage: true }],
  [34933, picture(decodePngBlock)],
  [50000, { decompress: decodeZstd, maxExpansion: ANY_EXPANSION }],
]);

function picture(decode: (source: Uint8Array, layout: BlockLayout) => Uint8Array | Promise<Uint8Array>): TiffDecoder {
  return {
    decompress: (source, _maxBytes, layout) => decode(source, layout),
    maxExpansion: ANY_EXPANSION,
    isImage: true,
  };
}

/** What is packed a second time is at most a little larger than the voxels. */
function decodePackedLerc(source: Uint8Array, maxBytes: number, layout: BlockLayout): Promise<Uint8Array> {
  const unpack = [(bytes: Uint8Array) => bytes, inflate, decodeZstd][layout.lercPacking];
  if (!unpack) throw new Error(`its LERC is packed in the way ${layout.lercPacking}, which is not known`);
  return decodeLerc(unpack(source, 2 * maxBytes), layout);
}

/** Node has it since 22.15. */
const zstdDecompress = (zlib as { zstdDecompressSync?: (source: Uint8Array, options: zlib.ZlibOptions) => Buffer })
  .zstdDecompressSync;

export function decodeZstd(source: Uint8Array, maxBytes: number): Uint8Array {
  if (!zstdDecompress) throw new Error("Zstandard is read with Node 22.15 or newer");
  return zstdDecompress(source, { maxOutputLength: maxBytes + SLACK_BYTES }).subarray(0, maxBytes);
}

/** Some writers pad strips, and zlib reports anything longer than asked as an error. */
const SLACK_BYTES = 65_536;

export function inflate(source: Uint8Array, maxBytes: number): Uint8Array {
  return zlib.inflateSync(source, { maxOutputLength: maxBytes + SLACK_BYTES }).subarray(0, maxBytes);
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
