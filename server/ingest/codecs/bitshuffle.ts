import { type Inflate, unpackZstd } from "./inflate.ts";
import { decodeLz4Block } from "./lz4-block.ts";
import { unshuffleBits } from "./shuffle.ts";

/** Without a block size of the file's own: so many bytes. */
const TARGET_BLOCK_BYTES = 8192;
const MIN_BLOCK_ELEMENTS = 128;

const defaultBlock = (typeBytes: number): number =>
  Math.max(MIN_BLOCK_ELEMENTS, Math.floor(TARGET_BLOCK_BYTES / typeBytes / 8) * 8);

/** How its blocks are packed: the fifth parameter of the filter. */
const unpackers: Readonly<Partial<Record<number, Inflate>>> = {
  2: async (bytes, size) => decodeLz4Block(bytes, size),
  3: unpackZstd,
};

/**
 * The HDF5 filter `bitshuffle`: blocks of elements whose bits are transposed, packed by LZ4 or Zstandard or not at all. Elements
 * that make no whole byte at the end come as they are.
 * @param parameters of the filter: two of its version, bytes of an element, elements of a block, packing
 */
export async function decodeBitshuffle(
  bytes: Uint8Array,
  size: number,
  parameters: readonly number[],
): Promise<Uint8Array> {
  const [, , typeBytes = 0, blockElements = 0, packing = 0] = parameters;
  if (typeBytes < 1 || typeBytes > 64 || size % typeBytes !== 0) throw new RangeError("its element size is absurd");
  const unpack = unpackers[packing];
  if (packing !== 0 && !unpack) throw new RangeError(`bitshuffle with packing ${packing} is not read`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let block = (blockElements || defaultBlock(typeBytes)) * typeBytes;
  if (unpack) {
    if (bytes.length < 12 || view.getUint32(0) !== 0 || view.getUint32(4) !== size)
      throw new RangeError("its size is another");
    block = view.getUint32(8) || defaultBlock(typeBytes) * typeBytes;
    at = 12;
  }
  if (block % (8 * typeBytes) !== 0) throw new RangeError("its blocks are no whole bytes of bits");
  const out = new Uint8Array(size);
  const whole = size - (size % (8 * typeBytes));
  for (let start = 0; start < whole; start += block) {
    const length = Math.min(block, whole - start);
    let packed = length;
    if (unpack) {
      if (at + 4 > bytes.length) throw new RangeError("it ends too early");
      packed = view.getUint32(at);
      at += 4;
    }
    if (at + packed > bytes.length) throw new RangeError("it ends too early");
    const part = bytes.subarray(at, at + packed);
    const shuffled = unpack ? await unpack(part, length) : part;
    if (shuffled.length !== length) throw new RangeError(`a block holds ${shuffled.length} of ${length} bytes`);
    unshuffleBits(shuffled, out.subarray(start, start + length), typeBytes);
    at += packed;
  }
  if (bytes.length - at !== size - whole) throw new RangeError("its length is another");
  out.set(bytes.subarray(at), whole);
  return out;
}
