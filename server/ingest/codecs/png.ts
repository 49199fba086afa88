import * as zlib from "node:zlib";
import type { PixelArray } from "../../../core/volume/voxel-space.ts";

/** PNG (https://www.w3.org/TR/png-3/): everything but interlaced images. Errors are sentences; the caller says which file. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** 1, 2, 4, 8 or 16. */
  readonly bits: number;
  readonly colour: "grey" | "rgb" | "palette" | "grey+alpha" | "rgb+alpha";
}

export interface PngImage extends PngHeader {
  /** Samples of a pixel next to each other; of a palette: its numbers. */
  readonly pixels: PixelArray;
  readonly samples: number;
  /** Red, green, blue by number. */
  readonly palette: Uint8Array | null;
}

export const PNG_HEAD_BYTES = 33;
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** One slice in memory, unpacked. */
const MAX_BYTES = 128 * 1024 * 1024;
const COLOURS: Readonly<Record<number, { colour: PngHeader["colour"]; samples: number; bits: readonly number[] }>> = {
  0: { colour: "grey", samples: 1, bits: [1, 2, 4, 8, 16] },
  2: { colour: "rgb", samples: 3, bits: [8, 16] },
  3: { colour: "palette", samples: 1, bits: [1, 2, 4, 8] },
  4: { colour: "grey+alpha", samples: 2, bits: [8, 16] },
  6: { colour: "rgb+alpha", samples: 4, bits: [8, 16] },
};

export const samplesOfPng = ({ colour }: PngHeader): number =>
  Object.values(COLOURS).find((one) => one.colour === colour)!.samples;

export const isPng = (head: Uint8Array): boolean => SIGNATURE.every((byte, i) => head[i] === byte);

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Of the first `PNG_HEAD_BYTES`. */
export function readPngHeader(head: Uint8Array): PngHeader {
  if (!isPng(head) || head.length < PNG_HEAD_BYTES) throw new Error("it is no PNG");
  const view = viewOf(head);
  if (view.getUint32(8) !== 13 || view.getUint32(12) !== 0x49484452) throw new Error("its header is damaged");
  if (zlib.crc32(head.subarray(12, 29)) !== view.getUint32(29)) throw new Error("the checksum of its header differs");
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [bits, type, , , interlaced] = head.subarray(24, 29);
  const kind = COLOURS[type];
  if (!kind?.bits.includes(bits) || width === 0 || height === 0) throw new Error("its header is damaged");
  if (interlaced) throw new Error("it is interlaced, which is not read; save it without");
  if (width * height * kind.samples * Math.max(1, bits / 8) > MAX_BYTES)
    throw new Error(`it claims ${width} × ${height} pixels`);
  return { width, height, bits, colour: kind.colour };
}

export function decodePng(bytes: Uint8Array): PngImage {
  const header = readPngHeader(bytes.subarray(0, PNG_HEAD_BYTES));
  const samples = samplesOfPng(header);
  const { packed, palette } = readChunks(bytes);
  const rowBytes = Math.ceil((header.width * samples * header.bits) / 8);
  const wanted = header.height * (rowBytes + 1);
  const raw = zlib.inflateSync(packed, { maxOutputLength: wanted + 65_536 });
  if (raw.length < wanted) throw new Error(`it holds ${raw.length} of ${wanted} bytes`);
  const rows = unfilter(raw, header.height, rowBytes, Math.max(1, (samples * header.bits) / 8));
  return { ...header, samples, palette, pixels: toPixels(rows, header.width * samples, header) };
}

/** Packed pixels and palette; every checksum is compared. */
function readChunks(bytes: Uint8Array): { packed: Uint8Array; palette: Uint8Array | null } {
  const view = viewOf(bytes);
  const parts: Uint8Array[] = [];
  let palette: Uint8Array | null = null;
  for (let at = 8; ; ) {
    if (at + 12 > bytes.length) throw new Error("it is cut off");
    const length = view.getUint32(at);
    if (length > bytes.length - at - 12) throw new Error("it is cut off");
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (zlib.crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length))
      throw new Error(`the checksum of its part ${type} differs`);
    if (type === "IEND") break;
    if (type === "IDAT") parts.push(data);
    if (type === "PLTE") palette = data;
    at += length + 12;
  }
  return { packed: Buffer.concat(parts), palette };
}

/** Undoes the filter of each row; its first byte says which. `step`: bytes to the pixel on the left. */
function unfilter(raw: Uint8Array, height: number, rowBytes: number, step: number): Uint8Array {
  const out = new Uint8Array(height * rowBytes);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (rowBytes + 1)];
    const from = y * (rowBytes + 1) + 1;
    const to = y * rowBytes;
    if (filter > 4) throw new Error(`row ${y + 1} has the filter ${filter}, which does not exist`);
    for (let i = 0; i < rowBytes; i++) {
      const left = i >= step ? out[to + i - step] : 0;
      const up = y > 0 ? out[to + i - rowBytes] : 0;
      const corner = i >= step && y > 0 ? out[to + i - rowBytes - step] : 0;
      out[to + i] = raw[from + i] + predicted(filter, left, up, corner);
    }
  }
  return out;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4: {
      const a = Math.abs(up - corner);
      const b = Math.abs(left - corner);
      const c = Math.abs(left + up - 2 * corner);
      return a <= b && a <= c ? left : b <= c ? up : corner;
    }
    default:
      return 0;
  }
}

function toPixels(rows: Uint8Array, rowSamples: number, { height, bits }: PngHeader): PixelArray {
  if (bits === 8) return rows;
  if (bits === 16) {
    const wide = new Uint16Array(rowSamples * height);
    for (let i = 0; i < wide.length; i++) wide[i] = (rows[2 * i] << 8) | rows[2 * i + 1];
    return wide;
  }
  const out = new Uint8Array(rowSamples * height);
  const rowBytes = rows.length / height;
  const perByte = 8 / bits;
  for (let y = 0; y < height; y++)
    for (let i = 0; i < rowSamples; i++) {
      const byte = rows[y * rowBytes + Math.floor(i / perByte)];
      out[y * rowSamples + i] = (byte >> (8 - bits - (i % perByte) * bits)) & ((1 << bits) - 1);
    }
  return out;
}
