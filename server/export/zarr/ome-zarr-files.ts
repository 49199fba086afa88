import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { labelRgba } from "../../../core/ome-zarr/label-color.ts";
import { type JsonObject, labelGroup, labelsIndex } from "../../../core/ome-zarr/multiscales.ts";
import { BRICK_VOXELS } from "../../../core/volume/brick.ts";
import type { PyramidLevel } from "../../../core/volume/pyramid.ts";
import { planPyramid } from "../../../core/volume/pyramid.ts";
import { bytesPerPixel } from "../../../core/volume/voxel-space.ts";
import { bytesOf, pixelsOf } from "../../ingest/voxels/pixel-bytes.ts";
import { objectionToGzip } from "../../label-images/gzip-objection.ts";
import type { BlobStore } from "../../storage/blob-store.ts";
import { type ExportFile, jsonFile } from "../export-file.ts";
import type { ReadableDataset, ReadableVolume } from "../frozen/frozen-dataset.ts";
import { damaged, type StoredImage } from "../frozen/stored-image.ts";
import { type LabelMap, mapLabels, sameValues } from "../frozen/truth-labels.ts";

const decompress = promisify(gunzip);
const compress = promisify(gzip);

/** Of the mask's group, beside `ome`. */
const KNOWN_ATTRIBUTE = "karyoloop";

/** Meaning of the values of the mask, under the names that the label image's properties carry. */
export const knownStates = [
  { "label-value": 1, meaning: "background", rgba: [90, 90, 90, 255] },
  { "label-value": 2, meaning: "nucleus", rgba: [230, 230, 230, 255] },
] as const;

/** An image of its own for each channel beside the labelled one, by its number in the imported file. */
export const channelFolder = (fileName: string, index: number): string =>
  `ome-zarr/${fileName}_channels/channel-${index + 1}.ome.zarr/`;

/** OME-Zarr 0.5: the image as it is stored, with `labels/nuclei` and `labels/known` on the same pyramid. */
export async function* omeZarrFiles(dataset: ReadableDataset): AsyncGenerator<ExportFile> {
  for (const frozen of dataset.description.volumes) {
    const volume = await dataset.openVolume(frozen);
    const root = `ome-zarr/${frozen.fileName}.ome.zarr/`;
    yield* copiedFiles(dataset.blobs, volume.image, root, (key) => !key.startsWith("labels/"));
    yield jsonFile(`${root}labels/zarr.json`, labelsIndex(["nuclei", "known"]));
    yield* nucleiFiles(dataset.blobs, volume, `${root}labels/nuclei/`);
    yield* knownFiles(dataset.blobs, volume, `${root}labels/known/`);
    for (const { index, image } of volume.channels)
      yield* copiedFiles(dataset.blobs, image, channelFolder(frozen.fileName, index), () => true);
  }
}

/** Blobs of a stored image under the names they have there; the bytes are compressed already, or a few lines of JSON. */
async function* copiedFiles(
  blobs: BlobStore,
  { prefix, pixelType }: StoredImage,
  folder: string,
  wanted: (key: string) => boolean,
  change: (bytes: Uint8Array) => Promise<Uint8Array> = async (bytes) => bytes,
): AsyncGenerator<ExportFile> {
  for await (const key of blobs.list(prefix)) {
    const name = key.slice(prefix.length);
    if (!wanted(name)) continue;
    const isChunk = name.includes("/c/");
    yield {
      path: folder + name,
      compress: !isChunk,
      async *bytes(_signal, start = 0) {
        const bytes = await blobs.get(key);
        if (!bytes) throw damaged(key, "A part of a stored image went away while it was exported.");
        // Copied as it lies there: nobody else would notice that half of it is missing.
        const objection = isChunk ? objectionToGzip(bytes, BRICK_VOXELS * bytesPerPixel[pixelType]) : null;
        if (objection) throw damaged(key, `A stored chunk is damaged: ${objection}.`);
        const exported = isChunk ? await change(bytes) : bytes;
        if (start < exported.length) yield exported.subarray(start);
      },
    };
  }
}

const levelsOf = ({ volume }: ReadableVolume): PyramidLevel[] => planPyramid(volume.shapeZyx, volume.voxelSizeZyx);

