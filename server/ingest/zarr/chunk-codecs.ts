import { crc32 } from "node:zlib";
import * as zarr from "zarrita";
import { decodeBlosc } from "../codecs/blosc.ts";
import { unpackBzip2 } from "../codecs/bzip2.ts";
import { type Inflate, unpackGzip, unpackZlib, unpackZstd } from "../codecs/inflate.ts";
import { decodeLz4Block } from "../codecs/lz4-block.ts";

/**
 * Decoders of chunks with a bound: what a chunk becomes is known from its shape before anything is allocated. zarrita's own
 * unpack whatever comes, read no checksum, and take half a chunk for a whole one.
 */
type Loader = Parameters<typeof zarr.registry.set>[1];
type Entry = Awaited<ReturnType<Loader>>;
type Meta = Parameters<Entry["fromConfig"]>[1];

/** What checksums, headers and codecs that made a chunk larger may add to it. */
const SLACK_BYTES = 65_536;

/** Unpacked bytes of a chunk. */
export const chunkBytesOf = (dataType: string, shape: readonly number[]): number => {
  const bits = Number(/(\d+)$/.exec(dataType)?.[1] ?? 8);
  return shape.reduce((a, b) => a * b, bits / 8);
};

/** `addedBytes`: what packing adds to any chunk; only such codecs can pack the index of a shard. */
const bounded = (decode: Inflate, addedBytes = 0): Entry => ({
  kind: "bytes_to_bytes",
  fromConfig(_configuration: unknown, { dataType, shape }: Meta) {
    const whole = chunkBytesOf(dataType, shape);
    const maxBytes = whole + Math.ceil(whole / 8) + SLACK_BYTES;
    return {
      kind: "bytes_to_bytes",
      encode: () => {
        throw new Error("chunks are only read here");
      },
      decode: (bytes: Uint8Array) => decode(bytes, maxBytes),
      computeEncodedSize: (bytes: number) => bytes + addedBytes,
    };
  },
});

/** numcodecs' LZ4: the size as uint32, then one block. */
const decodeLz4: Inflate = async (bytes, maxBytes) => {
  if (bytes.length < 5) throw new Error(`${bytes.length} bytes are no LZ4 chunk`);
  const size = viewOf(bytes).getUint32(0, true);
  if (size > maxBytes) throw new Error(`it unpacks to ${size} bytes, more than the ${maxBytes} it can have`);
  return decodeLz4Block(bytes.subarray(4), size);
};

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const CASTAGNOLI = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
  return c;
});

/** CRC-32C (RFC 3720, B.4). */
export function crc32c(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = CASTAGNOLI[(c ^ bytes[i]) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** A checksum of the bytes before it, or before them, as uint32. */
const checked = (sum: (bytes: Uint8Array) => number, place: "after" | "before"): Inflate => {
  return async (bytes) => {
    if (bytes.length < 4) throw new Error("it is too short for its checksum");
    const at = place === "after" ? bytes.length - 4 : 0;
    const body = place === "after" ? bytes.subarray(0, at) : bytes.subarray(4);
    if (sum(body) !== viewOf(bytes).getUint32(at, true)) throw new Error("its checksum differs");
    return body;
  };
};

const decoders: Readonly<Record<string, Entry>> = {
  gzip: bounded(unpackGzip),
  zlib: bounded(unpackZlib),
  blosc: bounded(decodeBlosc),
  bz2: bounded(unpackBzip2),
  lz4: bounded(decodeLz4),
  zstd: bounded(unpackZstd),
  crc32c: bounded(checked(crc32c, "after"), 4),
  crc32: bounded(
    checked((bytes) => crc32(bytes), "before"),
    4,
  ),
};

/** Codecs that leave the number of bytes as it is: zarrita's. */
const LENGTH_KEEPING = ["bytes", "transpose", "shuffle", "delta", "bitround", "cast_value", "scale_offset"];

export const readableCodecs: ReadonlySet<string> = new Set(
  [...Object.keys(decoders), ...LENGTH_KEEPING].flatMap((name) => [name, `numcodecs.${name}`]),
);

for (const [name, entry] of Object.entries(decoders))
  for (const key of [name, `numcodecs.${name}`]) zarr.registry.set(key, async () => entry);
