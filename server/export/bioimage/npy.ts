/** Arrays of 32-bit floats in C order as NumPy stores them (numpy.lib.format, version 1.0). */
export interface FloatArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const MAGIC = "\u0093NUMPY\u0001\u0000";
/** Where the values begin is a multiple of this. */
const ALIGNMENT = 64;

export function encodeNpy({ shape, values }: FloatArray): Uint8Array {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  const length = Math.ceil((10 + header.length + 1) / ALIGNMENT) * ALIGNMENT - 10;
  const head = Buffer.from(`${MAGIC}  ${header.padEnd(length - 1)}\n`, "latin1");
  head.writeUInt16LE(length, 8);
  const bytes = Buffer.alloc(head.length + values.length * 4);
  head.copy(bytes);
  values.forEach((value, i) => {
    bytes.writeFloatLE(value, head.length + i * 4);
  });
  return bytes;
}

/** Reads what `encodeNpy` writes; null where it is something else, or not whole. */
export function decodeNpy(bytes: Uint8Array): FloatArray | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 10 || buffer.toString("latin1", 0, 8) !== MAGIC) return null;
  const begin = 10 + buffer.readUInt16LE(8);
  const header = buffer.toString("latin1", 10, begin);
  const [, numbers] = /'descr': '<f4', 'fortran_order': False, 'shape': \(([\d, ]*)\)/.exec(header) ?? [];
  if (numbers === undefined) return null;
  const shape = numbers
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(Number);
  const length = shape.reduce((product, size) => product * size, 1);
  if (buffer.length !== begin + length * 4) return null;
  return { shape, values: Float32Array.from({ length }, (_, i) => buffer.readFloatLE(begin + i * 4)) };
}
