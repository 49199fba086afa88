import { createHash } from "node:crypto";
import { isProblem } from "../../../core/problem.ts";
import { createPixelArray, type PixelArray, type PixelType } from "../../../core/volume/voxel-space.ts";
import { bytesOf } from "../../ingest/voxels/pixel-bytes.ts";
import { readStackPlanes } from "../../ingest/voxels/read-whole-volume.ts";
import { type FileSource, readAll, readJsonFile, type Say } from "../file-source.ts";
import type { FrozenVolume } from "../frozen/dataset-description.ts";
import { openStoredImage } from "../frozen/stored-image.ts";
import { hdf5Layout, hdf5Path } from "../hdf5/hdf5-files.ts";
import { csvRows } from "./csv-rows.ts";
import { hdf5Planes } from "./hdf5-rules.ts";
import { arraySchema } from "./ome-zarr-schema.ts";
import { openStack } from "./stack-rules.ts";
import { stackFormats, stackPath } from "./volume-stack-rules.ts";

/** Formats that hold the three images of a volume. */
export const pixelFormats = ["ome-zarr", ...stackFormats, "stardist", "hdf5"] as const;
export type PixelFormat = (typeof pixelFormats)[number];

export const kinds = ["image", "labels", "known"] as const;
export type Kind = (typeof kinds)[number];

/** One z plane of each of the three, the labels with the numbers of the table. */
export interface ScannedPlane {
  readonly image: PixelArray;
  readonly labels: Uint32Array;
  readonly known: Uint8Array;
}

/** SHA-256 of the voxels, whichever format they came from. */
export type Digests = Readonly<Record<Kind, string>>;

const plainTypes = (volume: FrozenVolume): Readonly<Record<Kind, PixelType>> => ({
  image: volume.pixelType,
  labels: "uint32",
  known: "uint8",
});

/**
 * Reads the voxels of a volume in one format, plane by plane; null where they cannot be read as what they should be, which the rules of
 * that format say.
 */
export async function scanVolume(
  files: FileSource,
  volume: FrozenVolume,
  format: PixelFormat,
  say: Say,
  onPlane?: (plane: ScannedPlane) => void,
): Promise<Digests | null> {
  const types = plainTypes(volume);
  const close: (() => Promise<void>)[] = [];
  try {
    const planes = {} as Record<Kind, AsyncIterator<PixelArray>>;
    for (const kind of kinds) {
      const opened = await openPlanes(files, volume, format, kind);
      if (!opened) return null;
      close.push(opened.close);
      planes[kind] = opened.planes[Symbol.asyncIterator]();
    }
    const map = labelMapPath(format, volume);
    const labelOf = map === null ? null : await labelsOfValues(files, map, `${format}-label-map`, say);
    const hashes = { image: createHash("sha256"), labels: createHash("sha256"), known: createHash("sha256") };
    for (let z = 0; z < volume.shapeZyx[0]; z++) {
      const plain = {} as Record<Kind, PixelArray>;
      for (const kind of kinds) {
        const next = await planes[kind].next();
        if (next.done) return null;
        plain[kind] = createPixelArray(types[kind], next.value.length);
        if (kind === "known" && format === "stardist") plain[kind].set(next.value.map(stateOfMask));
        else if (kind === "labels" && labelOf)
          for (let i = 0; i < next.value.length; i++) plain[kind][i] = labelOf.get(next.value[i]) ?? 0;
        else plain[kind].set(next.value);
        hashes[kind].update(bytesOf(plain[kind]));
      }
      onPlane?.(plain as unknown as ScannedPlane);
    }
    return {
      image: hashes.image.digest("hex"),
      labels: hashes.labels.digest("hex"),
      known: hashes.known.digest("hex"),
    };
  } catch (error) {
    if (!isProblem(error)) throw error;
    say("voxels-unreadable", `${volume.fileName} in ${format}`, error.message);
    return null;
  } finally {
    for (const one of close) await one();
  }
}

/** A negative voxel of StarDist's masks is unknown; the result is 0 unknown, 1 background, 2 nucleus. */
const stateOfMask = (value: number): number => (value < 0 ? 0 : value === 0 ? 1 : 2);

/** The table that says which number is which label, where a format has its own numbers. */
const labelMapPath = (format: PixelFormat, { fileName, split }: FrozenVolume): string | null => {
  if (format === "imagej") return `imagej/${fileName}_labels.csv`;
  return format === "stardist" ? `stardist/${split}/${fileName}_labels.csv` : null;
};

interface OpenPlanes {
  readonly planes: AsyncIterable<PixelArray>;
  close(): Promise<void>;
}

/** Null where there is no image of that shape. */
async function openPlanes(
  files: FileSource,
  volume: FrozenVolume,
  format: PixelFormat,
  kind: Kind,
): Promise<OpenPlanes | null> {
  const { fileName, shapeZyx, split } = volume;
  if (format === "ome-zarr") {
    const root = `ome-zarr/${fileName}.ome.zarr/`;
    const folder = kind === "image" ? root : `${root}labels/${kind === "labels" ? "nuclei" : "known"}/`;
    if (!arraySchema.safeParse(await readJsonFile(files, `${folder}0/zarr.json`)).success) return null;
    const image = await openStoredImage({ get: files.read }, folder);
    return image.shapeZyx.join() === shapeZyx.join() ? { planes: image.planes(), close: async () => {} } : null;
  }
  if (format === "hdf5") return openHdf5(files, volume, kind);
  const path =
    format === "stardist"
      ? `stardist/${split}/${kind === "image" ? "images" : "masks"}/${fileName}.tif`
      : stackPath(format, volume, kind);
  const bytes = await files.open(path);
  if (!bytes) return null;
  const file = await openStack(bytes, path).catch(async (error) => {
    await bytes.close();
    throw error;
  });
  const [image] = file.contents.images;
  if (image.shapeZyx.join() !== shapeZyx.join()) {
    await bytes.close();
    return null;
  }
  return {
    planes: readStackPlanes(await file.open({ image: image.path, channel: 0, time: 0 })),
    close: () => bytes.close(),
  };
}

async function openHdf5(files: FileSource, volume: FrozenVolume, kind: Kind): Promise<OpenPlanes | null> {
  const bytes = await files.open(hdf5Path(volume));
  if (bytes?.size === hdf5Layout(volume).totalBytes)
    return { planes: hdf5Planes(bytes, volume, kind), close: () => bytes.close() };
  await bytes?.close();
  return null;
}

/** The table beside labels with numbers of their own: value in the file -> label. */
export async function labelsOfValues(
  files: FileSource,
  path: string,
  rule: string,
  say: Say,
): Promise<Map<number, number>> {
  const [header, ...lines] = csvRows(await readAll(files, path)) ?? [];
  const labels = new Map(lines.map((cells) => [Number(cells[0]), Number(cells[1])]));
  if (header?.join() !== "value_in_file,label" || labels.size !== lines.length)
    say(rule, path, "does not say of each value once which label it is");
  else if (new Set(labels.values()).size !== labels.size) say(rule, path, "names a label twice");
  return labels;
}
