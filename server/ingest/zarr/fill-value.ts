import type { StoredType } from "../voxels/stored-numbers.ts";

const SPECIAL: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

/** A fill value as zarrita takes it; of half precision its bits. Decimals may come as text, or as the hexadecimal bits of the number. */
export function fillOf(type: StoredType, value: unknown): number | string {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (!type.startsWith("float")) return typeof value === "number" ? value : 0;
  const view = new DataView(new ArrayBuffer(8));
  const number = typeof value === "number" ? value : SPECIAL[String(value)];
  if (number === undefined && typeof value === "string" && /^0x[0-9a-f]{1,16}$/i.test(value)) {
    if (type === "float16") return Number(value);
    view.setBigUint64(0, BigInt(value));
    const bits = type === "float32" ? view.getFloat32(4) : view.getFloat64(0);
    return Number.isFinite(bits) ? bits : String(bits);
  }
  const fill = number ?? 0;
  if (type === "float16") return halfBits(fill);
  return Number.isFinite(fill) ? fill : String(fill);
}

/** The bits of a number in half precision; finer digits are cut off. */
function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65_520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | Math.round(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  return sign | ((exponent + 15) << 10) | Math.floor((size / 2 ** exponent - 1) * 1024);
}
