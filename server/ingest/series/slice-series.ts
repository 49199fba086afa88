import { type FileImage, shapeObjection } from "../../../core/import/file-contents.ts";
import { orderSlices, type SliceSeries } from "../../../core/import/slice-order.ts";
import { isProblem, Problem } from "../../../core/problem.ts";
import { createPixelArray, type Zyx } from "../../../core/volume/voxel-space.ts";
import type { EntryStore } from "../stores/entry-store.ts";
import type { VolumeFile, VolumeSource } from "../voxels/volume-source.ts";
import { pngSlices, type SliceFormat, type SliceLayout, tiffSlices } from "./slice-files.ts";

const FORMATS: readonly (readonly [RegExp, SliceFormat])[] = [
  [/\.png$/i, pngSlices],
  [/\.tiff?$/i, tiffSlices],
];
const MAX_NOTES = 20;
const MAX_SERIES = 64;
const MAX_SLICES = 65_536;
const LABELS = /label|mask|seg|(^|[^a-z])gt([^a-z]|$)/i;

/** Whether a zip holds slices. */
export const isSliceName = (name: string): boolean => FORMATS.some(([ending]) => ending.test(name));

interface FoundSeries {
  readonly image: FileImage;
  readonly series: SliceSeries;
  readonly layout: SliceLayout;
  readonly format: SliceFormat;
  /** Before the names: the folder. */
  readonly prefix: string;
}

/** Opens a zip of slices: a volume for each series of names in each folder. `names`: the files that are meant. */
export async function openSliceSeries(store: EntryStore, names: readonly string[]): Promise<VolumeFile> {
  if (names.length > MAX_SLICES)
    throw new Problem({
      tag: "no-series",
      what: `The zip holds ${names.length} slices; ${MAX_SLICES} are looked at.`,
      where: "the names in the zip",
      hint: "Pack each volume into a zip of its own.",
    });
  const found: FoundSeries[] = [];
  const notes = new Set<string>();
  const say = (note: string) => {
    if (notes.size < MAX_NOTES) notes.add(note);
  };
  for (const [prefix, files] of byFolder(names))
    for (const [ending, format] of FORMATS) {
      const { series, left } = orderSlices(files.filter((name) => ending.test(name)));
      for (const one of series) {
        if (found.length >= MAX_SERIES) {
          say(`There are more than ${MAX_SERIES} series; the others were left out.`);
          break;
        }
        const made = await describe(store, prefix, one, format);
        if (typeof made === "string") say(`${prefix}${one.path} was left out: ${made}`);
        else {
          found.push(made);
          for (const note of one.notes) say(`${prefix}${one.path}: ${note}`);
        }
      }
      for (const { name, why } of left) say(`${prefix}${name} was left out: ${why}`);
    }
  if (found.length === 0)
    throw new Problem({
      tag: "no-series",
      what: [...notes][0] ?? "The zip holds no series of slices.",
      where: [...notes].slice(1, 4).join(" ") || "the names in the zip",
      hint: "Name the slices by number, such as slice_001.png, slice_002.png, all of one size, and pack them again.",
    });
  for (const { layout } of found) for (const note of layout.notes) say(note);
  return {
    contents: { format: found[0].format.name, images: found.map(({ image }) => image), notes: [...notes] },
    async open({ image, channel, time }) {
      const chosen = found.find((one) => one.image.path === image);
      if (chosen && channel < chosen.image.channels.length && time < chosen.image.times)
        return sourceOf(store, chosen, channel, time);
      throw new Problem({
        tag: "no-such-image",
        what: "The chosen image, channel or time is not in the file.",
        where: image,
        hint: "Choose again.",
      });
    },
    close: async () => store.close(),
  };
}

/** Folder with its slash -> names in it. */
function byFolder(names: readonly string[]): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const name of [...names].sort()) {
    const slash = name.lastIndexOf("/") + 1;
    const folder = folders.get(name.slice(0, slash)) ?? [];
    folder.push(name.slice(slash));
    folders.set(name.slice(0, slash), folder);
  }
  return folders;
}

