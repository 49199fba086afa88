import { isPlausibleSize } from "../../../../core/import/voxel-size.ts";
import { MAX_CHANNELS, planeOrder } from "../../axes/plane-order.ts";
import type { Tiff } from "../tiff-directory.ts";
import { readNumbers } from "../tiff-directory.ts";
import type { TiffPage } from "../tiff-page.ts";
import { readImageJChannels } from "./imagej-channels.ts";
import type { ImageJDescription } from "./imagej-description.ts";
import { contiguousStart, IN_ORDER, numbered, partialNote, type TiffImage, withSamples } from "./tiff-image.ts";

const X_RESOLUTION = 282;
const Y_RESOLUTION = 283;
const RESOLUTION_UNIT = 296;
/** ImageJ's own files: it is also what other programs leave out. */
const WITHOUT_SPACING = " ImageJ leaves the distance of slices out where it is 1 unit.";
/** Micrometres in the units of tag 296: inch and centimetre. */
const UM_PER_RESOLUTION_UNIT: Readonly<Record<number, number>> = { 2: 25_400, 3: 10_000 };

export async function imageFromImageJ(
  tiff: Tiff,
  said: ImageJDescription,
  pages: readonly TiffPage[],
): Promise<{ image: TiffImage; notes: string[] } | string> {
  const [first] = pages;
  if (said.channels * first.samples > MAX_CHANNELS) return `The header claims ${said.channels} channels.`;
  const single = pages.length === 1 && said.images > 1;
  const present = single ? said.images : pages.length;
  const notes: string[] = [];
  const planes = said.channels * said.slices * said.frames;
  // A stack whose numbers contradict its pages: the pages are what there is.
  const believable = planes === present;
  if (!believable && planes > 1)
    notes.push(`The header speaks of ${planes} planes, the file has ${present}; they are taken as z slices.`);
  const sizes: Readonly<Record<string, number>> = { c: said.channels, z: said.slices, t: said.frames };
  const axes = believable
    ? [...said.order].reverse().map((axis) => ({ name: axis.toUpperCase(), size: sizes[axis] }))
    : [{ name: "Z", size: present }];
  const order = planeOrder(axes.filter(({ name, size }) => size > 1 || (name === "Z" && present === 1)));
  if (typeof order === "string") return order;
  notes.push(...order.notes);
  const [y, x, doubt] = await pixelSizeYx(tiff, first, said);
  const z = said.spacingUm;
  const known = z !== null && y !== null && x !== null;
  const ofChannels =
    said.channels > 1 && order.channels.length === said.channels && said.order.startsWith("c")
      ? await readImageJChannels(tiff, first.directory, said.channels)
      : null;
  const names = numbered(order.channels.length).map((name, c) => ofChannels?.names[c] ?? name);
  return {
    image: {
      path: "stack",
      storedShape: [order.slices, first.height, first.width],
      storedAxes: IN_ORDER,
      page: first,
      channels: withSamples(names, first),
      ...(first.samples === 1 && ofChannels && { channelColors: ofChannels.colors }),
      times: order.times,
      voxelSizeZyx: known ? [z, y, x] : null,
      voxelSizeNote: known
        ? "ImageJ header"
        : (doubt ?? partialNote("The ImageJ header", z, y, x) + (said.lacksSpacing ? WITHOUT_SPACING : "")),
      planes: single
        ? { kind: "contiguous", offset: await contiguousStart(tiff, first), indexAt: order.indexOf }
        : {
            kind: "pages",
            at: (pz, c, t) => ({
              page: pages[order.indexOf(pz, Math.floor(c / first.samples), t)],
              sample: c % first.samples,
            }),
          },
    },
    notes,
  };
}

/**
 * Pixels per unit, the unit from the description. Where tag 296 names another unit the numbers may be meant in either:
 * ImageJ itself writes `um` beside pixels per centimetre. The one that a microscope can have is taken; if both can be, the
 * person is asked.
 * @returns µm along y and x, and what to say where they stay open
 */
async function pixelSizeYx(
  tiff: Tiff,
  page: TiffPage,
  said: ImageJDescription,
): Promise<[y: number | null, x: number | null, doubt: string | null]> {
  const one = async (tag: number) => (await readNumbers(tiff, page.directory, tag, 1))?.[0] ?? 0;
  const perUnit = [await one(Y_RESOLUTION), await one(X_RESOLUTION)];
  const sizes = (umPerUnit: readonly (number | null)[]): (number | null)[] =>
    perUnit.map((count, i) => {
      const um = umPerUnit[i];
      return um !== null && Number.isFinite(count) && count > 0 ? um / count : null;
    });
  const plausible = (um: readonly (number | null)[]): boolean =>
    um.every((size) => size !== null && isPlausibleSize(size));
  const described = sizes(said.umPerUnitYx);
  const umPerTag = UM_PER_RESOLUTION_UNIT[await one(RESOLUTION_UNIT)];
  if (umPerTag === undefined || described.includes(null)) return [described[0], described[1], null];
  const tagged = sizes([umPerTag, umPerTag]);
  if (plausible(tagged) === plausible(described) && described[1] !== tagged[1])
    return [null, null, `The header says pixels of ${described[1]} µm, its resolution tags say ${tagged[1]} µm.`];
  const [y, x] = plausible(tagged) ? tagged : described;
  return [y, x, null];
}
