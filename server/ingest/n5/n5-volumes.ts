import { type FileImage, shapeObjection } from "../../../core/import/file-contents.ts";
import { Problem } from "../../../core/problem.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { type ArrayAxes, axesOfArray } from "../axes/array-axes.ts";
import { copyBox, placesIn } from "../axes/boxes.ts";
import { inZyxOrder, stridesOf } from "../axes/zyx-order.ts";
import { decodeBlosc } from "../codecs/blosc.ts";
import { unpackBzip2 } from "../codecs/bzip2.ts";
import { type Inflate, unpackGzip, unpackZlib, unpackZstd } from "../codecs/inflate.ts";
import type { EntryStore } from "../stores/entry-store.ts";
import { swapNumbers } from "../voxels/pixel-bytes.ts";
import { narrowingNote, pixelTypeOf, storedBytes, voxelsOf } from "../voxels/stored-numbers.ts";
import type { VolumeSource } from "../voxels/volume-source.ts";
import { type N5Dataset, parseN5Dataset } from "./n5-metadata.ts";

const unpackers: Readonly<Partial<Record<string, Inflate>>> = {
  raw: async (bytes) => bytes,
  gzip: unpackGzip,
  zlib: unpackZlib,
  zstd: unpackZstd,
  blosc: decodeBlosc,
  bzip2: unpackBzip2,
};

const MAX_DATASETS = 2000;
const MAX_IMAGES = 64;
const MAX_READ_BYTES = 64 * 1024 * 1024;

export interface N5Image {
  readonly image: FileImage;
  source(channel: number, time: number): VolumeSource;
}

/** The volumes of an N5 container; of a pyramid (`s0`, `s1` …) the finest. */
export async function imagesOfN5(store: EntryStore): Promise<{ images: N5Image[]; notes: string[] }> {
  const notes: string[] = [];
  const datasets: N5Dataset[] = [];
  const paths = [...store.names].filter((name) => /(^|\/)attributes\.json$/.test(name)).slice(0, MAX_DATASETS);
  for (const name of paths.sort((a, b) => a.localeCompare(b, "en", { numeric: true }))) {
    const path = name.slice(0, -"/attributes.json".length);
    const bytes = await store.get(`/${name}`);
    const dataset = bytes && parseN5Dataset(path, bytes);
    if (typeof dataset === "string") notes.push(`${path} was left out: ${dataset}`);
    else if (dataset) datasets.push(dataset);
  }
  const images: N5Image[] = [];
  for (const dataset of datasets.filter((one) => isFinest(one, datasets)).slice(0, MAX_IMAGES)) {
    const result = imageOf(store, dataset);
    if (typeof result === "string") notes.push(`${dataset.path} was left out: ${result}`);
    else {
      images.push(result.found);
      notes.push(...result.notes);
    }
  }
  if (images.length > 1)
    notes.unshift(`The ${store.holder} holds ${images.length} volumes; they are not parts of one volume. Choose one.`);
  return { images, notes };
}

const voxelCountOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const pyramidOf = (path: string): string | null => /^(.*\/|)s\d+$/.exec(path)?.[1] ?? null;

/** Whether no other level of the same pyramid has more voxels. */
function isFinest({ path, shape }: N5Dataset, all: readonly N5Dataset[]): boolean {
  const pyramid = pyramidOf(path);
  return (
    pyramid === null ||
    !all.some((other) => pyramidOf(other.path) === pyramid && voxelCountOf(other.shape) > voxelCountOf(shape))
  );
}

function imageOf(store: EntryStore, dataset: N5Dataset): { found: N5Image; notes: string[] } | string {
  if (!unpackers[dataset.compression]) return `its blocks are packed with ${dataset.compression}, which is not read.`;
  const axes = axesOfArray(dataset.names, dataset.shape);
  if (typeof axes === "string") return axes;
  const [z, y, x] = axes.zyx.map((axis) => dataset.shape[axis]);
  const objection = shapeObjection([z, y, x]);
  if (objection) return objection.what;
  const pixelType = pixelTypeOf(dataset.type);
  const found: N5Image = {
    image: {
      path: dataset.path,
      shapeZyx: [z, y, x],
      pixelType,
      voxelSizeZyx: dataset.voxelSizeZyx,
      voxelSizeNote: dataset.voxelSizeNote,
      channels: axes.channels,
      times: axes.times,
      looksLikeLabels: pixelType !== "float32" && /label|mask|seg/i.test(dataset.path),
    },
    source: (channel, time) => sourceOf(store, dataset, axes, axes.originOf(channel, time)),
  };
  const notes = [narrowingNote(dataset.type), missingNote(store, dataset), ...dataset.notes, ...axes.notes];
  return { found, notes: notes.filter((note) => note !== null) };
}

