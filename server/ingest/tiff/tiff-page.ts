import { compressionNotRead } from "../../../core/import/tiff-peek.ts";
import { Problem } from "../../../core/problem.ts";
import type { PixelType } from "../../../core/volume/voxel-space.ts";
import { pixelTypeOf, type StoredType, storedBytes } from "../voxels/stored-numbers.ts";
import { tiffDecoders } from "./tiff-decompress.ts";
import { readNumbers, type Tiff, type TiffDirectory } from "./tiff-directory.ts";

/** How the pixels of one page lie in the file. Strips are blocks as wide as the page. */
export interface TiffPage {
  readonly page: number;
  readonly width: number;
  readonly height: number;
  /** Samples per pixel, e.g. 3 for RGB. */
  readonly samples: number;
  /** Of one sample in the file; below 8, and 10, 12 or 14, samples are packed, each row from a byte of its own. */
  readonly bits: number;
  /** Samples as unpacked. */
  readonly stored: StoredType;
  /** What they become. */
  readonly pixelType: PixelType;
  /** Tag 262: 0 white is zero, 1 black is zero, 2 RGB, 3 palette, 6 YCbCr … */
  readonly photometric: number;
  /** The first bit of a packed sample is the lowest of its byte (FillOrder 2). */
  readonly lowBitFirst: boolean;
  readonly compression: number;
  /** 0 not, 1 deflate, 2 Zstandard. */
  readonly lercPacking: number;
  /** 1 none, 2 horizontal differences, 3 floating point. */
  readonly predictor: number;
  /** True: each sample has its own blocks (PlanarConfiguration 2). */
  readonly planar: boolean;
  readonly blockWidth: number;
  readonly blockHeight: number;
  readonly blocksAcross: number;
  readonly blocksDown: number;
  /** A smaller copy of another page, or a mask: no slice. */
  readonly reduced: boolean;
  readonly directory: TiffDirectory;
}

const TAG = {
  subfileType: 254,
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  samples: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planar: 284,
  predictor: 317,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  sampleFormat: 339,
  lerc: 50674,
} as const;

const MAX_SAMPLES = 64;
/** One decoded strip or tile must fit into memory several times over. */
const MAX_BLOCK_BYTES = 128 * 1024 * 1024;
/** Of a page; the place of each is in memory. */
const MAX_BLOCKS = 4_000_000;

export async function readPage(tiff: Tiff, directory: TiffDirectory): Promise<TiffPage> {
  const where = `page ${directory.page + 1}`;
  const refuse = (tag: string, what: string, at: string, hint: string) =>
    new Problem({ tag, what, where: `${where}, ${at}`, hint });
  const one = async (tag: number) => (await readNumbers(tiff, directory, tag, MAX_SAMPLES))?.[0];
  const width = (await one(TAG.width)) ?? 0;
  const height = (await one(TAG.height)) ?? 0;
  if (!isSize(width) || !isSize(height))
    throw refuse(
      "tiff-damaged",
      "A page has no size.",
      "tags 256 and 257",
      "The header is damaged; save the file again.",
    );
  const samples = (await one(TAG.samples)) ?? 1;
  if (!isSize(samples) || samples > MAX_SAMPLES)
    throw refuse("tiff-damaged", `A page claims ${samples} samples per pixel.`, "tag 277", "Save the file again.");
  const bits = (await readNumbers(tiff, directory, TAG.bits, MAX_SAMPLES)) ?? [1];
  const formats = (await readNumbers(tiff, directory, TAG.sampleFormat, MAX_SAMPLES)) ?? [1];
  const stored = storedTypeOf(bits, formats);
  if (!stored)
    throw refuse(
      "tiff-pixel-type",
      `Pixels of ${[...new Set(bits)].join("/")} bits, ${formatName(formats)}, are not read.`,
      "tags 258 and 339",
      "Convert to 8 or 16 bits, 32-bit integers or 32-bit float (Fiji: Image > Type).",
    );
  const packed = !WHOLE_BITS.has(bits[0]);
  const compression = (await one(TAG.compression)) ?? 1;
  if (!tiffDecoders.has(compression)) throw compressionNotRead(compression, `${where}, tag 259`);
  const photometric = (await one(TAG.photometric)) ?? 1;
  if (photometric === 6 && samples > 1)
    throw refuse(
      "tiff-colour-space",
      "The colours are stored as brightness and two differences (YCbCr).",
      "tag 262",
      "Convert the image to RGB or to one channel and save it again.",
    );
  const predictor = (await one(TAG.predictor)) ?? 1;
  const isFloat = stored.startsWith("float");
  if (![1, 2, 3].includes(predictor) || (predictor === 3 && !isFloat) || (predictor === 2 && packed))
    throw refuse(
      "tiff-predictor",
      `The predictor ${predictor} does not fit these pixels.`,
      "tag 317",
      "Save the file again without it.",
    );
  const tiled = directory.entries.has(TAG.tileWidth);
  const blockWidth = tiled ? ((await one(TAG.tileWidth)) ?? 0) : width;
  const rowsPerStrip = (await one(TAG.rowsPerStrip)) ?? height;
  const blockHeight = tiled ? ((await one(TAG.tileHeight)) ?? 0) : Math.min(rowsPerStrip || height, height);
  const planar = (await one(TAG.planar)) === 2 && samples > 1;
  const rowSamples = blockWidth * (planar ? 1 : samples);
  const blockBytes = blockHeight * rowSamples * storedBytes[stored];
  // Plain strips are read row by row.
  const inMemory = compression === 1 && !tiled && predictor === 1 ? 0 : blockBytes;
  const blocks = Math.ceil(width / blockWidth) * Math.ceil(height / blockHeight) * (planar ? samples : 1);
  if (!isSize(blockWidth) || !isSize(blockHeight) || inMemory > MAX_BLOCK_BYTES || blocks > MAX_BLOCKS)
    throw refuse(
      "tiff-absurd-size",
      `A ${tiled ? "tile" : "strip"} of ${blockWidth} × ${blockHeight} pixels is claimed.`,
      tiled ? "tags 322 and 323" : "tags 256 and 278",
      "If the image is not that large, the header is damaged; otherwise save it with smaller strips or tiles.",
    );
  return {
    page: directory.page,
    width,
    height,
    samples,
    bits: bits[0],
    stored,
    pixelType: pixelTypeOf(stored),
    photometric,
    lowBitFirst: (await one(TAG.fillOrder)) === 2,
    compression,
    lercPacking: (await readNumbers(tiff, directory, TAG.lerc, MAX_SAMPLES))?.[1] ?? 0,
    predictor,
    planar,
    blockWidth,
    blockHeight,
    blocksAcross: Math.ceil(width / blockWidth),
    blocksDown: Math.ceil(height / blockHeight),
    reduced: (((await one(TAG.subfileType)) ?? 0) & 5) !== 0,
    directory,
  };
}

