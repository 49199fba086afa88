import type { Dataset } from "h5wasm";
import { decodeBitshuffle } from "../codecs/bitshuffle.ts";
import { decodeBlosc } from "../codecs/blosc.ts";
import { unpackBzip2 } from "../codecs/bzip2.ts";
import { unpackZlib, unpackZstd } from "../codecs/inflate.ts";
import { decodeLz4Block } from "../codecs/lz4-block.ts";
import { decodeLzf } from "../codecs/lzf.ts";
import { unshuffleBytes } from "../codecs/shuffle.ts";

type Filter = Dataset["filters"][number];

/** Of those that come with the library: deflate, shuffle, Fletcher's checksum, szip, n-bit, scale and offset. */
const OF_THE_LIBRARY: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6]);
const FLETCHER = 3;
const SHUFFLE = 2;
const SUM_BYTES = 4;

/** Undoes a filter; what it was given had `size` bytes. Numbers: https://support.hdfgroup.org/services/contributions.html */
type Undo = (bytes: Uint8Array, size: number, parameters: readonly number[]) => Promise<Uint8Array>;

const undoOf: Readonly<Record<number, Undo>> = {
  1: unpackZlib,
  [SHUFFLE]: async (bytes, size, [typeBytes = 1]) => {
    if (typeBytes < 1 || typeBytes > size) throw new RangeError("its shuffle is absurd");
    const out = new Uint8Array(bytes.length);
    unshuffleBytes(bytes, out, typeBytes);
    return out;
  },
  [FLETCHER]: async (bytes) => {
    const body = bytes.subarray(0, Math.max(0, bytes.length - SUM_BYTES));
    if (bytes.length < SUM_BYTES || fletcher32(body) !== viewOf(bytes).getUint32(body.length, true))
      throw new RangeError("its checksum differs");
    return body;
  },
  307: unpackBzip2,
  32000: async (bytes, size) => decodeLzf(bytes, size),
  32001: decodeBlosc,
  32004: async (bytes, size) => decodeLz4Frames(bytes, size),
  32008: decodeBitshuffle,
  32015: unpackZstd,
};

const PACKS_NOTHING: ReadonlySet<number> = new Set([SHUFFLE, FLETCHER]);

/** Whether chunks can be smaller in the file than in memory. */
export const packs = (filters: readonly Filter[]): boolean => filters.some(({ id }) => !PACKS_NOTHING.has(id));

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Whether chunks have to be unpacked here, as the library cannot. */
export const isPackedOtherwise = (filters: readonly Filter[]): boolean =>
  filters.some(({ id }) => !OF_THE_LIBRARY.has(id));

/** Why chunks cannot be unpacked, as the rest of a sentence; or null. */
export function filterObjection(filters: readonly Filter[]): string | null {
  if (!isPackedOtherwise(filters)) return null;
  const unknown = filters.find(({ id }) => !(id in undoOf));
  if (unknown)
    return `it is packed with the filter ${unknown.name.split(";")[0].slice(0, 60) || unknown.id}, which is not known here. Save it with gzip or without.`;
  return filters.filter(({ id }) => !PACKS_NOTHING.has(id)).length > 1
    ? "it is packed twice, which is not read. Save it with gzip or without."
    : null;
}

/** A chunk of `size` bytes from what lies in the file. Rejects what is damaged. */
export async function unpackChunk(packed: Uint8Array, size: number, filters: readonly Filter[]): Promise<Uint8Array> {
  let bytes = packed;
  for (let i = filters.length - 1; i >= 0; i--) {
    const sums = filters.slice(0, i).filter(({ id }) => id === FLETCHER).length;
    bytes = await undoOf[filters[i].id](bytes, size + SUM_BYTES * sums, filters[i].cd_values);
  }
  if (bytes.length !== size) throw new RangeError(`it holds ${bytes.length} of ${size} bytes`);
  return bytes;
}

/** The plugin's frame: the size, the size of a block, and each block with its packed size; big-endian. */
function decodeLz4Frames(bytes: Uint8Array, size: number): Uint8Array {
  const view = viewOf(bytes);
  if (bytes.length < 12 || view.getUint32(0) !== 0 || view.getUint32(4) !== size)
    throw new RangeError("its size is another");
  const blockBytes = Math.min(view.getUint32(8), size);
  const out = new Uint8Array(size);
  let at = 12;
  for (let start = 0; start < size; start += blockBytes) {
    const length = Math.min(blockBytes, size - start);
    const packed = at + 4 <= bytes.length ? view.getUint32(at) : bytes.length;
    at += 4;
    if (length === 0 || at + packed > bytes.length) throw new RangeError("it ends too early");
    const part = bytes.subarray(at, at + packed);
    // What did not get smaller is kept as it was.
    out.set(packed === length ? part : decodeLz4Block(part, length), start);
    at += packed;
  }
  return out;
}

/** Sums are folded before they can overflow. */
const WORDS_AT_ONCE = 360;

/** HDF5's Fletcher-32: big-endian words of 16 bits, an odd byte at the end as the upper half of one. */
function fletcher32(bytes: Uint8Array): number {
  const fold = (sum: number): number => (sum & 0xffff) + (sum >>> 16);
  let first = 0;
  let second = 0;
  for (let at = 0; at < bytes.length; ) {
    for (let words = 0; words < WORDS_AT_ONCE && at < bytes.length; words++, at += 2) {
      first += (bytes[at] << 8) | (bytes[at + 1] ?? 0);
      second += first;
    }
    first = fold(first);
    second = fold(second);
  }
  return ((fold(second) << 16) | fold(first)) >>> 0;
}
