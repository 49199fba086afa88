import { Problem } from "../../../core/problem.ts";
import { bytesPerPixel, createPixelArray, type PixelArray, type PixelType } from "../../../core/volume/voxel-space.ts";
import { pixelsOf } from "./pixel-bytes.ts";

/** How files store voxels; what is not a `PixelType` becomes one when it is read. */
export type StoredType = PixelType | "bool" | "float16" | "float64" | "int64" | "uint64";

export const storedBytes: Readonly<Record<StoredType, 1 | 2 | 4 | 8>> = {
  ...bytesPerPixel,
  bool: 1,
  float16: 2,
  float64: 8,
  int64: 8,
  uint64: 8,
};

const PIXEL_TYPE_OF: Readonly<Record<Exclude<StoredType, PixelType>, PixelType>> = {
  bool: "uint8",
  float16: "float32",
  float64: "float32",
  int64: "int32",
  uint64: "uint32",
};

export const pixelTypeOf = (type: StoredType): PixelType =>
  type in PIXEL_TYPE_OF ? PIXEL_TYPE_OF[type as keyof typeof PIXEL_TYPE_OF] : (type as PixelType);

/** What a person is told before anything is read; null where nothing can be lost without an error. */
export const narrowingNote = (type: StoredType): string | null =>
  type === "float64"
    ? "Its 64-bit numbers are kept with 32 bits, that is with about 7 digits; what is finer than 1e-45 becomes 0."
    : null;

/**
 * Little-endian numbers as pixels; shares memory where it can. Refuses what 32 bits cannot hold, with the number and its place
 * (`placeOf` its index in `bytes`): too large ones, and whole ones (a label may be meant) that would become another.
 */
export function voxelsOf(type: StoredType, bytes: Uint8Array, placeOf: (index: number) => string): PixelArray {
  switch (type) {
    case "bool":
      return bytes.some((value) => value > 1) ? bytes.map((value) => (value ? 1 : 0)) : bytes;
    case "int64":
    case "uint64":
      return narrowIntegers(type, bytes, placeOf);
    case "float16":
      return Float32Array.from(pixelsOf("uint16", bytes), halfOf);
    case "float64":
      return narrowDoubles(bytes, placeOf);
    default:
      return pixelsOf(type, bytes);
  }
}

function narrowIntegers(type: "int64" | "uint64", bytes: Uint8Array, placeOf: (index: number) => string): PixelArray {
  const halves = pixelsOf("int32", bytes);
  const pixels = createPixelArray(pixelTypeOf(type), halves.length / 2);
  for (let i = 0; i < pixels.length; i++) {
    const low = halves[2 * i];
    if (halves[2 * i + 1] !== (type === "int64" ? low >> 31 : 0)) {
      const view = new DataView(halves.buffer, halves.byteOffset + 8 * i);
      const value = type === "int64" ? view.getBigInt64(0, true) : view.getBigUint64(0, true);
      throw tooLarge(`The value ${value} does not fit into 32 bits.`, placeOf(i));
    }
    pixels[i] = low;
  }
  return pixels;
}

function narrowDoubles(bytes: Uint8Array, placeOf: (index: number) => string): Float32Array {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const values = new Float64Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 8);
  const pixels = Float32Array.from(values);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (pixels[i] === value) continue;
    if (Number.isFinite(value) && !Number.isFinite(pixels[i]))
      throw tooLarge(`The value ${value} is beyond what 32-bit numbers reach (3.4e38).`, placeOf(i));
    if (Number.isInteger(value))
      throw tooLarge(`The whole number ${value} would become ${pixels[i]} with 32 bits.`, placeOf(i));
  }
  return pixels;
}

const tooLarge = (what: string, where: string): Problem =>
  new Problem({
    tag: "number-too-large",
    what,
    where,
    hint: "Relabel or rescale the image so that its numbers are smaller, and store it with 32 bits.",
  });

/** IEEE 754 half precision. */
export function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
