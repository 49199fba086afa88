import type { Dataset } from "h5wasm";
import { type FileContents, type FileImage, shapeObjection } from "../../../core/import/file-contents.ts";
import { isProblem, Problem } from "../../../core/problem.ts";
import { bytesPerPixel, type Zyx } from "../../../core/volume/voxel-space.ts";
import type { VolumeFile, VolumeSource } from "../volume-source.ts";
import { datasetsBelow } from "./find-datasets.ts";
import { readDataset, storedTypeOf } from "./hdf5-pixels.ts";
import { openInSandbox } from "./hdf5-sandbox.ts";

const MAX_BLOCK_BYTES = 32 * 1024 * 1024;
const MAX_CHUNK_BYTES = 128 * 1024 * 1024;
/** The library keeps a record of each chunk that a reading touches. */
const MAX_BLOCK_CHUNKS = 50_000;
const MAX_CHUNKS = 2 ** 25;
const MAX_IMAGES = 64;
const MAX_NOTES = 20;
/** Of those that come with the library: deflate, shuffle, Fletcher's checksum, szip, n-bit, scale and offset. */
const KNOWN_FILTERS: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6]);
/** zlib's 1032 : 1, the strongest of HDF5's usual filters, with room. */
const MAX_EXPANSION = 1100;

interface FoundDataset {
  readonly image: FileImage;
  readonly dataset: Dataset;
  /** Axes of the dataset that are z, y, x; the others have size 1. */
  readonly axes: readonly [number, number, number];
}

/** Finds the 3D datasets of an HDF5 file. Conventions: C order z, y, x; voxel size in `element_size_um`, as plantseg writes it. */
export async function openHdf5(path: string): Promise<VolumeFile> {
  const opened = await openInSandbox(path).catch((cause) => {
    throw damaged("The HDF5 file cannot be opened: its structure is damaged or cut off.", "file header", cause);
  });
  const notes: string[] = [];
  const found: FoundDataset[] = [];
  try {
    for (const dataset of datasetsBelow(opened.file, opened.addressOf, notes)) {
      const result = describeSafely(dataset, opened.size);
      if (typeof result === "string") notes.push(`${dataset.path} was left out: ${result}`);
      else found.push(result);
      if (found.length >= MAX_IMAGES) break;
    }
    if (notes.length > MAX_NOTES)
      notes.splice(MAX_NOTES, notes.length, `${notes.length - MAX_NOTES} more were left out.`);
    if (found.length === 0)
      throw new Problem({
        tag: "hdf5-no-volume",
        what: "The HDF5 file holds no 3D dataset of numbers.",
        where: notes.join(" ") || "root group",
        hint: "Store the volume as one dataset with axes z, y, x.",
      });
  } catch (error) {
    opened.close();
    if (isProblem(error)) throw error;
    throw damaged("The structure of the HDF5 file is damaged.", found.at(-1)?.dataset.path ?? "root group", error);
  }
  const contents: FileContents = { format: "HDF5", images: found.map(({ image }) => image), notes };
  return {
    contents,
    async open(choice) {
      const chosen = found.find(({ image }) => image.path === choice.image);
      if (!chosen) throw damaged("The chosen dataset is not in the file.", choice.image);
      return sourceOf(chosen);
    },
    close: async () => opened.close(),
  };
}

/** What the library throws of a dataset's own description is about that dataset only. */
function describeSafely(dataset: Dataset, fileBytes: number): FoundDataset | string {
  try {
    return describe(dataset, fileBytes);
  } catch (error) {
    if (isProblem(error)) throw error;
    return "its description is damaged.";
  }
}

