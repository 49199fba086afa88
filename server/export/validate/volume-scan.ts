import { createHash } from "node:crypto";
import { isProblem } from "../../../core/problem.ts";
import { createPixelArray, type PixelArray, type PixelType } from "../../../core/volume/voxel-space.ts";
import { openTiff } from "../../ingest/tiff/tiff-file.ts";
import { bytesOf } from "../../ingest/voxels/pixel-bytes.ts";
import { readStackPlanes } from "../../ingest/voxels/read-whole-volume.ts";
import type { FrozenVolume } from "../dataset-description.ts";
import { type FileSource, readAll, readJsonFile, type Say } from "../file-source.ts";
import { openStoredImage } from "../stored-image.ts";
import { csvRows } from "./csv-rows.ts";
import { arraySchema } from "./ome-zarr-schema.ts";

/** Formats that hold the three images of a volume. */
export const pixelFormats = ["ome-zarr", "ome-tiff", "imagej"] as const;
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
    const labelOf = format === "imagej" ? await labelsOfValues(files, volume, say) : null;
    const hashes = { image: createHash("sha256"), labels: createHash("sha256"), known: createHash("sha256") };
    for (let z = 0; z < volume.shapeZyx[0]; z++) {
      const plain = {} as Record<Kind, PixelArray>;
      for (const kind of kinds) {
        const next = await planes[kind].next();
        if (next.done) return null;
        plain[kind] = asType(next.value, types[kind]);
        if (kind === "labels" && labelOf) plain[kind] = plain[kind].map((value) => labelOf.get(value) ?? 0);
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

function asType(plane: PixelArray, type: PixelType): PixelArray {
  const same = createPixelArray(type, plane.length);
  same.set(plane);
  return same;
}

interface OpenPlanes {
  readonly planes: AsyncIterable<PixelArray>;
  close(): Promise<void>;
}

/** Null where there is no image of that shape. */
async function openPlanes(
  files: FileSource,
  { fileName, shapeZyx }: FrozenVolume,
  format: PixelFormat,
  kind: Kind,
): Promise<OpenPlanes | null> {
  if (format === "ome-zarr") {
    const root = `ome-zarr/${fileName}.ome.zarr/`;
    const folder = kind === "image" ? root : `${root}labels/${kind === "labels" ? "nuclei" : "known"}/`;
    if (!arraySchema.safeParse(await readJsonFile(files, `${folder}0/zarr.json`)).success) return null;
    const image = await openStoredImage({ get: files.read }, folder);
    return image.shapeZyx.join() === shapeZyx.join() ? { planes: image.planes(), close: async () => {} } : null;
  }
  const path = format === "imagej" ? `imagej/${fileName}_${kind}.tif` : `ome-tiff/${fileName}_${kind}.ome.tif`;
  const bytes = await files.open(path);
  if (!bytes) return null;
  const file = await openTiff(bytes).catch(async (error) => {
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

/** The table beside ImageJ's labels: value in the file -> label. */
async function labelsOfValues(files: FileSource, { fileName }: FrozenVolume, say: Say): Promise<Map<number, number>> {
  const path = `imagej/${fileName}_labels.csv`;
  const [header, ...lines] = csvRows(await readAll(files, path)) ?? [];
  const labels = new Map(lines.map((cells) => [Number(cells[0]), Number(cells[1])]));
  if (header?.join() !== "value_in_file,label" || labels.size !== lines.length)
    say("imagej-label-map", path, "does not say of each value once which label it is");
  else if (new Set(labels.values()).size !== labels.size) say("imagej-label-map", path, "names a label twice");
  return labels;
}
