import { Problem } from "../problem.ts";

/** Compressions of TIFF, tag 259, that are not read, by name. */
const NAMES: Readonly<Record<number, string>> = {
  2: "CCITT",
  3: "CCITT fax 3",
  4: "CCITT fax 4",
  6: "old JPEG",
  7: "JPEG",
  33003: "JPEG 2000 of YCbCr",
  33007: "JPEG",
  34892: "lossy JPEG",
  34925: "LZMA",
  50001: "WebP",
  50002: "JPEG XL",
  52546: "JPEG XL",
};

export const compressionNotRead = (compression: number, where: string): Problem =>
  new Problem({
    tag: "tiff-compression",
    what: `The TIFF is packed with ${NAMES[compression] ?? `the compression ${compression}`}, which is not read.`,
    where,
    hint: "Save it without compression, or with LZW, deflate or Zstandard (Fiji: File > Save As > Tiff…).",
  });

interface Sliceable {
  readonly size: number;
  readonly name: string;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

const COMPRESSION = 259;
const MAX_ENTRIES = 200;

/** Why a TIFF will not be read, by the compression of its first page alone; null for anything else, damage included. */
export async function tiffNotRead(head: Uint8Array, file: Sliceable): Promise<Problem | null> {
  if (head.length < 16) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const order = view.getUint16(0);
  const little = order === 0x4949;
  const magic = view.getUint16(2, little);
  if ((!little && order !== 0x4d4d) || (magic !== 42 && magic !== 43)) return null;
  const big = magic === 43;
  const at = big ? Number(view.getBigUint64(8, little)) : view.getUint32(4, little);
  const [countBytes, entryBytes, valueAt] = big ? [8, 20, 12] : [2, 12, 8];
  const directory = new DataView(
    await file.slice(at, Math.min(file.size, at + countBytes + MAX_ENTRIES * entryBytes)).arrayBuffer(),
  );
  for (let entry = countBytes; entry + entryBytes <= directory.byteLength; entry += entryBytes) {
    const tag = directory.getUint16(entry, little);
    if (tag < COMPRESSION) continue;
    const compression = directory.getUint16(entry + valueAt, little);
    // Entries are sorted: behind a larger tag there is none.
    return tag === COMPRESSION && NAMES[compression] ? compressionNotRead(compression, file.name) : null;
  }
  return null;
}
