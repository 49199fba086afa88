import { Problem } from "../../../../core/problem.ts";
import { MAX_CHANNELS } from "../../axes/plane-order.ts";
import { readText, type Tiff } from "../tiff-directory.ts";
import type { TiffPage } from "../tiff-page.ts";
import { imageFromImageJ } from "./from-imagej.ts";
import { imagesFromOme } from "./from-ome.ts";
import { type Found, imageFromMaker, imageFromShape, imageOfContiguous, imageOfPages } from "./from-shape.ts";
import { parseImageJDescription } from "./imagej-description.ts";
import { readMakerStack, stkPlanes } from "./maker-tags.ts";
import { parseOmeXml } from "./ome-xml.ts";
import { parseShapedDescription, type ShapedDescription } from "./shaped-description.ts";
import { assertSameLayout, haveSameLayout, mixedPages, type TiffImage } from "./tiff-image.ts";

export interface TiffImages {
  readonly images: readonly TiffImage[];
  /** Sentences for the person: what was left out, or taken otherwise than the file calls it. */
  readonly notes: readonly string[];
}

const DESCRIPTION = 270;

/** The images of a file, by the first that speaks: OME-XML, a microscope's tags, ImageJ, descriptions of shape, pages. */
export async function imagesOfTiff(tiff: Tiff, all: readonly TiffPage[]): Promise<TiffImages> {
  const found = await findImages(tiff, all);
  for (const { channels } of found.images) assertFewChannels(channels.length);
  return found;
}

function assertFewChannels(channels: number): void {
  if (channels <= MAX_CHANNELS) return;
  throw new Problem({
    tag: "tiff-damaged",
    what: `The header claims ${channels} channels.`,
    where: "tag 270",
    hint: "If they are slices, save the volume as a z stack; otherwise the header is damaged.",
  });
}

async function findImages(tiff: Tiff, all: readonly TiffPage[]): Promise<TiffImages> {
  const text = (await readText(tiff, tiff.directories[0], DESCRIPTION)) ?? "";
  const ome = parseOmeXml(text, all.length);
  if (ome) return imagesFromOme(ome, all);
  const pages = all.filter((page) => !page.reduced);
  if (pages.length === 0) throw mixedPages(all[0], "is only a preview or a mask");
  const previews =
    pages.length < all.length ? [`${all.length - pages.length} smaller copies (previews) were left out.`] : [];
  const found = await imagesOfPages(tiff, text, pages);
  return { images: found.images, notes: [...previews, ...found.notes] };
}

async function imagesOfPages(tiff: Tiff, text: string, pages: readonly TiffPage[]): Promise<TiffImages> {
  const maker = await readMakerStack(tiff, pages);
  if (maker) {
    assertSameLayout(pages);
    return only(await imageFromMaker(tiff, maker, pages));
  }
  const imageJ = parseImageJDescription(text);
  if (imageJ) {
    assertSameLayout(pages);
    return only(await imageFromImageJ(tiff, imageJ, pages));
  }
  const stk = stkPlanes(tiff);
  if (stk > 1 && pages.length === 1) return only(await imageOfContiguous(tiff, stk, pages));
  return imagesOfSeries(tiff, await seriesOf(tiff, pages));
}

function only(found: Found): TiffImages {
  if (typeof found !== "string") return { images: [found.image], notes: found.notes };
  throw new Problem({
    tag: "no-slices",
    what: found,
    where: "the header of page 1",
    hint: "If the planes are z slices, say so in Fiji (Image > Properties…) and save the stack again.",
  });
}

/** Pages that belong together, with what is said of them. */
interface Series {
  readonly said: ShapedDescription | null;
  readonly pages: TiffPage[];
}

/** A new series begins with each description of a shape, and where the layout changes. */
async function seriesOf(tiff: Tiff, pages: readonly TiffPage[]): Promise<Series[]> {
  const series: Series[] = [];
  for (const page of pages) {
    const said = parseShapedDescription((await readText(tiff, page.directory, DESCRIPTION)) ?? "");
    const last = series.at(-1);
    if (last && !said && haveSameLayout(last.pages[0], page)) {
      last.pages.push(page);
      continue;
    }
    // What comes back after something else was one stack with a page that does not belong to it.
    if (last && !said && series.some(({ pages: [first] }) => haveSameLayout(first, page)))
      assertSameLayout([page, last.pages[0]]);
    series.push({ said, pages: [page] });
  }
  return series;
}

async function imagesOfSeries(tiff: Tiff, series: readonly Series[]): Promise<TiffImages> {
  const images: TiffImage[] = [];
  const notes: string[] = [];
  for (const [i, { said, pages }] of series.entries()) {
    const path = series.length > 1 ? `series ${i + 1}` : "stack";
    const found = said ? await imageFromShape(tiff, path, said, pages) : await imageOfPages(tiff, path, pages);
    if (typeof found === "string") {
      if (series.length === 1) only(found);
      notes.push(`${path} was left out: ${found}`);
    } else {
      images.push(found.image);
      notes.push(...found.notes.map((note) => (series.length > 1 ? `${path}: ${note}` : note)));
    }
  }
  if (images.length > 1)
    notes.push(`The file holds ${images.length} images; they are not slices of one volume. Choose one.`);
  if (images.length > 0) return { images, notes };
  throw new Problem({ tag: "no-slices", what: notes.join(" "), where: "all series", hint: "Save the volume alone." });
}
