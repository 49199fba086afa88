import type { Dataset } from "h5wasm";
import type { FileImage } from "../../../core/import/file-contents.ts";
import type { VolumeSource } from "../voxels/volume-source.ts";
import { packs } from "./hdf5-filters.ts";

/** An image of an HDF5 file, whoever wrote it. */
export interface FoundImage {
  readonly image: FileImage;
  /** Throws a Problem where the file has no such channel or time. */
  source(channel: number, time: number): VolumeSource;
}

export interface FoundImages {
  readonly images: readonly FoundImage[];
  /** Sentences for the person. */
  readonly notes: readonly string[];
}

const MAX_CHUNK_BYTES = 128 * 1024 * 1024;
const MAX_CHUNKS = 2 ** 25;

/** Why a dataset of any program cannot be read, as the rest of a sentence; or null. Before anything is allocated for it. */
export function storageObjection(dataset: Dataset, fileBytes: number): string | null {
  const { shape, chunks, size, virtual_sources: sources } = dataset.metadata;
  if (sources)
    return `it is a virtual dataset, whose voxels lie elsewhere (${sources
      .slice(0, 3)
      .map(({ file_name, dset_name }) => `${file_name}: ${dset_name}`)
      .join(", ")
      .slice(0, 200)}). Copy it into a dataset of its own.`;
  if (!shape) return "it is empty.";
  const claimed = shape.reduce((a, b) => a * b, size);
  if (!chunks) {
    if (claimed > fileBytes || liesInOtherFiles(dataset))
      return "its voxels were never written, or lie in another file beside this one. Copy it into a dataset of its own.";
    return null;
  }
  if (chunks.some((length) => !(length > 0))) return "its chunks are damaged.";
  if (chunks.reduce((a, b) => a * b, size) > MAX_CHUNK_BYTES)
    return `its chunks of ${chunks.join(" × ")} do not fit into memory.`;
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

/** zlib's 1032 : 1, the strongest of HDF5's usual filters, with room. */
const MAX_EXPANSION = 1100;

/** What must be said of a dataset that has more voxels than its file can hold: chunks that were never written are its fill value. */
export function sparseNote(dataset: Dataset, fileBytes: number): string | null {
  const { shape, chunks, size } = dataset.metadata;
  const claimed = (shape ?? []).reduce((a, b) => a * b, size);
  return chunks && claimed > fileBytes * (packs(dataset.filters) ? MAX_EXPANSION : 1)
    ? `${dataset.path} was written in part only: where it was not, its fill value is taken.`
    : null;
}
