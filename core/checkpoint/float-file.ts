import { Problem } from "../problem.ts";

const allFinite = (values: Float32Array): boolean => {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
};

const notFinite = (where: string): Problem =>
  new Problem({
    tag: "weights-not-finite",
    what: "The weights hold numbers that are infinite or no numbers at all: such a model sees nothing.",
    where,
    hint: "Choose another checkpoint, or start a training from nothing.",
  });

/** Bits of a number. */
export type FloatWidth = 16 | 32;

/** Vectors as the bytes of a file: little-endian IEEE 754 numbers, one after the other. */
export function joinFloats(
  fileName: string,
  parts: readonly { readonly values: Float32Array; readonly width: FloatWidth }[],
): Uint8Array {
  const bytes = parts.map(({ values, width }) => {
    const halves = width === 16 ? Uint16Array.from(values, toHalf) : null;
    // A weight beyond the range of 16 bits would become infinite.
    if (!allFinite(halves ? Float32Array.from(halves, fromHalf) : values)) throw notFinite(fileName);
    return halves ? new Uint8Array(halves.buffer) : new Uint8Array(values.slice().buffer);
  });
  const joined = new Uint8Array(bytes.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of bytes) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** The vectors again; their lengths must be the file's, and every number finite. */
export function splitFloats(
  fileName: string,
  bytes: Uint8Array | undefined,
  parts: readonly { readonly length: number; readonly width: FloatWidth }[],
): Float32Array[] {
  const total = parts.reduce((sum, { length, width }) => sum + (length * width) / 8, 0);
  if (bytes?.byteLength !== total)
    throw new Problem({
      tag: "checkpoint-damaged",
      what: `The checkpoint's numbers do not fit its network: ${bytes?.byteLength ?? 0} bytes instead of ${total}.`,
      where: fileName,
      hint: "Choose another checkpoint, or train again.",
    });
  let offset = 0;
  return parts.map(({ length, width }) => {
    // A copy, also where the bytes are a Node buffer, whose own `slice` is none.
    const { buffer } = new Uint8Array(bytes.subarray(offset, offset + (length * width) / 8));
    offset += (length * width) / 8;
    const values = width === 16 ? Float32Array.from(new Uint16Array(buffer), fromHalf) : new Float32Array(buffer);
    if (!allFinite(values)) throw notFinite(fileName);
    return values;
  });
}

const bits = new DataView(new ArrayBuffer(4));

/** The nearest number of 16 bits, ties to even; infinite beyond 65,504. */
export function toHalf(value: number): number {
  bits.setFloat32(0, value);
  const float = bits.getUint32(0);
  const sign = (float >>> 16) & 0x8000;
  const magnitude = float & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below 2^-14 halves are multiples of 2^-24; `Math.abs(value) * 2^24` is exact.
  if (magnitude < 0x38800000) return sign | roundToEven(Math.abs(value) * 2 ** 24);
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
