import { colorOf } from "../../../../core/import/file-channels.ts";
import { readNumbers, type Tiff, type TiffDirectory, viewOf } from "../tiff-directory.ts";

/** What ImageJ keeps of channels beside the description. */
export interface ImageJChannels {
  readonly names: readonly (string | null)[];
  /** `RRGGBB`: the brightest colour of each channel's look-up table. */
  readonly colors: readonly (string | null)[];
}

/** Metadata of ImageJ: sizes of its parts as numbers, then a header of kinds and counts, then the parts. As ij.io.TiffDecoder reads them. */
const SIZES = 50838;
const PARTS = 50839;
const MAX_PARTS = 100_000;
const MAX_BYTES = 16 * 1024 * 1024;
const MAGIC = 0x494a494a;
const LABELS = 0x6c61626c;
const LUTS = 0x6c757473;
const LUT_BYTES = 768;

/** Of a stack in which channels run fastest. Nothing where the metadata are missing or no such metadata: the voxels do not need them. */
export async function readImageJChannels(
  tiff: Tiff,
  directory: TiffDirectory,
  channels: number,
): Promise<ImageJChannels> {
  const { labels, luts } = await readParts(tiff, directory).catch(() => ({ labels: [], luts: [] }));
  const numbers = Array.from({ length: channels }, (_, c) => c);
  return {
    names: numbers.map((c) => onlyOne(labels.filter((_, plane) => plane % channels === c))),
    colors: numbers.map((c) => (luts.length === channels ? brightest(luts[c]) : null)),
  };
}

/** Labels belong to planes; where all planes of a channel have the same one, it is the channel's. */
const onlyOne = (labels: readonly string[]): string | null =>
  new Set(labels).size === 1 ? labels[0].trim() || null : null;

/** Grey tables say nothing. */
function brightest(lut: Uint8Array): string | null {
  const rgb = [lut[255], lut[511], lut[767]];
  if (rgb.every((part) => part === rgb[0])) return null;
  return colorOf(rgb.map((part) => part.toString(16).padStart(2, "0")).join(""));
}

async function readParts(tiff: Tiff, directory: TiffDirectory): Promise<{ labels: string[]; luts: Uint8Array[] }> {
  const sizes = await readNumbers(tiff, directory, SIZES, MAX_PARTS);
  const entry = directory.entries.get(PARTS);
  if (!sizes || !entry || entry.count > MAX_BYTES) return { labels: [], luts: [] };
  const bytes = await tiff.bytes.read(entry.offset, entry.count, `tag ${PARTS} of page 1`);
  const view = viewOf(bytes);
  const little = tiff.littleEndian;
  if (sizes[0] < 12 || view.getUint32(0, little) !== MAGIC) return { labels: [], luts: [] };
  const kinds: number[] = [];
  for (let at = 4; at + 8 <= sizes[0]; at += 8) {
    const count = view.getUint32(at + 4, little);
    if (kinds.length + count >= sizes.length) break;
    for (let i = 0; i < count; i++) kinds.push(view.getUint32(at, little));
  }
  const text = new TextDecoder(little ? "utf-16le" : "utf-16be");
  const labels: string[] = [];
  const luts: Uint8Array[] = [];
  let start = sizes[0];
  for (const [i, kind] of kinds.entries()) {
    const part = bytes.subarray(start, start + sizes[i + 1]);
    start += sizes[i + 1];
    if (kind === LABELS) labels.push(text.decode(part));
    else if (kind === LUTS && part.length === LUT_BYTES) luts.push(part);
  }
  return { labels, luts };
}