/** Looks at every slice; a sentence where they are not slices of one volume. */
async function describe(
  store: EntryStore,
  prefix: string,
  series: SliceSeries,
  format: SliceFormat,
): Promise<FoundSeries | string> {
  let first: SliceLayout | null = null;
  for (let t = 0; t < series.times; t++)
    for (let c = 0; c < series.channels; c++)
      for (let z = 0; z < series.slices; z++) {
        const name = series.nameAt(z, c, t);
        const layout = await format.look(store, prefix + name).catch((error) => error as Error);
        if (layout instanceof Error) return `${name}: ${sentence(layout)}`;
        first ??= layout;
        const other = difference(first, layout);
        if (other) return `${name} ${other}.`;
      }
  const shapeZyx: Zyx = [series.slices, first!.height, first!.width];
  const objection = shapeObjection(shapeZyx);
  if (objection) return objection.what;
  const path = prefix + series.path;
  return {
    series,
    layout: first!,
    format,
    prefix,
    image: {
      path,
      shapeZyx,
      pixelType: first!.pixelType,
      voxelSizeZyx: null,
      voxelSizeNote: "Slices do not say their voxel size.",
      channels: channelsOf(series.channels, first!.samples),
      times: series.times,
      looksLikeLabels: LABELS.test(path),
    },
  };
}

const sentence = (error: Error): string =>
  isProblem(error) ? `${error.what}${error.where ? ` (${error.where})` : ""}` : `${error.message}.`;

function difference(a: SliceLayout, b: SliceLayout): string | null {
  if (a.width !== b.width || a.height !== b.height)
    return `has ${b.width} × ${b.height} pixels, the first slice has ${a.width} × ${a.height}`;
  if (a.pixelType !== b.pixelType || a.samples.length !== b.samples.length)
    return `has ${kindOf(b)}, the first slice has ${kindOf(a)}`;
  return null;
}

const kindOf = ({ pixelType, samples }: SliceLayout): string =>
  `pixels of type ${pixelType}${samples.length > 0 ? ` (${samples.join(", ")})` : ""}`;

function channelsOf(channels: number, samples: readonly string[]): string[] {
  return Array.from({ length: channels }, (_, c) => `channel ${c + 1}`).flatMap((channel) =>
    samples.length === 0 ? [channel] : samples.map((sample) => (channels === 1 ? sample : `${channel}, ${sample}`)),
  );
}

function sourceOf(store: EntryStore, found: FoundSeries, channel: number, time: number): VolumeSource {
  const { series, layout, format, prefix, image } = found;
  const samples = Math.max(1, layout.samples.length);
  const [, sizeY, sizeX] = image.shapeZyx;
  return {
    shapeZyx: image.shapeZyx,
    pixelType: image.pixelType,
    blockZy: [1, sizeY],
    async read(zMin, zMax, yMin, yMax) {
      const rows = (yMax - yMin) * sizeX;
      const out = createPixelArray(image.pixelType, (zMax - zMin) * rows);
      for (let z = zMin; z < zMax; z++) {
        const name = series.nameAt(z, Math.floor(channel / samples), time);
        const plane = await format.read(store, prefix + name, channel % samples).catch((cause) => {
          if (isProblem(cause)) throw new Problem({ ...cause.toJSON(), where: `${name}: ${cause.where ?? ""}` });
          throw new Problem(
            {
              tag: "slice-damaged",
              what: `A slice cannot be read: ${cause instanceof Error ? cause.message : cause}.`,
              where: prefix + name,
              hint: "The file is damaged; save the slice again and pack the zip anew.",
            },
            { cause },
          );
        });
        if (plane.length !== sizeY * sizeX)
          throw new Problem({
            tag: "slice-damaged",
            what: "A slice has another size than its header says.",
            where: name,
          });
        out.set(plane.subarray(yMin * sizeX, yMax * sizeX), (z - zMin) * rows);
      }
      return out;
    },
  };
}
