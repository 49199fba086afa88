import { statedColors } from "../../../core/import/file-channels.ts";
import type { FileContents, FileImage } from "../../../core/import/file-contents.ts";
import { shapeObjection } from "../../../core/import/file-contents.ts";
import { Problem } from "../../../core/problem.ts";
import { createPixelArray } from "../../../core/volume/voxel-space.ts";
import { permuteSource } from "../voxels/permuted-source.ts";
import type { RandomAccessBytes } from "../voxels/random-access.ts";
import { storedBytes } from "../voxels/stored-numbers.ts";
import type { ImageChoice, VolumeFile, VolumeSource } from "../voxels/volume-source.ts";
import { imagesOfTiff } from "./axes/images-of-tiff.ts";
import { shapeZyxOf, type TiffImage } from "./axes/tiff-image.ts";
import { tiffDecoders } from "./tiff-decompress.ts";
import { readTiff, type Tiff } from "./tiff-directory.ts";
import { notesOnPage } from "./tiff-notes.ts";
import { readBlockTable, readPage, storedRowBytes, type TiffPage } from "./tiff-page.ts";
import { areRowsPlain, readPageRows, voxelsOfRows } from "./tiff-pixels.ts";

/** Rows decoded at a time where a page is one huge strip: bounds memory, costs nothing for ordinary pages. */
const MAX_BLOCK_ROWS_BYTES = 32 * 1024 * 1024;

/** Opens a TIFF stack: directories, axes, voxel size, and a check that every page lies inside the file. */
export async function openTiff(bytes: RandomAccessBytes): Promise<VolumeFile> {
  const tiff = await readTiff(bytes);
  const pages: TiffPage[] = [];
  for (const directory of tiff.directories) pages.push(await readPage(tiff, directory));
  const { images, notes } = await imagesOfTiff(tiff, pages);
  const usable = images.filter((image) => !shapeObjection(shapeZyxOf(image)));
  if (usable.length === 0) {
    const objection = shapeObjection(shapeZyxOf(images[0]))!;
    throw new Problem({ tag: "not-a-volume", ...objection, where: images[0].path });
  }
  let unwritten = 0;
  for (const image of usable) unwritten += await checkExtent(tiff, image);
  const contents: FileContents = {
    format: "TIFF",
    images: usable.map(describe),
    notes: [
      ...notes,
      ...new Set(usable.flatMap(({ page }) => notesOnPage(page))),
      ...(unwritten > 0 ? [`${unwritten} strips or tiles were never written; their voxels are 0.`] : []),
      ...images
        .filter((i) => !usable.includes(i))
        .map((i) => `${i.path} was left out: ${shapeObjection(shapeZyxOf(i))?.what}`),
    ],
  };
  return {
    contents,
    async open(choice) {
      const image = usable.find((candidate) => candidate.path === choice.image);
      if (!image || choice.channel >= image.channels.length || choice.time >= image.times)
        throw new Problem({
          tag: "no-such-image",
          what: "The chosen image, channel or time is not in the file.",
          where: `${choice.image}, channel ${choice.channel + 1}, time ${choice.time + 1}`,
          hint: "Choose again.",
        });
      return permuteSource(sourceOf(tiff, image, choice), image.storedAxes);
    },
    close: async () => {},
  };
}

const describe = (image: TiffImage): FileImage => ({
  path: image.path,
  shapeZyx: shapeZyxOf(image),
  pixelType: image.page.pixelType,
  voxelSizeZyx: image.voxelSizeZyx,
  voxelSizeNote: image.voxelSizeNote,
  channels: image.channels,
  ...statedColors(image.channelColors),
  times: image.times,
  looksLikeLabels: image.page.pixelType !== "float32" && /label|mask|seg/i.test(image.path),
});

/**
 * Refuses files that could not hold what they claim: before anything is allocated, naming the page.
 * @returns strips and tiles that the file leaves out
 */