/** `zarr.json` of the nuclei of a frozen volume. */
const nucleiGroup = (volume: ReadableVolume): JsonObject =>
  labelGroup({
    name: "nuclei",
    levels: levelsOf(volume),
    voxelSizeZyx: volume.volume.voxelSizeZyx,
    colors: volume.nuclei.map(({ label }) => ({ "label-value": label, rgba: labelRgba(label) })),
    properties: volume.nuclei.map((nucleus) => ({
      "label-value": nucleus.label,
      status: nucleus.status,
      class: nucleus.class,
      annotator: nucleus.annotator,
      origin: nucleus.origin,
      checkpoint: nucleus.checkpointId,
      uncertainty: nucleus.uncertainty,
      truncated: nucleus.shape.truncated,
      volumeUm3: nucleus.shape.volumeUm3,
    })),
    sourceImage: "../../",
  });

/** Null where every frozen nucleus is truth. */
const truthOf = (volume: ReadableVolume): LabelMap | null =>
  volume.volume.unfinishedNuclei === 0 ? null : sameValues(volume.nuclei);

async function* nucleiFiles(blobs: BlobStore, volume: ReadableVolume, folder: string): AsyncGenerator<ExportFile> {
  yield jsonFile(`${folder}zarr.json`, nucleiGroup(volume));
  const truth = truthOf(volume);
  yield* copiedFiles(
    blobs,
    volume.labels,
    folder,
    (key) => key !== "zarr.json",
    truth ? (bytes) => truthChunk(bytes, truth) : undefined,
  );
}

/** A chunk of labels, of any level, without the nuclei that nobody finished. */
async function truthChunk(bytes: Uint8Array, truth: LabelMap): Promise<Uint8Array> {
  const labels = pixelsOf("uint32", await decompress(bytes));
  const kept = new Uint32Array(labels.length);
  mapLabels(labels, kept, truth);
  return compress(bytesOf(kept), { level: 1 });
}

/** `zarr.json` of the mask of a frozen volume, with the boxes that it was made of: an import makes the same mask of them. */
function knownGroup(volume: ReadableVolume): object {
  const { voxelSizeZyx, boxes } = volume.volume;
  const group = labelGroup({
    name: "known",
    levels: levelsOf(volume),
    voxelSizeZyx,
    colors: knownStates.map(({ "label-value": value, rgba }) => ({ "label-value": value, rgba })),
    properties: knownStates.map(({ "label-value": value, meaning }) => ({ "label-value": value, meaning })),
    sourceImage: "../../",
  });
  return { ...group, attributes: { ...(group.attributes as JsonObject), [KNOWN_ATTRIBUTE]: { boxes } } };
}

async function* knownFiles(blobs: BlobStore, volume: ReadableVolume, folder: string): AsyncGenerator<ExportFile> {
  yield jsonFile(`${folder}zarr.json`, knownGroup(volume));
  yield* copiedFiles(blobs, volume.known, folder, (key) => key !== "zarr.json");
}

/**
 * One part of the OME-Zarr of a frozen volume, by its name below `<fileName>.ome.zarr/`: the same as in `omeZarrFiles`, without
 * looking at the others. JSON, bytes of a chunk, or null where there is none.
 */
export async function readOmeZarrPart(
  blobs: BlobStore,
  volume: ReadableVolume,
  name: string,
): Promise<object | Uint8Array | null> {
  if (name === "labels/zarr.json") return labelsIndex(["nuclei", "known"]);
  if (name === "labels/nuclei/zarr.json") return nucleiGroup(volume);
  if (name === "labels/known/zarr.json") return knownGroup(volume);
  const [, kind, part] = /^(?:labels\/(nuclei|known)\/)?(.*)$/.exec(name) ?? [];
  const image = kind === "nuclei" ? volume.labels : kind === "known" ? volume.known : volume.image;
  const stored = await blobs.get(image.prefix + part);
  if (!stored) return null;
  if (part.endsWith(".json")) return JSON.parse(Buffer.from(stored).toString());
  const objection = objectionToGzip(stored, BRICK_VOXELS * bytesPerPixel[image.pixelType]);
  if (objection) throw damaged(image.prefix + part, `A stored chunk is damaged: ${objection}.`);
  const truth = kind === "nuclei" ? truthOf(volume) : null;
  return truth ? truthChunk(stored, truth) : stored;
}
