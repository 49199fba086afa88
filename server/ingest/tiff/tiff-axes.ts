import { Problem } from "../../../core/problem.ts";
import { bytesPerPixel, type Zyx } from "../../../core/volume/voxel-space.ts";
import { type ImageJDescription, parseImageJDescription } from "./imagej-description.ts";
import { type OmeImage, parseOmeXml } from "./ome-xml.ts";
import { parseShapedDescription } from "./shaped-description.ts";
import { readNumbers, readText, type Tiff } from "./tiff-directory.ts";
import { readBlockTable, type TiffPage } from "./tiff-page.ts";

/** One stack of pages with its axes. */
export interface TiffImage {
  readonly path: string;
  readonly shapeZyx: Zyx;
  /** Layout shared by all its pages. */
  readonly page: TiffPage;
  readonly channels: readonly string[];
  readonly times: number;
  readonly voxelSizeZyx: Zyx | null;
  readonly voxelSizeNote: string;
  /** All planes lie one after the other behind one directory, as in stacks over 4 GB; slowest axis first. */
  readonly contiguous: { readonly offset: number; readonly order: "TZC" | "TCZ" } | null;
  /** Where plane (z, c, t) is: page and sample within its pixels. */
  planeAt(z: number, c: number, t: number): { page: TiffPage; sample: number };
}

const DESCRIPTION = 270;
const MAX_CHANNELS = 4096;

/** The axes, by the first that speaks: OME-XML, ImageJ, a shape description, else the pages are z slices. */
export async function tiffImagesOf(tiff: Tiff, all: TiffPage[]): Promise<{ images: TiffImage[]; notes: string[] }> {
  const text = (await readText(tiff, tiff.directories[0], DESCRIPTION)) ?? "";
  const ome = parseOmeXml(text, all.length);
  if (ome) return { images: ome.map((image, i) => fromOme(image, i, ome.length, all)), notes: [] };
  const pages = all.filter((page) => !page.reduced);
  const notes =
    pages.length < all.length ? [`${all.length - pages.length} smaller copies (previews) were left out.`] : [];
  if (pages.length === 0) throw mixedPages(all[0], "is only a preview or a mask");
  assertSameLayout(pages);
  const imageJ = await fromImageJ(tiff, text, pages, notes);
  return { images: [imageJ ?? (await fromShape(tiff, text, pages))], notes };
}

function fromOme(image: OmeImage, index: number, count: number, pages: readonly TiffPage[]): TiffImage {
  const path = count > 1 ? `${index + 1}: ${image.name}` : image.name;
  const where = `OME-XML, image ${index + 1}`;
  const used = new Set<TiffPage>();
  for (let t = 0; t < image.sizeT; t++)
    for (let c = 0; c < image.sizeC; c++)
      for (let z = 0; z < image.sizeZ; z++) {
        const page = image.pageOf(z, c, t);
        if (page === null)
          throw omeMismatch(
            `Plane z ${z + 1}, channel ${c + 1}, time ${t + 1} is not in this file, which has ${pages.length} pages`,
            where,
          );
        used.add(pages[page]);
      }
  const list = [...used];
  assertSameLayout(list);
  const [first] = list;
  assertFewChannels(image.sizeC * first.samples, where);
  if (first.width !== image.sizeX || first.height !== image.sizeY)
    throw omeMismatch(
      `The OME-XML says ${image.sizeX} × ${image.sizeY} pixels, the pages have ${first.width} × ${first.height}`,
      where,
    );
  const [z, y, x] = image.sizeUmZyx;
  const known = z !== null && y !== null && x !== null;
  return {
    path,
    shapeZyx: [image.sizeZ, image.sizeY, image.sizeX],
    page: first,
    channels: withSamples(image.channelNames, first.samples),
    times: image.sizeT,
    voxelSizeZyx: known ? [z, y, x] : null,
    voxelSizeNote: known ? "OME-XML" : partialNote("The OME-XML", z, y, x),
    contiguous: null,
    planeAt: (pz, c, t) => ({
      page: pages[image.pageOf(pz, Math.floor(c / first.samples), t) ?? 0],
      sample: c % first.samples,
    }),
  };
}

async function fromImageJ(
  tiff: Tiff,
  text: string,
  pages: readonly TiffPage[],
  notes: string[],
): Promise<TiffImage | null> {
  const parsed = parseImageJDescription(text);
  if (!parsed) return null;
  const said = asSlices(parsed, notes);
  const [first] = pages;
  const planes = said.channels * said.slices * said.frames;
  const single = pages.length === 1 && said.images > 1;
  // A stack whose numbers contradict its pages: the pages are what there is.
  const believable = planes === (single ? said.images : pages.length);
  const [channels, slices, frames] = believable
    ? [said.channels, said.slices, said.frames]
    : [1, single ? said.images : pages.length, 1];
  assertFewChannels(channels * first.samples, "tag 270");
  const perUnit = async (tag: number) => (await readNumbers(tiff, first.directory, tag, 1))?.[0] ?? 0;
  const umPerPixel = async (tag: number) => {
    const resolution = await perUnit(tag);
    return said.umPerUnit !== null && Number.isFinite(resolution) && resolution > 0
      ? said.umPerUnit / resolution
      : null;
  };
  const [z, y, x] = [said.spacingUm, await umPerPixel(283), await umPerPixel(282)];
  const known = z !== null && y !== null && x !== null;
  return {
    path: "stack",
    shapeZyx: [slices, first.height, first.width],
    page: first,
    channels: withSamples(numbered(channels), first.samples),
    times: frames,
    voxelSizeZyx: known ? [z, y, x] : null,
    voxelSizeNote: known ? "ImageJ header" : partialNote("The ImageJ header", z, y, x),
    contiguous: single ? { offset: await contiguousStart(tiff, first), order: "TZC" } : null,
    planeAt: (pz, c, t) => ({
      page: pages[(t * slices + pz) * channels + Math.floor(c / first.samples)] ?? first,
      sample: c % first.samples,
    }),
  };
}