/** Blocks that are not there are 0: as they were written, or as an incomplete copy left them. */
function missingNote(store: EntryStore, { path, shape, blocks }: N5Dataset): string | null {
  const isBlock = new RegExp(`^\\d+(/\\d+){${shape.length - 1}}$`);
  let stored = 0;
  for (const name of store.names)
    if (name.startsWith(`${path}/`) && isBlock.test(name.slice(path.length + 1))) stored++;
  const all = shape.reduce((product, length, axis) => product * Math.ceil(length / blocks[axis]), 1);
  return stored < all
    ? `${all - stored} of ${all} blocks of ${path} are not in the ${store.holder}; they are taken as 0.`
    : null;
}

function sourceOf(store: EntryStore, dataset: N5Dataset, { zyx }: ArrayAxes, origin: readonly number[]): VolumeSource {
  const { path, shape, blocks, type } = dataset;
  const width = storedBytes[type];
  const [sizeZ, sizeY, sizeX] = zyx.map((axis) => shape[axis]);
  const [blockZ, blockY] = zyx.map((axis) => blocks[axis]);
  const planes = Math.max(1, Math.min(sizeZ, blockZ, Math.floor(MAX_READ_BYTES / (sizeX * width))));
  const rowsInBudget = Math.floor(MAX_READ_BYTES / (sizeX * width * planes));
  const rows = Math.max(1, Math.min(sizeY, Math.max(1, Math.floor(rowsInBudget / blockY)) * blockY, rowsInBudget));
  const pixelType = pixelTypeOf(type);
  return {
    shapeZyx: [sizeZ, sizeY, sizeX],
    pixelType,
    blockZy: [planes, rows],
    async read(zMin, zMax, yMin, yMax) {
      const box: Zyx = [zMax - zMin, yMax - yMin, sizeX];
      const start = [...origin];
      const counts = origin.map(() => 1);
      zyx.forEach((axis, i) => {
        start[axis] = [zMin, yMin, 0][i];
        counts[axis] = box[i];
      });
      const bytes = new Uint8Array(voxelCountOf(counts) * width);
      const first = start.map((at, axis) => Math.floor(at / blocks[axis]));
      const grid = start.map((at, axis) => Math.ceil((at + counts[axis]) / blocks[axis]) - first[axis]);
      for (const place of placesIn(grid)) {
        const at = place.map((step, axis) => first[axis] + step);
        const block = await readBlock(store, dataset, at);
        if (!block) continue;
        const from = at.map((step, axis) => step * blocks[axis]);
        const end = from.map((low, axis) => low + block.counts[axis]);
        copyBox({ bytes: block.bytes, start: from, counts: block.counts }, { bytes, start, counts }, end, width);
      }
      const where = `${path}, z ${zMin} to ${zMax - 1}, y ${yMin} to ${yMax - 1}`;
      return inZyxOrder(
        pixelType,
        voxelsOf(type, bytes, () => where),
        box,
        stridesOf(zyx, counts),
      );
    },
  };
}

/** A block: its mode, its own size (big-endian), and its numbers. At the ends of an axis it may be smaller than others. */
async function readBlock(store: EntryStore, dataset: N5Dataset, at: readonly number[]) {
  const { path, shape, blocks, type, compression } = dataset;
  const key = `${path}/${at.toReversed().join("/")}`;
  const packed = await store.get(`/${key}`);
  if (!packed) return null;
  try {
    const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
    const header = 4 + 4 * shape.length;
    if (packed.length < header || view.getUint16(0) !== 0 || view.getUint16(2) !== shape.length)
      throw new Error("its header is another");
    const counts = shape.map((_, axis) => view.getUint32(4 + 4 * (shape.length - 1 - axis)));
    const inside = shape.map((length, axis) => Math.min(blocks[axis], length - at[axis] * blocks[axis]));
    if (counts.some((length, axis) => length > blocks[axis] || length < inside[axis]))
      throw new Error("its size is another");
    const wanted = voxelCountOf(counts) * storedBytes[type];
    const unpacked = await unpackers[compression]!(packed.subarray(header), wanted);
    if (unpacked.length !== wanted) throw new Error(`it holds ${unpacked.length} of ${wanted} bytes`);
    const bytes = unpacked.slice();
    swapNumbers(bytes, storedBytes[type]);
    return { bytes, counts };
  } catch (cause) {
    throw new Problem(
      {
        tag: "n5-block",
        what: `A block cannot be decoded: ${(cause as Error).message}.`,
        where: key,
        hint: "The file is damaged: compare it with the original, pack its folder again and upload it once more.",
      },
      { cause },
    );
  }
}
