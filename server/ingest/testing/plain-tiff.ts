import type { PixelArray } from "../../../core/volume/voxel-space.ts";

/** A minimal little-endian TIFF stack, one uncompressed strip per page, written independently of the readers. */
export function writePlainTiff(
  pixels: PixelArray,
  [sizeZ, sizeY, sizeX]: readonly [number, number, number],
  description = "",
): Uint8Array {
  const bits = pixels.BYTES_PER_ELEMENT * 8;
  const format = pixels instanceof Float32Array ? 3 : /^Int/.test(pixels.constructor.name) ? 2 : 1;
  const planeBytes = sizeY * sizeX * pixels.BYTES_PER_ELEMENT;
  const text = Buffer.from(description ? `${description}\0` : "", "latin1");
  const textAt = 8;
  const dataAt = textAt + text.length + (text.length % 2);
  const ifdAt = dataAt + planeBytes * sizeZ + ((planeBytes * sizeZ) % 2);
  const entries = 10 + (text.length > 4 ? 1 : 0);
  const ifdBytes = 2 + entries * 12 + 4;
  const out = Buffer.alloc(ifdAt + ifdBytes * sizeZ);
  out.write("II", 0, "latin1");
  out.writeUInt16LE(42, 2);
  out.writeUInt32LE(ifdAt, 4);
  text.copy(out, textAt);
  Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength).copy(out, dataAt);
  for (let z = 0; z < sizeZ; z++) {
    let at = ifdAt + z * ifdBytes;
    out.writeUInt16LE(entries, at);
    at += 2;
    const entry = (tag: number, type: 2 | 3 | 4, count: number, value: number) => {
      out.writeUInt16LE(tag, at);
      out.writeUInt16LE(type, at + 2);
      out.writeUInt32LE(count, at + 4);
      if (type === 3) out.writeUInt16LE(value, at + 8);
      else out.writeUInt32LE(value, at + 8);
      at += 12;
    };
    entry(256, 4, 1, sizeX);
    entry(257, 4, 1, sizeY);
    entry(258, 3, 1, bits);
    entry(259, 3, 1, 1);
    entry(262, 3, 1, 1);
    if (text.length > 4) entry(270, 2, text.length, textAt);
    entry(273, 4, 1, dataAt + z * planeBytes);
    entry(277, 3, 1, 1);
    entry(278, 4, 1, sizeY);
    entry(279, 4, 1, planeBytes);
    entry(339, 3, 1, format);
    out.writeUInt32LE(z + 1 < sizeZ ? ifdAt + (z + 1) * ifdBytes : 0, at);
  }
  return new Uint8Array(out);
}
