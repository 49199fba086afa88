import type { Dataset } from "h5wasm";
import { shapeObjection } from "../../../core/import/file-contents.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { axesOfArray, guessedAxes, meaningOf } from "../axes/array-axes.ts";
import { narrowingNote, pixelTypeOf, type StoredType } from "../voxels/stored-numbers.ts";
import { sourceOfDataset } from "./dataset-volume.ts";
import { type FoundImage, type FoundImages, sparseNote, storageObjection } from "./found-image.ts";
import { filterObjection } from "./hdf5-filters.ts";
import { storedNumberOf } from "./hdf5-pixels.ts";
import type { OpenHdf5 } from "./hdf5-sandbox.ts";
import { type StatedAxes, statedAxesOf } from "./stated-axes.ts";
import { statedVoxelSizeOf } from "./stated-voxel-size.ts";

interface NamedAxes extends Partial<Pick<StatedAxes, "source">> {
  readonly names: readonly string[];
  readonly notes: readonly string[];
}

/**
 * A dataset that stands for itself, as an image; as several where its axes are stated twice and differently, for the person to
 * choose one; or why it is none, as the rest of a sentence.
 */
export function imagesOfDataset(file: OpenHdf5, dataset: Dataset): FoundImages | string {
  const { metadata } = dataset;
  const shape = metadata.shape ?? [];
  const readings = readingsOf(file, dataset);
  if (typeof readings === "string") return readings;
  const number = storedNumberOf(metadata);
  if (typeof number === "string") return number;
  const images: FoundImage[] = [];
  const notes = [narrowingNote(number.type), sparseNote(dataset, file.size)].filter((note) => note !== null);
  for (const reading of readings) {
    const image = imageOf(file, dataset, number.type, reading, readings.length > 1);
    if (typeof image === "string") {
      if (readings.length === 1) return image;
      notes.push(`${dataset.path} as ${reading.source} says: ${image}`);
    } else {
      images.push(image.found);
      notes.push(...image.notes);
    }
  }
  const objection = storageObjection(dataset, file.size) ?? filterObjection(dataset.filters);
  if (objection) return objection;
  if (readings.length > 1)
    notes.push(
      `${dataset.path} states its axes twice: ${readings.map(({ names, source }) => `${source} say ${names.join(", ")}`).join("; ")}. Choose the image that looks right.`,
    );
  return images.length > 0
    ? { images, notes }
    : `it has the shape ${shape.join(" × ")}, and no reading of its axes is a volume.`;
}

function readingsOf(file: OpenHdf5, dataset: Dataset): readonly NamedAxes[] | string {
  const stated = statedAxesOf(file, dataset);
  if (stated.length > 0) return stated.map((one) => ({ ...one, notes: [] }));
  const guessed = guessedAxes(dataset.metadata.shape ?? []);
  return typeof guessed === "string" ? guessed : [guessed];
}

function imageOf(
  file: OpenHdf5,
  dataset: Dataset,
  type: StoredType,
  { names, notes, source }: NamedAxes,
  oneOfSeveral: boolean,
): { found: FoundImage; notes: readonly string[] } | string {
  const shape = dataset.metadata.shape ?? [];
  const axes = axesOfArray(names, shape);
  if (typeof axes === "string") return axes;
  const [z, y, x] = axes.zyx;
  const shapeZyx: Zyx = [shape[z], shape[y], shape[x]];
  const objection = shapeObjection(shapeZyx);
  if (objection) return objection.what;
  const pixelType = pixelTypeOf(type);
  const meant = oneOfSeveral
    ? `${dataset.path} (${names.map(meaningOf).join("").toLowerCase()}, by ${source})`
    : dataset.path;
  return {
    found: {
      image: {
        path: meant,
        shapeZyx,
        pixelType,
        ...statedVoxelSizeOf(dataset, z < y && y < x),
        channels: axes.channels,
        times: axes.times,
        looksLikeLabels: pixelType !== "float32" && /label|mask|seg|instance|nuclei_gt/i.test(dataset.path),
      },
      source: (channel, time) =>
        sourceOfDataset(file, { dataset, type, zyx: axes.zyx, shapeZyx, origin: axes.originOf(channel, time) }),
    },
    notes: [...notes, ...axes.notes],
  };
}
