import { Problem } from "../../../core/problem.ts";
import { bytesPerPixel, type PixelArray } from "../../../core/volume/voxel-space.ts";
import { pixelsOf, swapBytes } from "../pixel-bytes.ts";
import { tiffDecoders } from "./tiff-decompress.ts";
import type { Tiff } from "./tiff-directory.ts";
import { blockBytesOf, readBlockTable, type TiffPage } from "./tiff-page.ts";
import { undoFloatingPoint, undoHorizontalDifferences } from "./tiff-predictor.ts";

/** Rows `[yMin, yMax)` of one sample of a page. */
export async function readPageRows(
  tiff: Tiff,
  page: TiffPage,
  sample: number,
  yMin: number,
  yMax: number,
): Promise<PixelArray> {
  const table = await tableOf(tiff, page);
  const width = bytesPerPixel[page.pixelType];
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
      const plain = page.compression === 1 && page.predictor === 1 && !page.directory.entries.has(322);
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
  return pixelsOf(page.pixelType, out);
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

/** Rows of the page out of an uncompressed strip, little-endian; the rest of the strip is left on the disk. */
async function readRows(
  tiff: Tiff,
  page: TiffPage,
  place: BlockPlace,
  yMin: number,
  yMax: number,
): Promise<Uint8Array> {
  const where = wordsFor(page, place);
  const width = bytesPerPixel[page.pixelType];
  const rowBytes = page.blockWidth * (page.planar ? 1 : page.samples) * width;
  const first = (yMin - place.blockRow * page.blockHeight) * rowBytes;
  const wanted = (yMax - yMin) * rowBytes;
  if (first + wanted > place.byteCount)
    throw damagedBlock(where, `holds ${place.byteCount} of ${first + wanted} bytes`);
  const rows = await tiff.bytes.read(place.offset + first, wanted, where);
  if (!tiff.littleEndian) swapBytes(rows, width);
  return rows;
}

/** One block, decompressed, predictor undone, little-endian. */
async function decodeBlock(tiff: Tiff, page: TiffPage, place: BlockPlace): Promise<Uint8Array> {
  const where = wordsFor(page, place);
  const { offset, byteCount, blockRow } = place;
  const width = bytesPerPixel[page.pixelType];
  const interleaved = page.planar ? 1 : page.samples;
  const rowBytes = page.blockWidth * interleaved * width;
  const tiled = page.directory.entries.has(322);
  const rows = tiled ? page.blockHeight : Math.min(page.blockHeight, page.height - blockRow * page.blockHeight);
  const source = await tiff.bytes.read(offset, Math.min(byteCount, Math.max(blockBytesOf(page) * 2, 65_536)), where);
  const decoder = tiffDecoders.get(page.compression)!;
  const wanted = rows * rowBytes;
  let block: Uint8Array;
  try {
    block = decoder.decompress(source, wanted);
  } catch (cause) {
    throw damagedBlock(where, "cannot be decompressed", cause);
  }
  if (block.length < wanted) throw damagedBlock(where, `holds ${block.length} of ${wanted} bytes`);
  if (page.predictor !== 1) {
    const undo = page.predictor === 2 ? undoHorizontalDifferences : undoFloatingPoint;
    undo(block, rowBytes, width, interleaved, tiff.littleEndian);
  }
  if (!tiff.littleEndian) swapBytes(block, width);
  return block;
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
