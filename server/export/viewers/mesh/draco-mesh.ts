/** Triangles with vertices on a grid of whole numbers from 0 on, x, y, z. */
export interface GridMesh {
  readonly positions: Uint32Array;
  /** Three vertices each. */
  readonly triangles: Uint32Array;
}

const MAGIC = [0x44, 0x52, 0x41, 0x43, 0x4f]; // DRACO
const VERSION = [2, 2];
const TRIANGULAR_MESH = 1;
const SEQUENTIAL = 0;
const UNCOMPRESSED = 1;
const POSITION = 0;
const INT32 = 5;
const INTEGER_DECODER = 1;
const NO_PREDICTION = 0xfe; // -2
const NOT_ENTROPY_CODED = 0;
const LARGEST_BYTE = 0xff;
const LARGEST_SHORT = 0xffff;
/** From here on indices are numbers of 32 bits, below that of varying length. */
const LONG_INDICES = 1 << 21;

/**
 * The plainest file that Draco's bitstream 2.2 allows (https://google.github.io/draco/spec/): sequential connectivity as it is, one attribute of
 * positions, whole numbers that nothing predicts. Zips compress it, and no encoder is needed.
 */
export function encodeDraco({ positions, triangles }: GridMesh): Uint8Array {
  const vertices = positions.length / 3;
  const bytes: number[] = [...MAGIC, ...VERSION, TRIANGULAR_MESH, SEQUENTIAL, 0, 0];
  pushVarint(bytes, triangles.length / 3);
  pushVarint(bytes, vertices);
  bytes.push(UNCOMPRESSED);
  const connectivity = indexBytes(triangles, vertices);
  const attribute = [1, 1, POSITION, INT32, 3, 0, 0, INTEGER_DECODER, NO_PREDICTION, NOT_ENTROPY_CODED, 4];
  const values = new DataView(new ArrayBuffer(4 * positions.length));
  // Their sign is the lowest bit.
  for (let i = 0; i < positions.length; i++) values.setUint32(4 * i, positions[i] * 2, true);
  const parts = [Uint8Array.from(bytes), connectivity, Uint8Array.from(attribute), new Uint8Array(values.buffer)];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => {
    whole.set(part, at);
    return at + part.length;
  }, 0);
  return whole;
}

function indexBytes(triangles: Uint32Array, vertices: number): Uint8Array {
  if (vertices <= LARGEST_BYTE) return Uint8Array.from(triangles);
  if (vertices > LARGEST_SHORT && vertices < LONG_INDICES) {
    const bytes: number[] = [];
    for (const vertex of triangles) pushVarint(bytes, vertex);
    return Uint8Array.from(bytes);
  }
  const width = vertices <= LARGEST_SHORT ? 2 : 4;
  const view = new DataView(new ArrayBuffer(width * triangles.length));
  triangles.forEach((vertex, i) => {
    if (width === 2) view.setUint16(2 * i, vertex, true);
    else view.setUint32(4 * i, vertex, true);
  });
  return new Uint8Array(view.buffer);
}

/** Seven bits a byte, the lowest first. */
function pushVarint(bytes: number[], value: number): void {
  let left = value;
  for (; left > 0x7f; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  bytes.push(left);
}

/** Files as `encodeDraco` writes them; null for any other. */
export function decodeDraco(bytes: Uint8Array): GridMesh | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const holds = (expected: readonly number[]): boolean => expected.every((byte) => bytes[at++] === byte);
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 35 && at < bytes.length; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return Number.NaN;
  };
  if (!holds([...MAGIC, ...VERSION, TRIANGULAR_MESH, SEQUENTIAL, 0, 0])) return null;
  const [faces, vertices] = [varint(), varint()];
  if (!(faces * 3 <= bytes.length && vertices * 12 <= bytes.length) || !holds([UNCOMPRESSED])) return null;
  const width = vertices <= LARGEST_BYTE ? 1 : vertices <= LARGEST_SHORT ? 2 : vertices < LONG_INDICES ? 0 : 4;
  if (at + faces * 3 * Math.max(1, width) + vertices * 12 > bytes.length) return null;
  const index = (): number => {
    if (width === 0) return varint();
    at += width;
    return width === 1 ? bytes[at - 1] : width === 2 ? view.getUint16(at - 2, true) : view.getUint32(at - 4, true);
  };
  const triangles = Uint32Array.from({ length: faces * 3 }, index);
  const attribute = [1, 1, POSITION, INT32, 3, 0, 0, INTEGER_DECODER, NO_PREDICTION, NOT_ENTROPY_CODED, 4];
  if (!holds(attribute) || at + 12 * vertices !== bytes.length) return null;
  const positions = Uint32Array.from({ length: 3 * vertices }, (_, i) => view.getUint32(at + 4 * i, true) >>> 1);
  return triangles.every((vertex) => vertex < vertices) ? { positions, triangles } : null;
}
