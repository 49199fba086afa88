import { Problem } from "../../../../core/problem.ts";
import type { Zyx } from "../../../../core/volume/voxel-space.ts";
import type { Tiff } from "../tiff-directory.ts";
import { isTiled, readBlockTable, storedRowBytes, type TiffPage } from "../tiff-page.ts";

/** Where the planes of a stack are. */
export type TiffPlanes =
  | { readonly kind: "pages"; at(z: number, c: number, t: number): { page: TiffPage; sample: number } }
  /** One after the other behind one directory, uncompressed, as in stacks over 4 GB. */
  | { readonly kind: "contiguous"; readonly offset: number; indexAt(z: number, c: number, t: number): number };

/** What planes, rows and columns of the file are; other than z, y, x in files that say so. */
export type StoredAxes = readonly ["z" | "y" | "x", "z" | "y" | "x", "z" | "y" | "x"];
export const IN_ORDER: StoredAxes = ["z", "y", "x"];

/** One stack of pages with its axes. */
export interface TiffImage {
  readonly path: string;
  /** Planes, rows and columns as they are stored. */
  readonly storedShape: Zyx;
  readonly storedAxes: StoredAxes;
  /** Layout shared by all its pages. */
  readonly page: TiffPage;
  readonly channels: readonly string[];
  readonly channelColors?: readonly (string | null)[];
  readonly times: number;
  readonly voxelSizeZyx: Zyx | null;
  readonly voxelSizeNote: string;
  readonly planes: TiffPlanes;
}

export const shapeZyxOf = ({ storedShape, storedAxes }: TiffImage): Zyx => [
  storedShape[storedAxes.indexOf("z")],
  storedShape[storedAxes.indexOf("y")],
  storedShape[storedAxes.indexOf("x")],
];

export const numbered = (channels: number): string[] => Array.from({ length: channels }, (_, i) => `channel ${i + 1}`);

const WHITE_IS_ZERO = 0;
const BLACK_IS_ZERO = 1;

/** Samples of a pixel are channels too, fastest; colours where the page does not say that each is a grey of its own. */
export function withSamples(
  names: readonly string[],
  { samples, photometric }: Pick<TiffPage, "samples" | "photometric">,
): string[] {
  if (samples === 1) return [...names];
  const isGrey = photometric === WHITE_IS_ZERO || photometric === BLACK_IS_ZERO;
  const numbers = Array.from({ length: samples }, (_, s) => s);
  if (isGrey && names.length === 1 && /^(channel 1)?$/.test(names[0])) return numbers.map((s) => `channel ${s + 1}`);
  const isColour = samples === 3 && !isGrey;
  return names.flatMap((name) =>
    numbers.map((s) => `${name}, ${isColour ? ["red", "green", "blue"][s] : `sample ${s + 1}`}`),
  );
}

export const UNSAID_SIZE = "The file does not say its voxel size.";

export function partialNote(source: string, z: number | null, y: number | null, x: number | null): string {
  const parts = [z !== null && `z ${z} µm`, y !== null && `y ${y} µm`, x !== null && `x ${x} µm`].filter(Boolean);
  return parts.length ? `${source} says only ${parts.join(", ")}.` : UNSAID_SIZE;
}

export const haveSameLayout = (a: TiffPage, b: TiffPage): boolean =>
  a.width === b.width && a.height === b.height && a.stored === b.stored && a.samples === b.samples;

export function assertSameLayout(pages: readonly TiffPage[]): void {
  const [first] = pages;
  for (const page of pages) {
    if (page.width !== first.width || page.height !== first.height)
      throw mixedPages(
        page,
        `has ${page.width} × ${page.height} pixels, page ${first.page + 1} has ${first.width} × ${first.height}`,
      );
    if (page.stored !== first.stored || page.samples !== first.samples)
      throw mixedPages(page, `has pixels of type ${page.stored}, page ${first.page + 1} of ${first.stored}`);
  }
}

export const mixedPages = (page: TiffPage, what: string): Problem =>
  new Problem({
    tag: "tiff-mixed-pages",
    what: `The pages are not slices of one volume: page ${page.page + 1} ${what}.`,
    where: `page ${page.page + 1}`,
    hint: "Save the volume alone in a file of its own.",
  });

/** Start of planes that follow the first without gaps and uncompressed: ImageJ and tifffile write large stacks so. */
export async function contiguousStart(tiff: Tiff, page: TiffPage): Promise<number> {
  const { offsets } = await readBlockTable(tiff, page);
  const stripBytes = page.blockHeight * storedRowBytes(page);
  const gapless = offsets.every((offset, i) => offset === offsets[0] + i * stripBytes);
  if (page.compression === 1 && page.samples === 1 && gapless && !isTiled(page)) return offsets[0];
  throw new Problem({
    tag: "tiff-missing-pages",
    what: "The header announces more slices than the file has pages.",
    where: "page 1, tag 270",
    hint: "Open the file in Fiji and save it again as a TIFF stack.",
  });
}
