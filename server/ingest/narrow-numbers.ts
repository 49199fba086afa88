import { Problem } from "../../core/problem.ts";
import { createPixelArray, type PixelArray, type PixelType } from "../../core/volume/voxel-space.ts";
import { pixelsOf } from "./pixel-bytes.ts";

/** Numbers as files store them. Those that no volume here has become the nearest that can hold them. */
export type StoredNumber = PixelType | "bool" | "int64" | "uint64" | "float16" | "float64";

export const bytesPerNumber: Readonly<Record<StoredNumber, 1 | 2 | 4 | 8>> = {
  bool: 1,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  float16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
  int64: 8,
  uint64: 8,
  float64: 8,
};

const NARROWED: Partial<Readonly<Record<StoredNumber, PixelType>>> = {
  bool: "uint8",
  int64: "int32",
  uint64: "uint32",
  float16: "float32",
  float64: "float32",
};

export const pixelTypeOf = (type: StoredNumber): PixelType => NARROWED[type] ?? (type as PixelType);

/** What the person is told before anything is read; null where nothing can be lost without an error. */
export const narrowingNote = (type: StoredNumber): string | null =>
  type === "float64"
    ? "Its 64-bit numbers are kept with 32 bits, that is with about 7 digits; what is finer than 1e-45 becomes 0."
    : null;

/**
 * Little-endian numbers as pixels. Refuses, with the number, what 32 bits cannot hold: too large ones, and whole ones (a label
 * may be meant) that would become another.
 */
export function narrowNumbers(type: StoredNumber, bytes: Uint8Array, where: string): PixelArray {
  switch (type) {
    case "bool":
      return bytes.some((value) => value > 1) ? bytes.map((value) => (value ? 1 : 0)) : bytes;
    case "int64":
    case "uint64":
      return narrowIntegers(type, bytes, where);
    case "float16":
      return Float32Array.from(pixelsOf("uint16", bytes), halfPrecision);
    case "float64":
      return narrowDoubles(bytes, where);
    default:
      return pixelsOf(type, bytes);
  }
}

function narrowIntegers(type: "int64" | "uint64", bytes: Uint8Array, where: string): PixelArray {
  const halves = pixelsOf("int32", bytes);
  const pixels = createPixelArray(pixelTypeOf(type), halves.length / 2);
  for (let i = 0; i < pixels.length; i++) {
    const low = halves[2 * i];
    if (halves[2 * i + 1] !== (type === "int64" ? low >> 31 : 0)) {
      const view = new DataView(halves.buffer, halves.byteOffset + 8 * i);
      const value = type === "int64" ? view.getBigInt64(0, true) : view.getBigUint64(0, true);
      throw tooLarge(`The value ${value} does not fit into 32 bits.`, where);
    }
    pixels[i] = low;
  }
  return pixels;
}

function narrowDoubles(bytes: Uint8Array, where: string): Float32Array {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const values = new Float64Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 8);
  const pixels = Float32Array.from(values);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (pixels[i] === value) continue;
    if (Number.isFinite(value) && !Number.isFinite(pixels[i]))
      throw tooLarge(`The value ${value} is beyond what 32-bit numbers reach (3.4e38).`, where);
    if (Number.isInteger(value))
      throw tooLarge(`The whole number ${value} would become ${pixels[i]} with 32 bits.`, where);
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
function halfPrecision(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