/** A dataset as an image, or why it is none. */
function describe(dataset: Dataset, fileBytes: number): FoundDataset | string {
  const { shape, chunks } = dataset.metadata;
  const sources = dataset.metadata.virtual_sources;
  if (sources)
    return `it is a virtual dataset, whose voxels lie elsewhere (${sources
      .slice(0, 3)
      .map(({ file_name, dset_name }) => `${file_name}: ${dset_name}`)
      .join(", ")
      .slice(0, 200)}). Copy it into a dataset of its own.`;
  const type = storedTypeOf(dataset.metadata);
  if (!type) return "it holds no numbers that are read here.";
  if (!shape || shape.length < 3) return `it has ${shape?.length ?? 0} axes, not 3.`;
  const large = shape.map((_, axis) => axis).filter((axis) => shape[axis] !== 1);
  const axes = shape.length === 3 ? [0, 1, 2] : large;
  if (axes.length !== 3) return `it has the shape ${shape.join(" × ")}; only 3D datasets are read.`;
  const shapeZyx: Zyx = [shape[axes[0]], shape[axes[1]], shape[axes[2]]];
  const objection = shapeObjection(shapeZyx);
  if (objection) return objection.what;
  const elementBytes = dataset.metadata.size;
  const claimed = shapeZyx[0] * shapeZyx[1] * shapeZyx[2] * elementBytes;
  if (claimed > fileBytes * (chunks ? MAX_EXPANSION : 1))
    return `it claims ${claimed} bytes, which a file of ${fileBytes} bytes cannot hold.`;
  if (chunks && chunks.reduce((a, b) => a * b, elementBytes) > MAX_CHUNK_BYTES)
    return `its chunks of ${chunks.join(" × ")} do not fit into memory.`;
  const tooMany = chunks && chunkObjection(shape, chunks);
  if (tooMany) return tooMany;
  const unknown = dataset.filters.find(({ id }) => !KNOWN_FILTERS.has(id));
  if (unknown)
    return `it is packed with the filter ${unknown.name.slice(0, 60) || unknown.id}, which is not known here. Save it with gzip or without.`;
  if (!chunks && liesInOtherFiles(dataset))
    return "its voxels lie in another file, beside this one. Copy it into a dataset of its own.";
  const voxelSizeZyx = elementSizeUm(dataset);
  return {
    dataset,
    axes: [axes[0], axes[1], axes[2]],
    image: {
      path: dataset.path,
      shapeZyx,
      pixelType: type.pixelType,
      voxelSizeZyx,
      voxelSizeNote: voxelSizeZyx ? "element_size_um" : "The file does not say its voxel size.",
      channels: ["channel 1"],
      times: 1,
      looksLikeLabels: type.pixelType !== "float32" && /label|mask|seg|instance|nuclei_gt/i.test(dataset.path),
    },
  };
}

function chunkObjection(shape: readonly number[], chunks: readonly number[]): string | null {
  const count = shape.reduce((product, length, axis) => product * Math.ceil(length / chunks[axis]), 1);
  return count > MAX_CHUNKS ? `it is cut into ${count} chunks, which are too many.` : null;
}

/** Storage in raw files cannot be asked for; there are none in the sandbox, so the first voxel tells. */
function liesInOtherFiles(dataset: Dataset): boolean {
  try {
    dataset.slice((dataset.metadata.shape ?? []).map((): [number, number] => [0, 1]));
    return false;
  } catch (error) {
    return error instanceof Error && /external raw data file/.test(error.message);
  }
}

function elementSizeUm(dataset: Dataset): Zyx | null {
  const attribute = dataset.attrs.element_size_um ?? dataset.root.attrs.element_size_um;
  // Looked at before it is read: an attribute can have gigabytes.
  if (attribute?.metadata.total_size !== 3 || attribute.metadata.size > 8) return null;
  const value = attribute.json_value;
  if (!Array.isArray(value) || value.length !== 3) return null;
  const [z, y, x] = value.map(Number);
  return [z, y, x].every((size) => Number.isFinite(size) && size > 0) ? [z, y, x] : null;
}

function sourceOf({ dataset, image, axes }: FoundDataset): VolumeSource {
  const { metadata } = dataset;
  const type = storedTypeOf(metadata)!;
  const [sizeZ, sizeY, sizeX] = image.shapeZyx;
  const rowBytes = sizeX * Math.max(metadata.size, bytesPerPixel[image.pixelType]);
  const chunkZ = metadata.chunks?.[axes[0]] ?? 1;
  const chunkY = metadata.chunks?.[axes[1]] ?? 1;
  // Whole chunks where they fit; a slab of large planes is cut in y so that memory stays bounded.
  const planes = Math.max(1, Math.min(chunkZ, sizeZ, Math.floor(MAX_BLOCK_BYTES / rowBytes)));
  const chunksAcross = Math.ceil(sizeX / (metadata.chunks?.[axes[2]] ?? sizeX));
  const rowsInBudget = Math.min(
    Math.floor(MAX_BLOCK_BYTES / (rowBytes * planes)),
    Math.max(1, Math.floor(MAX_BLOCK_CHUNKS / chunksAcross)) * chunkY,
  );
  const rows = Math.max(1, Math.min(sizeY, Math.max(chunkY, Math.floor(rowsInBudget / chunkY) * chunkY)));
  return {
    shapeZyx: image.shapeZyx,
    pixelType: image.pixelType,
    blockZy: [planes, rows],
    async read(zMin, zMax, yMin, yMax) {
      const where = `${image.path}, z ${zMin} to ${zMax - 1}, y ${yMin} to ${yMax - 1}`;
      const ranges = (metadata.shape ?? []).map((): [number, number] => [0, 1]);
      ranges[axes[0]] = [zMin, zMax];
      ranges[axes[1]] = [yMin, yMax];
      ranges[axes[2]] = [0, sizeX];
      return readDataset(dataset, ranges, type, where);
    },
  };
}

const damaged = (what: string, where: string, cause?: unknown): Problem =>
  new Problem(
    {
      tag: "hdf5-damaged",
      what,
      where,
      hint: "Compare the file with the original and upload it again, or export it as TIFF.",
    },
    { cause },
  );
