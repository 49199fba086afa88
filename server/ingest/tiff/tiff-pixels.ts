import { Problem } from "../../../core/problem.ts";
import type { PixelArray } from "../../../core/volume/voxel-space.ts";
import { swapBytes } from "../voxels/pixel-bytes.ts";
import { storedBytes, voxelsOf } from "../voxels/stored-numbers.ts";
import { tiffDecoders } from "./tiff-decompress.ts";
import type { Tiff } from "./tiff-directory.ts";
import { isPacked, isTiled, readBlockTable, storedRowBytes, type TiffPage } from "./tiff-page.ts";
import { undoFloatingPoint, undoHorizontalDifferences } from "./tiff-predictor.ts";
import { unpackBits } from "./unpack-bits.ts";

/** Rows `[yMin, yMax)` of one sample of a page. */
export async function readPageRows(
  tiff: Tiff,
  page: TiffPage,
  sample: number,
  yMin: number,
  yMax: number,
): Promise<PixelArray> {
  const table = await tableOf(tiff, page);
  const width = storedBytes[page.stored];
  const out = new Uint8Array((yMax - yMin) * page.width * width);
  const perSample = page.blocksAcross * page.blocksDown;
  const interleaved = page.planar ? 1 : page.samples;
  for (let by = Math.floor(yMin / page.blockHeight); by * page.blockHeight < yMax; by++)
    for (let bx = 0; bx < page.blocksAcross; bx++) {
      const index = by * page.blocksAcross + bx + (page.planar ? sample * perSample : 0);
      const xMin = bx * page.blockWidth;
      const columns = Math.min(page.blockWidth, page.width - xMin);
      const first = Math.max(yMin, by * page.blockHeight);
      const end = Math.min(yMax, (by + 1) * page.blockHeight, page.height);
      const place = { index, offset: table.offsets[index], byteCount: table.byteCounts[index], blockRow: by };
      // Never written: what is left out is zero.
      if (place.byteCount === 0 && place.offset === 0) continue;
      const plain = areRowsPlain(page);
      const block = plain ? await readRows(tiff, page, place, first, end) : await decodeBlock(tiff, page, place);
      const rowZero = plain ? first : by * page.blockHeight;
      for (let y = first; y < end; y++) {
        const from = (y - rowZero) * page.blockWidth * interleaved * width;
        const to = ((y - yMin) * page.width + xMin) * width;
        if (interleaved === 1) out.set(block.subarray(from, from + columns * width), to);
        else
          for (let x = 0; x < columns; x++)
            for (let b = 0; b < width; b++)
              out[to + x * width + b] = block[from + (x * interleaved + sample) * width + b];
      }
    }
  return voxelsOf(page.stored, out, (i) => placeInPage(page, yMin, i));
}

const placeInPage = (page: TiffPage, yMin: number, index: number): string =>
  `page ${page.page + 1}, y ${yMin + Math.floor(index / page.width)}, x ${index % page.width}`;

/** Rows of strips that lie in the file as they are. */
export const areRowsPlain = (page: TiffPage): boolean =>
  page.compression === 1 && page.predictor === 1 && !isTiled(page);

/** Rows of the file, not compressed, as voxels. */
export function voxelsOfRows(tiff: Tiff, page: TiffPage, raw: Uint8Array, yMin: number): PixelArray {
  return voxelsOf(page.stored, orderedSamples(tiff, page, raw), (i) => placeInPage(page, yMin, i));
}

/** Packed samples get bytes of their own; others the byte order of this machine. */
function orderedSamples(tiff: Tiff, page: TiffPage, rows: Uint8Array): Uint8Array {
  if (isPacked(page))
    return unpackBits(rows, page.blockWidth * (page.planar ? 1 : page.samples), page.bits, page.lowBitFirst);
  if (!tiff.littleEndian) swapBytes(rows, storedBytes[page.stored]);
  return rows;
}

/** Blocks of one page are read one after the other; a page can have millions of them. */
const lastTable = new WeakMap<Tiff, { readonly page: TiffPage; readonly table: ReturnType<typeof readBlockTable> }>();

function tableOf(tiff: Tiff, page: TiffPage): ReturnType<typeof readBlockTable> {
  const last = lastTable.get(tiff);
  if (last?.page === page) return last.table;
  const table = readBlockTable(tiff, page);
  lastTable.set(tiff, { page, table });
  return table;
}

/** A strip or tile: its number, where it lies in the file, and its row of blocks in the page. */
interface BlockPlace {
  readonly index: number;
  readonly offset: number;
  readonly byteCount: number;
  readonly blockRow: number;
}

const wordsFor = (page: TiffPage, { index }: BlockPlace): string =>
  `page ${page.page + 1}, ${page.blockWidth === page.width ? "strip" : "tile"} ${index + 1}`;

/** Rows of the page out of an uncompressed strip; the rest of the strip is left on the disk. */
async function readRows(
  tiff: Tiff,
  page: TiffPage,
  place: BlockPlace,
  yMin: number,
  yMax: number,
): Promise<Uint8Array> {
  const where = wordsFor(page, place);
  const rowBytes = storedRowBytes(page);
  const first = (yMin - place.blockRow * page.blockHeight) * rowBytes;
  const wanted = (yMax - yMin) * rowBytes;
  if (first + wanted > place.byteCount)
    throw damagedBlock(where, `holds ${place.byteCount} of ${first + wanted} bytes`);
  return orderedSamples(tiff, page, await tiff.bytes.read(place.offset + first, wanted, where));
}

/** One block, decompressed, predictor undone, little-endian. */
async function decodeBlock(tiff: Tiff, page: TiffPage, place: BlockPlace): Promise<Uint8Array> {
  const where = wordsFor(page, place);
  const { offset, byteCount, blockRow } = place;
  const samples = page.planar ? 1 : page.samples;
  const rowBytes = storedRowBytes(page);
  const rows = isTiled(page) ? page.blockHeight : Math.min(page.blockHeight, page.height - blockRow * page.blockHeight);
  const source = await tiff.bytes.read(
    offset,
    Math.min(byteCount, Math.max(page.blockHeight * rowBytes * 2, 65_536)),
    where,
  );
  const decoder = tiffDecoders.get(page.compression)!;
  const wanted = rows * rowBytes;
  let block: Uint8Array;
  try {
    const { blockWidth, stored, bits, lercPacking } = page;
    block = await decoder.decompress(source, wanted, {
      width: blockWidth,
      rows,
      samples,
      type: stored,
      bits,
      lercPacking,
    });
  } catch (cause) {
    throw damagedBlock(where, `cannot be decompressed: ${cause instanceof Error ? cause.message : cause}`, cause);
  }
  if (block.length < wanted) throw damagedBlock(where, `holds ${block.length} of ${wanted} bytes`);
  if (decoder.isImage) return block;
  if (page.predictor !== 1) {
    const undo = page.predictor === 2 ? undoHorizontalDifferences : undoFloatingPoint;
    undo(block, rowBytes, storedBytes[page.stored], samples, tiff.littleEndian);
  }
  return orderedSamples(tiff, page, block);
}

const damagedBlock = (where: string, what: string, cause?: unknown): Problem =>
  new Problem(
    {
      tag: "tiff-damaged",
      what: `A part of the image ${what}.`,
      where,
      hint: "The file is damaged or was cut off; compare it with the original and upload it again.",
    },
    { cause },
  );
