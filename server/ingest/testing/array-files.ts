import { crc32, deflateSync, gzipSync } from "node:zlib";

/** Formats that are one array behind a header, and slices, written independently of the readers. Voxels of 2 × 0.5 × 0.4 µm. */
type Shape = readonly [sizeZ: number, sizeY: number, sizeX: number];
const bytesOf = (pixels: Uint16Array): Buffer => Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);

export function volumeAsNifti(pixels: Uint16Array, [sizeZ, sizeY, sizeX]: Shape): Buffer {
  const head = Buffer.alloc(352);
  head.writeInt32LE(348, 0);
  [3, sizeX, sizeY, sizeZ, 1, 1, 1, 1].forEach((size, i) => {
    head.writeInt16LE(size, 40 + 2 * i);
  });
  head.writeInt16LE(512, 70);
  head.writeInt16LE(16, 72);
  [1, 0.4, 0.5, 2].forEach((size, i) => {
    head.writeFloatLE(size, 76 + 4 * i);
  });
  head.writeFloatLE(352, 108);
  head.writeUInt8(3, 123);
  head.write("n+1\0", 344, "latin1");
  return Buffer.concat([head, bytesOf(pixels)]);
}

export function volumeAsNrrd(
  pixels: Uint16Array,
  [sizeZ, sizeY, sizeX]: Shape,
  encoding: "raw" | "gzip" | "ascii",
): Buffer {
  const head = `NRRD0004\ntype: uint16\ndimension: 3\nsizes: ${sizeX} ${sizeY} ${sizeZ}\nspacings: 0.4 0.5 2\nunits: "um" "um" "um"\nencoding: ${encoding}\nendian: little\n\n`;
  const raw = bytesOf(pixels);
  const body = encoding === "gzip" ? gzipSync(raw) : encoding === "ascii" ? Buffer.from([...pixels].join(" ")) : raw;
  return Buffer.concat([Buffer.from(head), body]);
}

export function volumeAsMetaImage(pixels: Uint16Array, [sizeZ, sizeY, sizeX]: Shape, packed: boolean): Buffer {
  const head = `ObjectType = Image\nNDims = 3\nBinaryData = True\nCompressedData = ${packed ? "True" : "False"}\nDimSize = ${sizeX} ${sizeY} ${sizeZ}\nElementSpacing = 0.4 0.5 2\nElementType = MET_USHORT\nElementDataFile = LOCAL\n`;
  return Buffer.concat([Buffer.from(head), packed ? deflateSync(bytesOf(pixels)) : bytesOf(pixels)]);
}

export function volumeAsNpy(pixels: Uint16Array, shape: Shape): Buffer {
  const text = `{'descr': '<u2', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`.padEnd(117);
  return Buffer.concat([Buffer.from("\x93NUMPY\x01\x00\x76\x00", "latin1"), Buffer.from(`${text}\n`), bytesOf(pixels)]);
}

/** Grey, 16 bits, a filter of every kind in turn. */
export function slicesAsPng(pixels: Uint16Array, [sizeZ, sizeY, sizeX]: Shape): Record<string, Uint8Array> {
  const slices: Record<string, Uint8Array> = {};
  for (let z = 0; z < sizeZ; z++) {
    const rows: Buffer[] = [];
    let above = Buffer.alloc(sizeX * 2);
    for (let y = 0; y < sizeY; y++) {
      const row = Buffer.from(pixels.slice((z * sizeY + y) * sizeX, (z * sizeY + y + 1) * sizeX).buffer).swap16();
      rows.push(filtered(y % 5, row, above));
      above = row;
    }
    const head = Buffer.alloc(13);
    head.writeUInt32BE(sizeX, 0);
    head.writeUInt32BE(sizeY, 4);
    head.set([16, 0, 0, 0, 0], 8);
    const parts = [part("IHDR", head), part("IDAT", deflateSync(Buffer.concat(rows))), part("IEND", Buffer.alloc(0))];
    slices[`slice_${z + 8}.png`] = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...parts]);
  }
  return slices;
}

function filtered(filter: number, row: Buffer, above: Buffer): Buffer {
  const out = Buffer.alloc(row.length + 1);
  out[0] = filter;
  row.forEach((value, i) => {
    const [left, up, corner] = [row[i - 2] ?? 0, above[i], above[i - 2] ?? 0];
    const guess = left + up - corner;
    const nearest = [left, up, corner].reduce((a, b) => (Math.abs(guess - b) < Math.abs(guess - a) ? b : a));
    out[i + 1] = value - [0, left, up, Math.floor((left + up) / 2), nearest][filter];
  });
  return out;
}

function part(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), 4 + body.length);
  return out;
}
