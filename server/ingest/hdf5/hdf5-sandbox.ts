import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Dataset, File as Hdf5File } from "h5wasm";

/**
 * The in-memory build of h5wasm with one file in it that reads from ours. The Node build would see the whole disk, and
 * an HDF5 file may name other files (external links, external storage): here there are none to be found.
 */
let opened = 0;

/** HDF5's own "no such thing". */
const isValid = (id: bigint): boolean => id > 0n;

/** The part of an Emscripten file node that is replaced. */
interface SandboxNode {
  usedBytes: number;
  stream_ops: {
    read(stream: unknown, buffer: Uint8Array, offset: number, length: number, position: number): number;
  };
}

/** Where the library writes its errors while they are not thrown. */
interface ErrorStream {
  stream_ops: { write(stream: unknown, buffer: Uint8Array, offset: number, length: number): number };
}

/** A chunk as it is, where the library could unpack it; else as it lies in the file. */
export type ReadChunk =
  | { readonly kind: "numbers"; readonly bytes: Uint8Array }
  | { readonly kind: "packed"; readonly bytes: Uint8Array };

export interface OpenHdf5 {
  readonly file: Hdf5File;
  readonly size: number;
  /** Where an object lies in the file: the same for all links to it. */
  addressOf(objectPath: string): string;
  /** Names of a dataset's axes, by their labels or else by the scales that are attached to them; null for those without. */
  axisNamesOf(dataset: Dataset): (string | null)[];
  /** Numbers of a box, C order, little-endian, as wide as they are stored. Throws what the library says. */
  readBox(dataset: Dataset, origin: readonly number[], counts: readonly number[]): Uint8Array;
  /** The same for a box within one chunk that may be packed with a filter that the library does not have. */
  readChunk(dataset: Dataset, origin: readonly number[], counts: readonly number[]): ReadChunk;
  close(): void;
}

/** Whatever a failed reading leaves untouched shows that it failed. */
const UNTOUCHED = [0xaa, 0x55] as const;

const bigInts = (numbers: readonly number[]): bigint[] => numbers.map(BigInt);

export async function openInSandbox(path: string): Promise<OpenHdf5> {
  // The library takes longer to load than most files take to read.
  const { default: h5wasm } = await import("h5wasm");
  const module = await h5wasm.ready;
  const { FS } = module;
  // Without it, a chunk that cannot be unpacked would be read as zeros.
  module.activate_throwing_error_handler();
  const errors = (FS as unknown as { getStream(descriptor: number): ErrorStream }).getStream(2);
  errors.stream_ops = { ...errors.stream_ops, write: (_stream, _buffer, _offset, length) => length };
  const name = `/volume-${opened++}.h5`;
  const descriptor = openSync(path, "r");
  const { size } = fstatSync(descriptor);
  const drop = () => {
    FS.unlink(name);
    closeSync(descriptor);
  };
  let lastRead: { readonly position: number; readonly length: number } | null = null;
  FS.writeFile(name, new Uint8Array(0));
  const node = FS.lookupPath(name, {}).node as unknown as SandboxNode;
  node.usedBytes = size;
  node.stream_ops = {
    ...node.stream_ops,
    read: (_stream, buffer, offset, length, position) => {
      lastRead = { position, length };
      return readSync(descriptor, buffer, offset, Math.max(0, Math.min(length, size - position)), position);
    },
  };

  /** Lets `use` fill memory of the library's and copies it. */
  const withMemory = (byteCount: number, use: (pointer: number) => void): Uint8Array => {
    const pointer = module._malloc(byteCount);
    if (pointer === 0) throw new Error("no memory for a part of the dataset");
    try {
      use(pointer);
      return module.HEAPU8.slice(pointer, pointer + byteCount);
    } finally {
      module._free(pointer);
    }
  };
  const fill = (dataset: Dataset, origin: readonly number[], counts: readonly number[], pointer: number): void => {
    const ones = counts.map(() => 1n);
    module.get_dataset_data(dataset.file_id, dataset.path, bigInts(counts), bigInts(origin), ones, BigInt(pointer));
  };
  const bytesIn = (dataset: Dataset, counts: readonly number[]): number =>
    counts.reduce((a, b) => a * b, dataset.metadata.size);
  const readBox = (dataset: Dataset, origin: readonly number[], counts: readonly number[]): Uint8Array =>
    withMemory(bytesIn(dataset, counts), (pointer) => fill(dataset, origin, counts, pointer));

  /** Whether the first voxel of a chunk can be read. */
  const canUnpack = (dataset: Dataset, origin: readonly number[]): boolean => {
    const one = origin.map(() => 1);
    // Errors that are thrown would leave the dataset open behind them, once for every chunk.
    module.deactivate_throwing_error_handler();
    try {
      return UNTOUCHED.some((untouched) => {
        lastRead = null;
        const bytes = withMemory(dataset.metadata.size, (pointer) => {
          module.HEAPU8.fill(untouched, pointer, pointer + dataset.metadata.size);
          fill(dataset, origin, one, pointer);
        });
        return bytes.some((byte) => byte !== untouched);
      });
    } finally {
      module.activate_throwing_error_handler();
    }
  };

  try {
    // h5wasm says nothing when the library refuses a file: its id tells.
    const file = new h5wasm.File(name, "r");
    if (!isValid(file.file_id)) throw new Error("not opened");
    return {
      file,
      size,
      // A reference to an object is its address.
      addressOf: (objectPath) => Buffer.from(module.create_object_reference(file.file_id, objectPath)).toString("hex"),
      axisNamesOf(dataset) {
        const labels = module.get_dimension_labels(file.file_id, dataset.path);
        return labels.map((label, axis) => {
          if (label) return label;
          const [scale] = module.get_attached_scales(file.file_id, dataset.path, axis);
          if (!scale) return null;
          return module.get_scale_name(file.file_id, scale) || scale.slice(scale.lastIndexOf("/") + 1);
        });
      },
      readBox,
      readChunk(dataset, origin, counts) {
        if (canUnpack(dataset, origin)) return { kind: "numbers", bytes: readBox(dataset, origin, counts) };
        // The library reads a chunk in one piece, last of all, before it finds out that it lacks the filter.
        const { position, length } = lastRead ?? { position: size, length: 1 };
        if (position + length > size) throw new Error("a chunk lies beyond the end of the file");
        const packed = new Uint8Array(length);
        readSync(descriptor, packed, 0, length, position);
        return { kind: "packed", bytes: packed };
      },
      close() {
        file.close();
        drop();
      },
    };
  } catch (error) {
    drop();
    throw error;
  }
}
