import { Problem } from "../../core/problem.ts";
import { bytesPerPixel, createPixelArray, type PixelArray, type PixelType } from "../../core/volume/voxel-space.ts";
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

/** What a person is told before voxels of this type are narrowed; 64-bit integers that do not fit are refused instead. */
export const narrowingNote = (type: StoredType): string | null =>
  type === "float64"
    ? "Its voxels are floats of 64 bits; they are kept as floats of 32 bits, rounded to 7 digits."
    : null;

/** Whole voxels of little-endian bytes; shares memory where it can. `placeOf` names a voxel by its index in them. */
export function voxelsOf(type: StoredType, bytes: Uint8Array, placeOf: (index: number) => string): PixelArray {
  switch (type) {
    case "bool":
      return bytes.map((byte) => (byte === 0 ? 0 : 1));
    case "float16":
      return Float32Array.from({ length: bytes.length / 2 }, (_, i) => halfOf(bytes[2 * i] | (bytes[2 * i + 1] << 8)));
    case "float64":
    case "int64":
    case "uint64":
      return narrow(type, bytes, placeOf);
    default:
      return pixelsOf(type, bytes);
  }
}

function narrow(
  type: "float64" | "int64" | "uint64",
  bytes: Uint8Array,
  placeOf: (index: number) => string,
): PixelArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length / 8;
  const out = createPixelArray(pixelTypeOf(type), length);
  for (let i = 0; i < length; i++) {
    const low = view.getUint32(8 * i, true);
    const high = view.getUint32(8 * i + 4, true);
    if (type === "float64") {
      const value = view.getFloat64(8 * i, true);
      out[i] = value;
      if (Number.isFinite(value) && !Number.isFinite(out[i])) throw doesNotFit(value, "float32", placeOf(i));
    } else {
      out[i] = low;
      // The upper half of an int32 is its sign.
      const fits = type === "uint64" ? high === 0 : high === (low >= 2 ** 31 ? 0xffffffff : 0);
      if (fits) continue;
      const value = type === "uint64" ? view.getBigUint64(8 * i, true) : view.getBigInt64(8 * i, true);
      throw doesNotFit(value, pixelTypeOf(type), placeOf(i));
    }
  }
  return out;
}

const doesNotFit = (value: number | bigint, type: PixelType, where: string): Problem =>
  new Problem({
    tag: "value-too-large",
    what: `A voxel is ${value}, which ${type} cannot hold.`,
    where,
    hint: "Scale the image, or number the labels anew from 1 on, and save it with 32 bits per voxel at most.",
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
