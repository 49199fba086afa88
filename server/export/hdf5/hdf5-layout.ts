import { bytesPerPixel, type PixelType, voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";

/** A dataset of z, y, x in C order, contiguous, with the size of its voxels. */
export interface Hdf5Dataset {
  readonly name: string;
  readonly pixelType: PixelType;
}

export interface Hdf5Layout {
  /** All but the voxels, which follow it dataset after dataset. */
  readonly head: Uint8Array;
  readonly totalBytes: number;
}

const UNDEFINED = 0xffff_ffff_ffff_ffffn;
const SUPERBLOCK_BYTES = 96;
/** Entries of a node of the group's tree and of its list of names, halves of what they hold at most. */
const INTERNAL_K = 16;
const LEAF_K = 4;
const TREE_BYTES = 24 + (2 * INTERNAL_K + 1) * 8 + 2 * INTERNAL_K * 8;
const LIST_BYTES = 8 + 2 * LEAF_K * 40;
const HEAP_HEAD_BYTES = 32;

const roundUp = (bytes: number): number => Math.ceil(bytes / 8) * 8;

const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** Filled with zeros to a multiple of eight bytes. */
function padded(bytes: Uint8Array): Uint8Array {
  const full = new Uint8Array(roundUp(bytes.length));
  full.set(bytes);
  return full;
}

type Field = readonly [bytes: 1 | 2 | 4 | 8, value: number | bigint];

function packed(...fields: readonly Field[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [bytes]) => sum + bytes, 0)));
  let at = 0;
  for (const [bytes, value] of fields) {
    if (bytes === 8) view.setBigUint64(at, BigInt(value), true);
    else if (bytes === 4) view.setUint32(at, Number(value), true);
    else if (bytes === 2) view.setUint16(at, Number(value), true);
    else view.setUint8(at, Number(value));
    at += bytes;
  }
  return new Uint8Array(view.buffer);
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

const wholeNumber = (bytes: number, isSigned: boolean): Uint8Array =>
  packed([1, 0x10], [1, isSigned ? 8 : 0], [2, 0], [4, bytes], [2, 0], [2, 8 * bytes]);

/** IEEE numbers: places of sign, exponent and fraction. */
const FLOAT32 = packed(
  [1, 0x11],
  [1, 0x20],
  [1, 31],
  [1, 0],
  [4, 4],
  [2, 0],
  [2, 32],
  [1, 23],
  [1, 8],
  [1, 0],
  [1, 23],
  [4, 127],
);
const FLOAT64 = packed(
  [1, 0x11],
  [1, 0x20],
  [1, 63],
  [1, 0],
  [4, 8],
  [2, 0],
  [2, 64],
  [1, 52],
  [1, 11],
  [1, 0],
  [1, 52],
  [4, 1023],
);
const textType = (bytes: number): Uint8Array => packed([1, 0x13], [1, 1], [2, 0], [4, bytes]);

const typeOf = (pixelType: PixelType): Uint8Array =>
  pixelType === "float32" ? FLOAT32 : wholeNumber(bytesPerPixel[pixelType], !pixelType.startsWith("uint"));

const spaceOf = (sizes: readonly number[]): Uint8Array =>
  joined(packed([1, 1], [1, sizes.length], [2, 0], [4, 0]), ...sizes.map((size) => packed([8, size])));

const message = (type: number, content: Uint8Array): Uint8Array => {
  const full = padded(content);
  return joined(packed([2, type], [2, full.length], [4, 0]), full);
};

function attribute(name: string, type: Uint8Array, space: Uint8Array, value: Uint8Array): Uint8Array {
  const named = ascii(`${name}\0`);
  const sizes = packed([1, 1], [1, 0], [2, named.length], [2, type.length], [2, space.length]);
  return message(0x0c, joined(sizes, padded(named), padded(type), padded(space), value));
}

function objectHeader(messages: readonly Uint8Array[]): Uint8Array {
  const content = joined(...messages);
  return joined(packed([1, 1], [1, 0], [2, messages.length], [4, 1], [4, content.length], [4, 0]), content);
}

/** How ilastik names the axes. */
const AXISTAGS = JSON.stringify({
  axes: ["z", "y", "x"].map((key) => ({ key, typeFlags: 2, resolution: 0, description: "" })),
});

