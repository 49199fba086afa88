import { readFile } from "node:fs/promises";

/** An array as NumPy saves it, whatever its type: C order, little endian. */
export interface NpyArray {
  readonly shape: readonly number[];
  /** Voxel `i` in C order; 64-bit integers as bigint. */
  at(i: number): number | bigint;
}

const HEADER_BYTES = 10;

/** Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, version 1.0. */
export async function readNpy(file: string): Promise<NpyArray> {
  const bytes = await readFile(file);
  const headerEnd = HEADER_BYTES + bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", HEADER_BYTES, headerEnd);
  const [, order, kind, width] = /'descr': '([<>|=])([a-z])(\d+)'/.exec(header) ?? [];
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? "")
    .split(",")
    .filter((part) => part.trim())
    .map(Number);
  if (!kind || order === ">" || /'fortran_order': True/.test(header)) throw new Error(`${file}: ${header.trim()}`);
  const data = bytes.buffer.slice(bytes.byteOffset + headerEnd, bytes.byteOffset + bytes.length);
  return { shape, at: reader(kind + width, new DataView(data)) };
}

function reader(type: string, view: DataView): (i: number) => number | bigint {
  switch (type) {
    case "b1":
    case "u1":
      return (i) => view.getUint8(i);
    case "i1":
      return (i) => view.getInt8(i);
    case "u2":
      return (i) => view.getUint16(i * 2, true);
    case "i2":
      return (i) => view.getInt16(i * 2, true);
    case "u4":
      return (i) => view.getUint32(i * 4, true);
    case "i4":
      return (i) => view.getInt32(i * 4, true);
    case "u8":
      return (i) => view.getBigUint64(i * 8, true);
    case "i8":
      return (i) => view.getBigInt64(i * 8, true);
    case "f2":
      return (i) => halfOf(view.getUint16(i * 2, true));
    case "f4":
      return (i) => view.getFloat32(i * 4, true);
    case "f8":
      return (i) => view.getFloat64(i * 8, true);
    default:
      throw new Error(`arrays of ${type} are not read here`);
  }
}

/** IEEE 754 half precision. */
function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
