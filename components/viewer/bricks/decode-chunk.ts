import { gunzipSync } from "fflate";
import { Problem } from "../../../core/problem.ts";
import { BRICK_VOXELS } from "../../../core/volume/brick.ts";
import { bytesPerPixel, type PixelArray, type PixelType } from "../../../core/volume/voxel-space.ts";

/** Bytes of a chunk (gzip, or already inflated by the browser's Content-Encoding) to 64³ voxels in the machine's byte order. */
export async function decodeChunk(bytes: Uint8Array<ArrayBuffer>, pixelType: PixelType): Promise<PixelArray> {
  const size = bytesPerPixel[pixelType];
  const expected = BRICK_VOXELS * size;
  const isGzip = bytes.length !== expected && bytes[0] === 0x1f && bytes[1] === 0x8b;
  const raw = isGzip ? await gunzip(bytes, expected) : bytes;
  if (raw.length !== expected)
    throw new Problem({
      tag: "chunk-size",
      what: `A piece of the image has ${raw.length} bytes where ${expected} were expected.`,
      hint: "The stored volume is damaged: import it again.",
    });
  const aligned = raw.byteOffset % size === 0 ? raw : raw.slice();
  if (size > 1 && !isLittleEndian) swapBytes(aligned, size);
  return viewAs(pixelType, aligned.buffer, aligned.byteOffset);
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Never inflates more than the expected size by much: a chunk that claims more is refused while it streams. */
async function gunzip(bytes: Uint8Array<ArrayBuffer>, expected: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLong = () => new Problem({ tag: "chunk-size", what: "A piece of the image is longer than a brick." });
  try {
    if (typeof DecompressionStream === "undefined") {
      // gzip ends with the inflated length modulo 2³²
      const length = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true);
      if (length > expected) throw tooLong();
      return gunzipSync(bytes, { out: new Uint8Array(expected) });
    }
    const out = new Uint8Array(expected);
    let filled = 0;
    const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (filled + part.value.length > expected) {
        await reader.cancel();
        throw tooLong();
      }
      out.set(part.value, filled);
      filled += part.value.length;
    }
    return filled === expected ? out : out.subarray(0, filled);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem({ tag: "chunk-gzip", what: "A piece of the image cannot be unpacked." }, { cause: error });
  }
}

function swapBytes(bytes: Uint8Array, size: number): void {
  for (let i = 0; i < bytes.length; i += size) bytes.subarray(i, i + size).reverse();
}

function viewAs(type: PixelType, buffer: ArrayBuffer, offset: number): PixelArray {
  switch (type) {
    case "uint8":
      return new Uint8Array(buffer, offset, BRICK_VOXELS);
    case "int8":
      return new Int8Array(buffer, offset, BRICK_VOXELS);
    case "uint16":
      return new Uint16Array(buffer, offset, BRICK_VOXELS);
    case "int16":
      return new Int16Array(buffer, offset, BRICK_VOXELS);
    case "uint32":
      return new Uint32Array(buffer, offset, BRICK_VOXELS);
    case "int32":
      return new Int32Array(buffer, offset, BRICK_VOXELS);
    case "float32":
      return new Float32Array(buffer, offset, BRICK_VOXELS);
  }
}
