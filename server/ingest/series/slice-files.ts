import type { PixelArray, PixelType } from "../../../core/volume/voxel-space.ts";
import { decodePng, PNG_HEAD_BYTES, type PngImage, readPngHeader } from "../codecs/png.ts";
import type { EntryStore } from "../stores/entry-store.ts";
import { withSamples } from "../tiff/axes/tiff-image.ts";
import { readTiff, type Tiff } from "../tiff/tiff-directory.ts";
import { notesOnPage } from "../tiff/tiff-notes.ts";
import { readPage, type TiffPage } from "../tiff/tiff-page.ts";
import { readPageRows } from "../tiff/tiff-pixels.ts";
import { bytesInMemory } from "../voxels/random-access.ts";

/** What a single slice is, without its pixels. */
export interface SliceLayout {
  readonly width: number;
  readonly height: number;
  readonly pixelType: PixelType;
  /** Samples of a pixel by name; empty where there is one. */
  readonly samples: readonly string[];
  readonly notes: readonly string[];
}

/** How slices of one format are read. Rejects with an Error whose message is the end of a sentence about the file. */
export interface SliceFormat {
  readonly name: "PNG series" | "TIFF series";
  look(store: EntryStore, name: string): Promise<SliceLayout>;
  read(store: EntryStore, name: string, sample: number): Promise<PixelArray>;
}

const PNG_SAMPLES: Readonly<Record<PngImage["colour"], readonly string[]>> = {
  grey: [],
  rgb: ["red", "green", "blue"],
  palette: ["number in the palette", "red", "green", "blue"],
  "grey+alpha": ["grey", "alpha"],
  "rgb+alpha": ["red", "green", "blue", "alpha"],
};

export const pngSlices: SliceFormat = {
  name: "PNG series",
  async look(store, name) {
    const size = store.sizeOf(name) ?? 0;
    const head = await store.getRange?.(`/${name}`, { offset: 0, length: Math.min(PNG_HEAD_BYTES, size) });
    const { width, height, bits, colour } = readPngHeader(head ?? new Uint8Array(0));
    const notes = [];
    if (colour === "palette") notes.push("The slices have a palette of colours: its numbers are the first channel.");
    if (colour.endsWith("alpha")) notes.push("The slices have a transparency (alpha): it is a channel of its own.");
    return { width, height, pixelType: bits === 16 ? "uint16" : "uint8", samples: PNG_SAMPLES[colour], notes };
  },
  async read(store, name, sample) {
    const image = decodePng(await entryOf(store, name));
    if (image.colour === "palette") return sample === 0 ? image.pixels : colourOf(image, sample - 1);
    return everyNth(image.pixels, image.samples, sample);
  },
};

/** Red, green or blue of a palette's numbers. */
function colourOf({ pixels, palette }: PngImage, part: number): PixelArray {
  if (!palette) throw new Error("its palette is missing");
  return Uint8Array.from(pixels, (number) => palette[3 * number + part] ?? 0);
}

function everyNth(pixels: PixelArray, step: number, first: number): PixelArray {
  if (step === 1) return pixels;
  const out = pixels.slice(0, pixels.length / step);
  for (let i = 0; i < out.length; i++) out[i] = pixels[i * step + first];
  return out;
}

export const tiffSlices: SliceFormat = {
  name: "TIFF series",
  async look(store, name) {
    const { page } = await pageOf(store, name);
    const { width, height, pixelType, samples } = page;
    const names = samples === 1 ? [] : withSamples([""], page).map((sample) => sample.replace(/^, /, ""));
    return { width, height, pixelType, samples: names, notes: notesOnPage(page) };
  },
  async read(store, name, sample) {
    const { tiff, page } = await pageOf(store, name);
    return readPageRows(tiff, page, sample, 0, page.height);
  },
};

/** The only page of a TIFF that is no preview. */
async function pageOf(store: EntryStore, name: string): Promise<{ tiff: Tiff; page: TiffPage }> {
  const tiff = await readTiff(bytesInMemory(await entryOf(store, name)));
  const pages: TiffPage[] = [];
  for (const directory of tiff.directories) {
    const page = await readPage(tiff, directory);
    if (!page.reduced) pages.push(page);
  }
  if (pages.length !== 1)
    throw new Error(`it has ${pages.length} pages: it is a stack of its own, to be uploaded without the zip`);
  return { tiff, page: pages[0] };
}

async function entryOf(store: EntryStore, name: string): Promise<Uint8Array> {
  const bytes = await store.get(`/${name}`);
  if (!bytes) throw new Error("it is not in the zip");
  return bytes;
}
