import type { Dataset, Metadata } from "h5wasm";
import { Problem } from "../../../core/problem.ts";
import { copyBox, placesIn } from "../axes/boxes.ts";
import { swapNumbers } from "../voxels/pixel-bytes.ts";
import type { StoredType } from "../voxels/stored-numbers.ts";
import { isPackedOtherwise, unpackChunk } from "./hdf5-filters.ts";
import type { OpenHdf5 } from "./hdf5-sandbox.ts";

/** HDF5's classes of types. */
const INTEGER = 0;
const FLOAT = 1;
const BITFIELD = 4;
const COMPOUND = 6;
const ENUM = 8;

/** The numbers of a dataset, or why they are none, as the rest of a sentence. */
export function storedNumberOf({
  type,
  size,
  signed,
  enum_type,
  compound_type,
}: Metadata): { readonly type: StoredType } | string {
  if (type === FLOAT && (size === 2 || size === 4 || size === 8)) return { type: `float${size * 8}` as StoredType };
  if (type === COMPOUND) {
    const members = compound_type?.members.map(({ name }) => name.slice(0, 40)) ?? [];
    return `each of its voxels has several values (${members.slice(0, 8).join(", ")}). Save one of them as a dataset of its own.`;
  }
  const isEnum = type === ENUM && enum_type?.type === INTEGER;
  // As h5py stores truth values.
  if (isEnum && size === 1 && Object.keys(enum_type.members).sort().join() === "FALSE,TRUE") return { type: "bool" };
  if (type !== INTEGER && type !== BITFIELD && !isEnum) return "it holds no numbers that are read here.";
  if (size !== 1 && size !== 2 && size !== 4 && size !== 8) return `its numbers have ${size} bytes, which is not read.`;
  return { type: `${signed && type !== BITFIELD ? "int" : "uint"}${size * 8}` as StoredType };
}

/** Numbers of a box of a dataset, C order, little-endian. Rejects with a Problem at `where` what cannot be unpacked. */
export async function readNumbers(
  file: OpenHdf5,
  dataset: Dataset,
  origin: readonly number[],
  counts: readonly number[],
  where: string,
): Promise<Uint8Array> {
  try {
    const { filters } = dataset;
    return isPackedOtherwise(filters)
      ? await readFromChunks(file, dataset, filters, origin, counts)
      : file.readBox(dataset, origin, counts);
  } catch (cause) {
    throw new Problem(
      {
        tag: "hdf5-damaged",
        what: "A part of the dataset cannot be read: it is damaged or cut off.",
        where,
        hint: "Compare the file with the original and upload it again.",
      },
      { cause },
    );
  }
}

async function readFromChunks(
  file: OpenHdf5,
  dataset: Dataset,
  filters: Dataset["filters"],
  origin: readonly number[],
  counts: readonly number[],
): Promise<Uint8Array> {
  const { shape, chunks, size } = dataset.metadata;
  if (!shape || !chunks) throw new Error("no chunks");
  const out = new Uint8Array(counts.reduce((a, b) => a * b, size));
  const first = origin.map((at, axis) => Math.floor(at / chunks[axis]));
  const grid = origin.map((at, axis) => Math.ceil((at + counts[axis]) / chunks[axis]) - first[axis]);
  for (const place of placesIn(grid)) {
    const start = place.map((at, axis) => (first[axis] + at) * chunks[axis]);
    const inside = chunks.map((length, axis) => Math.min(length, shape[axis] - start[axis]));
    const read = file.readChunk(dataset, start, inside);
    const isPacked = read.kind === "packed";
    const bytes = isPacked
      ? await unpackChunk(
          read.bytes,
          chunks.reduce((a, b) => a * b, size),
          filters,
        )
      : read.bytes;
    if (isPacked && !dataset.metadata.littleEndian) swapNumbers(bytes, size);
    copyBox(
      { bytes, start, counts: isPacked ? chunks : inside },
      { bytes: out, start: origin, counts },
      inside.map((length, axis) => start[axis] + length),
      size,
    );
  }
  return out;
}