async function checkExtent(tiff: Tiff, image: TiffImage): Promise<number> {
  const { page: first } = image;
  const planes = image.storedShape[0] * image.channels.length * image.times;
  if (image.planes.kind === "contiguous") {
    const planeBytes = first.height * storedRowBytes(first);
    const whole = Math.max(0, Math.floor((tiff.bytes.size - image.planes.offset) / planeBytes));
    if (whole >= planes) return 0;
    throw new Problem({
      tag: "file-truncated",
      what: `The file ends after ${whole} of ${planes} slices.`,
      where: `slice ${whole + 1}, byte ${tiff.bytes.size}`,
      hint: "The header is damaged or the copy was cut off; compare its size with the original and upload it again.",
    });
  }
  let stored = 0;
  let unwritten = 0;
  for (const page of pagesOf(image)) {
    const { offsets, byteCounts } = await readBlockTable(tiff, page);
    const inPage = byteCounts.reduce((sum, count) => sum + count, 0);
    stored += inPage;
    const empty = byteCounts.filter((count, i) => count === 0 && offsets[i] === 0).length;
    unwritten += empty;
    const written = 1 - empty / byteCounts.length;
    const claimed = ((page.width * page.height * page.bits) / 8) * page.samples * written;
    if (claimed > inPage * tiffDecoders.get(page.compression)!.maxExpansion)
      throw new Problem({
        tag: "tiff-absurd-size",
        what: `A page claims ${page.width} × ${page.height} pixels but has only ${inPage} bytes of data.`,
        where: `page ${page.page + 1}`,
        hint: "The header is damaged, or the file was cut off. Compare its size with the original and upload it again.",
      });
    if (stored > tiff.bytes.size)
      throw new Problem({
        tag: "tiff-overlapping-pages",
        what: "The pages of this file lie on top of each other.",
        where: `page ${page.page + 1}`,
        hint: "The file is damaged; open it in Fiji and save it again.",
      });
  }
  return unwritten;
}

function pagesOf({ planes, storedShape, channels, times }: TiffImage): Set<TiffPage> {
  const pages = new Set<TiffPage>();
  if (planes.kind === "pages")
    for (let t = 0; t < times; t++)
      for (let c = 0; c < channels.length; c++)
        for (let z = 0; z < storedShape[0]; z++) pages.add(planes.at(z, c, t).page);
  return pages;
}

/** Planes, rows and columns as they are stored. */
function sourceOf(tiff: Tiff, image: TiffImage, choice: ImageChoice): VolumeSource {
  const [, sizeY, sizeX] = image.storedShape;
  const { page: first, planes } = image;
  const rowBytes = storedRowBytes(first);
  const rowsInBudget = Math.max(1, Math.floor(MAX_BLOCK_ROWS_BYTES / (sizeX * storedBytes[first.stored])));
  const blockRows =
    planes.kind === "contiguous" || areRowsPlain(first)
      ? Math.min(sizeY, rowsInBudget)
      : Math.min(sizeY, Math.max(first.blockHeight, Math.floor(rowsInBudget / first.blockHeight) * first.blockHeight));
  const planeRows = async (z: number, yMin: number, yMax: number) => {
    if (planes.kind === "contiguous") {
      const plane = planes.indexAt(z, choice.channel, choice.time);
      const start = planes.offset + (plane * sizeY + yMin) * rowBytes;
      const raw = await tiff.bytes.read(start, (yMax - yMin) * rowBytes, `slice ${z + 1}`);
      return voxelsOfRows(tiff, first, raw, yMin);
    }
    const { page, sample } = planes.at(z, choice.channel, choice.time);
    return readPageRows(tiff, page, sample, yMin, yMax);
  };
  return {
    shapeZyx: image.storedShape,
    pixelType: first.pixelType,
    blockZy: [1, blockRows],
    async read(zMin, zMax, yMin, yMax) {
      if (zMax - zMin === 1) return planeRows(zMin, yMin, yMax);
      const rows = [];
      for (let z = zMin; z < zMax; z++) rows.push(await planeRows(z, yMin, yMax));
      const joined = createPixelArray(first.pixelType, rows.length * rows[0].length);
      rows.forEach((plane, i) => {
        joined.set(plane, i * plane.length);
      });
      return joined;
    },
  };
}
