import { type Inflate, unpackZlib, unpackZstd } from "./inflate.ts";
import { copyMatch, decodeLz4Block } from "./lz4-block.ts";
import { unshuffleBits, unshuffleBytes } from "./shuffle.ts";

/**
 * Blosc 1 (the chunk format of c-blosc 1.x): a header, the starts of its blocks, and for each block one or several streams.
 * Our own, as the libraries at hand ignore what the C code reports of damaged data and hand out what lay in memory.
 */
interface Header {
  readonly flags: number;
  readonly typeBytes: number;
  readonly size: number;
  readonly blockBytes: number;
}

const HEADER_BYTES = 16;
const FLAG = { byteShuffle: 1, copied: 2, bitShuffle: 4, oneStream: 16 } as const;
/** Blocks are split into a stream per byte of the type where there is enough of each. */
const MAX_STREAMS = 16;
const MIN_STREAM_BYTES = 128;

const damaged = (what: string): RangeError => new RangeError(`its Blosc data is damaged: ${what}`);

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function readHeader(bytes: Uint8Array): Header {
  if (bytes.length < HEADER_BYTES) throw damaged(`${bytes.length} bytes`);
  const view = viewOf(bytes);
  const [size, blockBytes, packed] = [4, 8, 12].map((at) => view.getUint32(at, true));
  if (bytes[0] < 1 || bytes[0] > 2) throw damaged(`format ${bytes[0]}`);
  if (packed !== bytes.length) throw damaged(`${bytes.length} of ${packed} bytes`);
  if (size > 0 && (blockBytes === 0 || blockBytes > size || bytes[3] === 0)) throw damaged("its header");
  return { flags: bytes[2], typeBytes: bytes[3], size, blockBytes };
}

/** Refuses (RangeError) damaged data and more than `maxBytes`, before anything is allocated. */
export async function decodeBlosc(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const header = readHeader(bytes);
  const { size, blockBytes, flags } = header;
  if (size > maxBytes) throw new RangeError(`it unpacks to ${size} bytes, more than the ${maxBytes} it can have`);
  if (size === 0) return new Uint8Array(0);
  if (flags & FLAG.copied) {
    if (bytes.length !== size + HEADER_BYTES) throw damaged("its length");
    return bytes.subarray(HEADER_BYTES);
  }
  const decodeStream = streamDecoder(flags >> 5);
  const blocks = Math.ceil(size / blockBytes);
  if (HEADER_BYTES + 4 * blocks > bytes.length) throw damaged("the starts of its blocks");
  const view = viewOf(bytes);
  const out = new Uint8Array(size);
  for (let block = 0; block < blocks; block++) {
    const first = block * blockBytes;
    const length = Math.min(blockBytes, size - first);
    const start = view.getUint32(HEADER_BYTES + 4 * block, true);
    const streams = streamsOf(header, length);
    const shuffled = await readBlock(bytes, start, length, streams, decodeStream);
    unshuffle(header, shuffled, out.subarray(first, first + length));
  }
  return out;
}

function streamsOf({ flags, typeBytes, blockBytes }: Header, length: number): number {
  const split =
    !(flags & FLAG.oneStream) &&
    typeBytes <= MAX_STREAMS &&
    blockBytes / typeBytes >= MIN_STREAM_BYTES &&
    length === blockBytes;
  return split ? typeBytes : 1;
}

async function readBlock(
  bytes: Uint8Array,
  start: number,
  length: number,
  streams: number,
  decodeStream: Inflate,
): Promise<Uint8Array> {
  const view = viewOf(bytes);
  const streamBytes = Math.floor(length / streams);
  const block = new Uint8Array(length);
  let at = start;
  for (let stream = 0; stream < streams; stream++) {
    if (at < HEADER_BYTES || at + 4 > bytes.length) throw damaged("a block starts outside");
    const packed = view.getUint32(at, true);
    at += 4;
    if (at + packed > bytes.length) throw damaged("a block ends outside");
    const source = bytes.subarray(at, at + packed);
    at += packed;
    // What did not get smaller is kept as it was.
    const part = packed === streamBytes ? source : await decodeStream(source, streamBytes);
    if (part.length !== streamBytes) throw damaged(`a stream holds ${part.length} of ${streamBytes} bytes`);
    block.set(part, stream * streamBytes);
  }
  if (streamBytes * streams !== length) throw damaged("its type does not divide a block");
  return block;
}

function streamDecoder(format: number): Inflate {
  if (format === 0) return async (source, size) => decodeBloscLz(source, size);
  if (format === 1) return async (source, size) => decodeLz4Block(source, size);
  if (format === 3) return unpackZlib;
  if (format === 4) return unpackZstd;
  throw new RangeError(
    format === 2 ? "its Blosc data is packed with Snappy, which is not read" : "its Blosc data is of an unknown kind",
  );
}

/** Distances above this come as 16 further bits. */
const NEAR_DISTANCE = 8191;

/** BloscLZ, c-blosc's variant of FastLZ: literals in runs of up to 32, matches of 3 and more bytes. */
function decodeBloscLz(source: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let at = 0;
  let end = 0;
  const next = (): number => {
    if (at >= source.length) throw damaged("a stream ends too early");
    return source[at++];
  };
  // The first byte can only begin literals.
  let control = next() & 31;
  for (;;) {
    if (control < 32) {
      const literals = control + 1;
      if (at + literals > source.length || end + literals > size) throw damaged("literals reach outside");
      out.set(source.subarray(at, at + literals), end);
      at += literals;
      end += literals;
    } else {
      let count = (control >> 5) - 1;
      const high = (control & 31) << 8;
      if (count === 6)
        for (let more = 255; more === 255; count += more) {
          more = next();
        }
      const low = next();
      let distance = high + low;
      if (low === 255 && high === 31 << 8) distance = (next() << 8) + next() + NEAR_DISTANCE;
      end = copyMatch(out, end, distance + 1, count + 3);
    }
    if (at >= source.length) break;
    control = source[at++];
  }
  return end === size ? out : out.subarray(0, end);
}

function unshuffle({ flags, typeBytes }: Header, source: Uint8Array, target: Uint8Array): void {
  if (flags & FLAG.byteShuffle && typeBytes > 1) unshuffleBytes(source, target, typeBytes);
  else if (flags & FLAG.bitShuffle && source.length >= typeBytes) unshuffleBits(source, target, typeBytes);
  else target.set(source);
}
