import { isSliceFileName } from "./file-names.ts";
import { orderSlices } from "./slice-order.ts";

/** Without zip64, which slices of a volume do not need. */
const MAX_BYTES = 4_000_000_000;
const MAX_FILES = 65_000;
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const UTF8_NAMES = 0x0800;

const isSlice = ({ name }: File): boolean => isSliceFileName(name);

/**
 * Slices that were chosen one by one become a zip for each series, which is sent as one file; all other files stay as they are.
 * The same slices chosen again make the same zip, so that its upload goes on.
 */
export async function packSlices(files: readonly File[]): Promise<File[]> {
  const slices = new Map(files.filter(isSlice).map((file) => [file.name, file]));
  const { series } = orderSlices([...slices.keys()]);
  const packed: File[] = [];
  for (const { path, slices: count, channels, times, nameAt } of series) {
    const members: File[] = [];
    for (let t = 0; t < times; t++)
      for (let c = 0; c < channels; c++) for (let z = 0; z < count; z++) members.push(slices.get(nameAt(z, c, t))!);
    const bytes = members.reduce((sum, { size, name }) => sum + size + 2 * name.length + 200, 0);
    if (members.length > MAX_FILES || bytes > MAX_BYTES) continue;
    packed.push(await zipOf(members, `${seriesName(path)}.zip`));
    for (const { name } of members) slices.delete(name);
  }
  return [...files.filter((file) => !isSlice(file) || slices.get(file.name) === file), ...packed];
}

/** `embryo_z*` -> `embryo` */
const seriesName = (path: string): string => path.replace(/[ _.-]*(z|slice)?\*/gi, "").trim() || "slices";

/** Not compressed, as PNG is already. The slices themselves are not copied: a File of Files reads them where they are. */
async function zipOf(files: readonly File[], name: string): Promise<File> {
  const parts: BlobPart[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  for (const file of files) {
    const sum = crc32(new Uint8Array(await file.arrayBuffer()));
    const head = headerOf(LOCAL, file, sum, null);
    parts.push(head, file);
    directory.push(headerOf(CENTRAL, file, sum, at));
    at += head.length + file.size;
  }
  const directoryBytes = directory.reduce((sum, { length }) => sum + length, 0);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, END, true);
  end.setUint16(8, files.length, true);
  end.setUint16(10, files.length, true);
  end.setUint32(12, directoryBytes, true);
  end.setUint32(16, at, true);
  const lastModified = Math.max(...files.map((file) => file.lastModified));
  return new File([...parts, ...directory, end], name, { type: "application/zip", lastModified });
}

/** Of an entry, in front of it or in the directory (`at`: where the one in front of it is). APPNOTE 4.3.7 and 4.3.12. */
function headerOf(signature: number, { name, size }: File, sum: number, at: number | null): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(name);
  const inDirectory = at !== null;
  const bytes = new Uint8Array((inDirectory ? 46 : 30) + text.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, signature, true);
  const from = inDirectory ? 6 : 4;
  if (inDirectory) view.setUint16(4, 20, true);
  view.setUint16(from, 20, true);
  view.setUint16(from + 2, UTF8_NAMES, true);
  // 1 January 1980: a zip of the same slices is always the same.
  view.setUint16(from + 8, 0x21, true);
  view.setUint32(from + 10, sum, true);
  view.setUint32(from + 14, size, true);
  view.setUint32(from + 18, size, true);
  view.setUint16(from + 22, text.length, true);
  if (inDirectory) view.setUint32(42, at, true);
  bytes.set(text, bytes.length - text.length);
  return bytes;
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = CRC[(c ^ bytes[i]) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
