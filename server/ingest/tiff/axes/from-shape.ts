import type { Zyx } from "../../../../core/volume/voxel-space.ts";
import { type PlaneAxis, planeOrder } from "../../axes/plane-order.ts";
import type { Tiff } from "../tiff-directory.ts";
import type { TiffPage } from "../tiff-page.ts";
import { type MakerStack, sizeOfStack } from "./maker-tags.ts";
import type { ShapedDescription } from "./shaped-description.ts";
import {
  contiguousStart,
  IN_ORDER,
  partialNote,
  type StoredAxes,
  type TiffImage,
  UNSAID_SIZE,
  withSamples,
} from "./tiff-image.ts";

export type Found = { readonly image: TiffImage; readonly notes: readonly string[] } | string;

interface Stack {
  /** Of planes, slowest first. */
  readonly axes: readonly PlaneAxis[];
  readonly storedAxes: StoredAxes;
}

const product = (numbers: readonly number[]): number => numbers.reduce((a, b) => a * b, 1);

/** A series as tifffile describes it. A sentence where there is no volume in it. */
export async function imageFromShape(
  tiff: Tiff,
  path: string,
  said: ShapedDescription,
  pages: readonly TiffPage[],
): Promise<Found> {
  const stack = said.axes ? stackOfAxes(said.axes, said.shape, pages[0]) : stackOfSizes(said.shape, pages[0]);
  if (typeof stack === "string") return stack;
  return imageOf(tiff, path, stack, pages, null, UNSAID_SIZE);
}

/** A stack that a microscope's program describes. */
export async function imageFromMaker(tiff: Tiff, said: MakerStack, pages: readonly TiffPage[]): Promise<Found> {
  const stack = { axes: said.axes, storedAxes: IN_ORDER };
  const size = sizeOfStack(said);
  const note = size ? said.source : partialNote(`The ${said.source}`, ...said.sizeUmZyx);
  const found = await imageOf(tiff, "stack", stack, pages, size, note);
  const { channelNames: names = [], channelColors } = said;
  // Of positions, too, there may be several: names of channels alone do not tell those apart.
  if (typeof found === "string" || names.length !== found.image.channels.length || !names.every(Boolean)) return found;
  return { ...found, image: { ...found.image, channels: names, ...(channelColors && { channelColors }) } };
}

/** Pages of which nothing is said: z slices. */
export const imageOfPages = (tiff: Tiff, path: string, pages: readonly TiffPage[]): Promise<Found> =>
  imageOf(tiff, path, { axes: [{ name: "Z", size: pages.length }], storedAxes: IN_ORDER }, pages, null, UNSAID_SIZE);

/** Planes of one directory that lie one after the other, as MetaMorph writes them. */
export const imageOfContiguous = (tiff: Tiff, planes: number, pages: readonly TiffPage[]): Promise<Found> =>
  imageOf(tiff, "stack", { axes: [{ name: "Z", size: planes }], storedAxes: IN_ORDER }, pages, null, UNSAID_SIZE);

/** The last two axes that are no samples are rows and columns; any of z, y and x can be among them. */
function stackOfAxes(axes: string, shape: readonly number[], page: TiffPage): Stack | string {
  const list = [...axes].map((name, i) => ({ name, size: shape[i] }));
  const withinPage = page.samples > 1 && list.some(({ name, size }) => name === "S" && size === page.samples);
  const others = withinPage ? list.filter(({ name }) => name !== "S") : list;
  const [rows, columns] = others.slice(-2).map(({ name }) => name.toLowerCase());
  const planes = others.slice(0, -2);
  const left = ["z", "y", "x"].filter((name) => name !== rows && name !== columns);
  if (left.length !== 1) return `The file says that its axes are ${axes}: rows and columns are no axes of space.`;
  // Whatever axis of space is stacked takes the place of the slices.
  const stacked = planes.map((axis) => (axis.name.toLowerCase() === left[0] ? { ...axis, name: "Z" } : axis));
  return { axes: stacked, storedAxes: [left[0], rows, columns] as unknown as StoredAxes };
}

/** Sizes without names: the axis before rows and columns is z, what is beyond it are channels to choose from. */
function stackOfSizes(shape: readonly number[], page: TiffPage): Stack {
  const within = page.samples > 1 ? (page.planar ? shape.at(-3) : shape.at(-1)) === page.samples : false;
  const planes = shape.slice(0, within ? -3 : -2);
  return {
    axes: [
      { name: "C", size: product(planes.slice(0, -1)) },
      { name: "Z", size: planes.at(-1) ?? 1 },
    ],
    storedAxes: IN_ORDER,
  };
}

async function imageOf(
  tiff: Tiff,
  path: string,
  stack: Stack,
  pages: readonly TiffPage[],
  voxelSizeZyx: Zyx | null,
  voxelSizeNote: string,
): Promise<Found> {
  const [first] = pages;
  const planes = product(stack.axes.map(({ size }) => size));
  const single = pages.length === 1 && planes > 1;
  if (!single && planes !== pages.length) {
    const plain = await imageOfPages(tiff, path, pages);
    const note = `The header speaks of ${planes} planes, the file has ${pages.length} pages; they are taken as z slices.`;
    return typeof plain === "string" ? plain : { image: plain.image, notes: [note, ...plain.notes] };
  }
  const order = planeOrder(stack.axes);
  if (typeof order === "string") return order;
  return {
    image: {
      path,
      storedShape: [order.slices, first.height, first.width],
      storedAxes: stack.storedAxes,
      page: first,
      channels: withSamples(order.channels, first),
      times: order.times,
      voxelSizeZyx,
      voxelSizeNote,
      planes: single
        ? { kind: "contiguous", offset: await contiguousStart(tiff, first), indexAt: order.indexOf }
        : {
            kind: "pages",
            at: (z, c, t) => ({
              page: pages[order.indexOf(z, Math.floor(c / first.samples), t)],
              sample: c % first.samples,
            }),
          },
    },
    notes: order.notes,
  };
}