/** Scripts often save a z stack as so many channels or times; five of either without any slice are taken for one, and said. */
function asSlices(said: ImageJDescription, notes: string[]): ImageJDescription {
  const { channels, frames, slices } = said;
  if (slices > 1 || channels * frames < 5 || (channels > 1 && frames > 1)) return said;
  notes.push(
    `The header calls the ${channels * frames} planes ${channels > 1 ? "channels" : "times"}; they are taken as z slices.`,
  );
  return { ...said, channels: 1, frames: 1, slices: channels * frames };
}

/** ImageJ writes stacks over 4 GB with one directory; their planes follow the first without gaps and uncompressed. */
async function contiguousStart(tiff: Tiff, page: TiffPage): Promise<number> {
  const { offsets } = await readBlockTable(tiff, page);
  const rowBytes = page.width * bytesPerPixel[page.pixelType];
  const gapless = offsets.every((offset, i) => offset === offsets[0] + i * page.blockHeight * rowBytes);
  if (page.compression === 1 && page.samples === 1 && gapless && !page.directory.entries.has(322)) return offsets[0];
  throw new Problem({
    tag: "tiff-missing-pages",
    what: "The header announces more slices than the file has pages.",
    where: "page 1, tag 270",
    hint: "Open the file in Fiji and save it again as a TIFF stack.",
  });
}

async function fromShape(tiff: Tiff, text: string, pages: readonly TiffPage[]): Promise<TiffImage> {
  const [first] = pages;
  const said = parseShapedDescription(text);
  const single = pages.length === 1 && said !== null && said.planes > 1;
  const planes = single ? said.planes : pages.length;
  const { channels, times } = said?.planes === planes ? said : { channels: 1, times: 1 };
  const slices = planes / (channels * times);
  assertFewChannels(channels * first.samples, "tag 270");
  return {
    path: "stack",
    shapeZyx: [slices, first.height, first.width],
    page: first,
    channels: withSamples(numbered(channels), first.samples),
    times,
    voxelSizeZyx: null,
    voxelSizeNote: "The file does not say its voxel size.",
    contiguous: single ? { offset: await contiguousStart(tiff, first), order: "TCZ" } : null,
    planeAt: (z, c, t) => ({
      page: pages[(t * channels + Math.floor(c / first.samples)) * slices + z],
      sample: c % first.samples,
    }),
  };
}

function assertFewChannels(channels: number, where: string): void {
  if (channels <= MAX_CHANNELS) return;
  throw new Problem({
    tag: "tiff-damaged",
    what: `The header claims ${channels} channels.`,
    where,
    hint: "If they are slices, save the volume as a z stack; otherwise the header is damaged.",
  });
}

const numbered = (channels: number): string[] => Array.from({ length: channels }, (_, i) => `channel ${i + 1}`);

/** Samples of a pixel are channels too, fastest. */
const withSamples = (names: readonly string[], samples: number): string[] =>
  samples === 1
    ? [...names]
    : names.flatMap((name) =>
        Array.from(
          { length: samples },
          (_, s) => `${name}${samples === 3 ? `, ${["red", "green", "blue"][s]}` : `, sample ${s + 1}`}`,
        ),
      );

function partialNote(source: string, z: number | null, y: number | null, x: number | null): string {
  const parts = [z !== null && `z ${z} µm`, y !== null && `y ${y} µm`, x !== null && `x ${x} µm`].filter(Boolean);
  return parts.length ? `${source} says only ${parts.join(", ")}.` : "The file does not say its voxel size.";
}

function assertSameLayout(pages: readonly TiffPage[]): void {
  const [first] = pages;
  for (const page of pages) {
    if (page.width !== first.width || page.height !== first.height)
      throw mixedPages(
        page,
        `has ${page.width} × ${page.height} pixels, page ${first.page + 1} has ${first.width} × ${first.height}`,
      );
    if (page.pixelType !== first.pixelType || page.samples !== first.samples)
      throw mixedPages(page, `has pixels of type ${page.pixelType}, page ${first.page + 1} of ${first.pixelType}`);
  }
}

const mixedPages = (page: TiffPage, what: string): Problem =>
  new Problem({
    tag: "tiff-mixed-pages",
    what: `The pages are not slices of one volume: page ${page.page + 1} ${what}.`,
    where: `page ${page.page + 1}`,
    hint: "Save the volume alone in a file of its own.",
  });

const omeMismatch = (what: string, where: string): Problem =>
  new Problem({
    tag: "ome-xml-mismatch",
    what: `${what}.`,
    where,
    hint: "If the volume is spread over several files, export it as one file; otherwise the file was cut off.",
  });
