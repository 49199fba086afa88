import { bytesPerPixel, type PixelArray, type PixelType } from "../../../core/volume/voxel-space.ts";

/** All machines that run this are little-endian, as are the stored chunks: a view is a conversion. */
export function swapBytes(bytes: Uint8Array, width: 1 | 2 | 4 | 8): void {
  if (width === 1) return;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 2) buffer.swap16();
  else if (width === 4) buffer.swap32();
  else buffer.swap64();
}

/** The same for numbers of any width, in place. */
export function swapNumbers(bytes: Uint8Array, width: number): void {
  if (width === 8) Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).swap64();
  else if (width === 2 || width === 4) swapBytes(bytes, width);
}

/** Little-endian bytes as pixels; shares memory where the alignment allows. */
export function pixelsOf(type: PixelType, bytes: Uint8Array): PixelArray {
  const width = bytesPerPixel[type];
  if (type === "uint8") return bytes;
  // A copy by `slice` would be none of a Buffer.
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  const length = aligned.byteLength / width;
  switch (type) {
    case "int8":
      return new Int8Array(aligned.buffer, aligned.byteOffset, length);
    case "uint16":
      return new Uint16Array(aligned.buffer, aligned.byteOffset, length);
    case "int16":
      return new Int16Array(aligned.buffer, aligned.byteOffset, length);
    case "uint32":
      return new Uint32Array(aligned.buffer, aligned.byteOffset, length);
    case "int32":
      return new Int32Array(aligned.buffer, aligned.byteOffset, length);
    case "float32":
      return new Float32Array(aligned.buffer, aligned.byteOffset, length);
  }
}

/** The bytes of pixels, without a copy. */
export const bytesOf = (pixels: PixelArray): Uint8Array =>
  new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