const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;

/** Samples that are whole bytes. */
const WHOLE_BITS: ReadonlySet<number> = new Set([8, 16, 32, 64]);
/** Of cameras, and of masks. */
const PACKED_BITS: ReadonlySet<number> = new Set([1, 2, 4, 10, 12, 14]);
const FLOATS: Readonly<Record<number, StoredType>> = { 16: "float16", 32: "float32", 64: "float64" };

/** Null where samples are of several kinds, or of one that is not read. */
function storedTypeOf(bits: readonly number[], formats: readonly number[]): StoredType | null {
  if (bits.some((b) => b !== bits[0]) || formats.some((f) => f !== formats[0])) return null;
  const [format] = formats;
  const [width] = bits;
  if (format === 3) return FLOATS[width] ?? null;
  if (format !== 1 && format !== 2 && format !== 4) return null;
  if (WHOLE_BITS.has(width)) return `${format === 2 ? "int" : "uint"}${width}` as StoredType;
  return format !== 2 && PACKED_BITS.has(width) ? (width <= 8 ? "uint8" : "uint16") : null;
}

const formatName = (formats: readonly number[]): string =>
  [...new Set(formats)]
    .map(
      (format) => ["unsigned", "signed", "float", "of no kind", "complex", "complex"][format - 1] ?? `kind ${format}`,
    )
    .join(" and ");

/** Where the blocks of a page lie. Checked: right number, inside the file, able to hold what the page claims. */
export async function readBlockTable(tiff: Tiff, page: TiffPage): Promise<{ offsets: number[]; byteCounts: number[] }> {
  const tiled = page.directory.entries.has(TAG.tileWidth);
  const where = `page ${page.page + 1}`;
  const expected = page.blocksAcross * page.blocksDown * (page.planar ? page.samples : 1);
  const offsets = await readNumbers(tiff, page.directory, tiled ? TAG.tileOffsets : TAG.stripOffsets, expected + 1);
  const counted = await readNumbers(
    tiff,
    page.directory,
    tiled ? TAG.tileByteCounts : TAG.stripByteCounts,
    expected + 1,
  );
  const blockBytes = page.blockHeight * storedRowBytes(page);
  // Old writers leave the byte counts out; without compression they follow from the size.
  const byteCounts = counted ?? (page.compression === 1 ? offsets?.map(() => blockBytes) : undefined);
  if (!offsets || !byteCounts || offsets.length < expected || byteCounts.length < expected)
    throw new Problem({
      tag: "tiff-damaged",
      what: `A page needs ${expected} ${tiled ? "tiles" : "strips"} but lists ${Math.min(offsets?.length ?? 0, byteCounts?.length ?? 0)}.`,
      where: `${where}, tags ${tiled ? "324 and 325" : "273 and 279"}`,
      hint: "The file is damaged; open it in Fiji and save it again.",
    });
  for (let i = 0; i < expected; i++) {
    if (offsets[i] + byteCounts[i] <= tiff.bytes.size) continue;
    throw new Problem({
      tag: "file-truncated",
      what: "The file ends in the middle of a page.",
      where: `${where} of ${tiff.directories.length}, ${tiled ? "tile" : "strip"} ${i + 1}: bytes ${offsets[i]} to ${offsets[i] + byteCounts[i]} of ${tiff.bytes.size}`,
      hint: "The copy or download was probably cut off; compare its size with the original and upload it again.",
    });
  }
  return { offsets, byteCounts };
}

/** Bytes of a row of a block as the file has it, unpacked from its compression. */
export const storedRowBytes = (page: TiffPage): number =>
  Math.ceil((page.blockWidth * (page.planar ? 1 : page.samples) * page.bits) / 8);

export const isPacked = (page: TiffPage): boolean => !WHOLE_BITS.has(page.bits);

export const isTiled = (page: TiffPage): boolean => page.directory.entries.has(TAG.tileWidth);