function datasetHeader(pixelType: PixelType, shapeZyx: Zyx, voxelSizeZyx: Zyx, dataAt: number): Uint8Array {
  const bytes = voxelCount(shapeZyx) * bytesPerPixel[pixelType];
  const tags = ascii(AXISTAGS);
  return objectHeader([
    message(0x01, spaceOf(shapeZyx)),
    message(0x03, typeOf(pixelType)),
    message(0x05, packed([1, 2], [1, 2], [1, 2], [1, 1], [4, 0])),
    message(0x08, packed([1, 3], [1, 1], [8, dataAt], [8, bytes])),
    attribute("element_size_um", FLOAT64, spaceOf([3]), new Uint8Array(Float64Array.from(voxelSizeZyx).buffer)),
    attribute("axistags", textType(tags.length), spaceOf([]), tags),
  ]);
}

/**
 * HDF5 as its first library wrote it (https://docs.hdfgroup.org/hdf5/v1_14/_f_m_t3.html: superblock 0, object headers 1): one group of
 * contiguous datasets, so that every voxel has its place before any is written. At most eight datasets.
 */
export function layoutHdf5(datasets: readonly Hdf5Dataset[], shapeZyx: Zyx, voxelSizeZyx: Zyx): Hdf5Layout {
  const sorted = datasets.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const names = sorted.map(({ name }) => padded(ascii(`${name}\0`)));
  const nameAt = names.map((_, i) => names.slice(0, i).reduce((sum, { length }) => sum + length, 8));
  const heapBytes = names.reduce((sum, { length }) => sum + length, 8);
  const rootAt = SUPERBLOCK_BYTES;
  const treeAt = rootAt + 40;
  const heapAt = treeAt + TREE_BYTES;
  const listAt = heapAt + HEAP_HEAD_BYTES + heapBytes;
  const headersAt = listAt + LIST_BYTES;
  const headerBytes = sorted.map(({ pixelType }) => datasetHeader(pixelType, shapeZyx, voxelSizeZyx, 0).length);
  const headerAt = sorted.map((_, i) => headerBytes.slice(0, i).reduce((sum, bytes) => sum + bytes, headersAt));
  const dataBegins = headerBytes.reduce((sum, bytes) => sum + bytes, headersAt);
  let dataAt = dataBegins;
  const dataOf = new Map<string, number>();
  for (const { name, pixelType } of datasets) {
    dataOf.set(name, dataAt);
    dataAt += voxelCount(shapeZyx) * bytesPerPixel[pixelType];
  }
  const tree: Field[] = [
    [1, 0],
    [1, 0],
    [2, 1],
    [8, UNDEFINED],
    [8, UNDEFINED],
    [8, 0],
    [8, listAt],
    [8, nameAt.at(-1) ?? 0],
  ];
  const filled = (bytes: Uint8Array, size: number): Uint8Array => joined(bytes, new Uint8Array(size - bytes.length));
  const head = joined(
    Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a),
    packed([4, 0], [1, 0], [1, 8], [1, 8], [1, 0], [2, LEAF_K], [2, INTERNAL_K], [4, 0]),
    packed([8, 0], [8, UNDEFINED], [8, dataAt], [8, UNDEFINED]),
    packed([8, 0], [8, rootAt], [4, 1], [4, 0], [8, treeAt], [8, heapAt]),
    objectHeader([message(0x11, packed([8, treeAt], [8, heapAt]))]),
    filled(joined(ascii("TREE"), packed(...tree)), TREE_BYTES),
    ascii("HEAP"),
    packed([4, 0], [8, heapBytes], [8, 1], [8, heapAt + HEAP_HEAD_BYTES]),
    new Uint8Array(8),
    ...names,
    filled(
      joined(
        ascii("SNOD"),
        packed([1, 1], [1, 0], [2, sorted.length]),
        ...sorted.map((_, i) => packed([8, nameAt[i]], [8, headerAt[i]], [8, 0], [8, 0], [8, 0])),
      ),
      LIST_BYTES,
    ),
    ...sorted.map(({ name, pixelType }) => datasetHeader(pixelType, shapeZyx, voxelSizeZyx, dataOf.get(name) ?? 0)),
  );
  return { head, totalBytes: dataAt };
}
