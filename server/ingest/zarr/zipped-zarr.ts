import * as zarr from "zarrita";
import { type FileImage, shapeObjection } from "../../../core/import/file-contents.ts";
import { Problem } from "../../../core/problem.ts";
import {
  bytesPerPixel,
  createPixelArray,
  type PixelArray,
  type PixelType,
  type Zyx,
} from "../../../core/volume/voxel-space.ts";
import { parseBoundedJson } from "../bounded-json.ts";
import type { ImageChoice, VolumeFile, VolumeSource } from "../volume-source.ts";
import { metadataBounds, objectionToArray } from "./array-metadata.ts";
import { chunkBytesOf } from "./chunk-codecs.ts";
import { parseZarrImage, type ZarrImage } from "./ome-zarr-metadata.ts";
import { openZipStore, type ZipStore } from "./zip-store.ts";

const PIXEL_TYPES = new Set<string>(Object.keys(bytesPerPixel));
const MAX_BLOCK_BYTES = 64 * 1024 * 1024;
const MAX_BLOCK_CHUNKS = 20_000;
/** Images looked for; a plate of many fields is not a volume. */
const MAX_IMAGES = 64;
/** Groups looked into, shallow ones first. */
const MAX_GROUPS = 2000;
const MAX_NOTES = 20;

type NumberArray = zarr.Array<zarr.NumberDataType, ZipStore>;

interface FoundImage {
  readonly image: FileImage;
  readonly metadata: ZarrImage;
  readonly array: NumberArray;
}

/** Opens a zipped OME-Zarr: every image and label image in it that is 3D. */
export async function openZippedZarr(path: string): Promise<VolumeFile> {
  const store = await openZipStore(path);
  try {
    const notes: string[] = [];
    const found: FoundImage[] = [];
    for (const group of groupsOf(store).slice(0, MAX_GROUPS)) {
      const metadata = parseZarrImage(await attributesOf(store, group), group || "root");
      if (!metadata) continue;
      const result = await describe(store, group, metadata);
      if (typeof result !== "string") found.push(result);
      else if (notes.length < MAX_NOTES) notes.push(`${group || "The image"} was left out: ${result}`);
      if (found.length >= MAX_IMAGES) break;
    }
    if (found.length === 0)
      throw new Problem({
        tag: "zip-without-volume",
        what: "The zip holds no OME-Zarr volume.",
        where: notes.join(" ") || "no group with multiscales",
        hint: "Pack the OME-Zarr folder itself (with its zarr.json or .zattrs), or upload a TIFF or HDF5 file.",
      });
    return {
      contents: { format: "OME-Zarr", images: found.map(({ image }) => image), notes },
      async open(choice) {
        const chosen = found.find(({ image }) => image.path === choice.image);
        if (!chosen || choice.channel >= chosen.image.channels.length || choice.time >= chosen.image.times)
          throw new Problem({
            tag: "no-such-image",
            what: "The chosen image, channel or time is not in the file.",
            where: choice.image,
            hint: "Choose again.",
          });
        return sourceOf(chosen, choice);
      },
      close: async () => store.close(),
    };
  } catch (error) {
    store.close();
    throw error;
  }
}

/** Folders that have group metadata, shallow ones first: images before their labels. */
function groupsOf(store: ZipStore): string[] {
  const groups = new Set<string>();
  for (const name of store.names) {
    const slash = name.lastIndexOf("/");
    const file = name.slice(slash + 1);
    if (file === "zarr.json" || file === ".zattrs") groups.add(slash < 0 ? "" : name.slice(0, slash));
  }
  return [...groups].sort((a, b) => a.split("/").length - b.split("/").length || (a < b ? -1 : 1));
}

async function attributesOf(store: ZipStore, group: string): Promise<Record<string, unknown>> {
  const prefix: `/${string}` = group ? `/${group}/` : "/";
  const v3 = await store.get(`${prefix}zarr.json`);
  const bytes = v3 ?? (await store.get(`${prefix}.zattrs`));
  const where = `${group ? `${group}/` : ""}${v3 ? "zarr.json" : ".zattrs"}`;
  if (!bytes) return {};
  let parsed: Record<string, unknown> | null;
  try {
    parsed = parseBoundedJson(bytes, metadataBounds) as Record<string, unknown> | null;
  } catch (cause) {
    throw new Problem(
      {
        tag: "ome-zarr-metadata",
        what: (cause as Error).message,
        where,
        hint: "Pack the OME-Zarr folder again.",
      },
      { cause },
    );
  }
  const attributes = v3 ? parsed?.attributes : parsed;
  return typeof attributes === "object" && attributes !== null ? (attributes as Record<string, unknown>) : {};
}

async function describe(store: ZipStore, group: string, metadata: ZarrImage): Promise<FoundImage | string> {
  const where = group ? `${group}/${metadata.arrayPath}` : metadata.arrayPath;
  const claim = await objectionToArray(store, where);
  if (claim) return claim;
  const array = await zarr.open(zarr.root(store).resolve(where), { kind: "array" }).catch((cause) => {
    if (cause instanceof Problem) throw cause;
    throw new Problem(
      {
        tag: "ome-zarr-array",
        what: "The finest level of the image cannot be opened.",
        where,
        hint: `${cause instanceof Error ? cause.message : cause}. Write the image again as OME-Zarr 0.4 or 0.5.`,
      },
      { cause },
    );
  });
  if (!PIXEL_TYPES.has(array.dtype)) return `pixels of type ${array.dtype} are not read.`;
  const pixelType = array.dtype as PixelType;
  const { axes } = metadata;
  const shapeZyx: Zyx = [array.shape[axes.z], array.shape[axes.y], array.shape[axes.x]];
  const objection = shapeObjection(shapeZyx);
  if (objection) return objection.what;
  const channels = axes.c === null ? 1 : array.shape[axes.c];
  if (channels > 1024) return `it claims ${channels} channels.`;
  return {
    array: checkingChunks(array as NumberArray, where),
    metadata,
    image: {
      path: where,
      shapeZyx,
      pixelType,
      voxelSizeZyx: metadata.voxelSizeZyx,
      voxelSizeNote: metadata.voxelSizeZyx ? "OME-Zarr metadata" : "The file does not say its voxel size.",
      channels: Array.from({ length: channels }, (_, c) => metadata.channelNames[c] ?? `channel ${c + 1}`),
      times: axes.t === null ? 1 : array.shape[axes.t],
      looksLikeLabels: metadata.isLabel || /(^|\/)labels\//.test(group),
    },
  };
}

/** A chunk is its whole shape or an error that names it. */
function checkingChunks(array: NumberArray, where: string): NumberArray {
  const wanted = chunkBytesOf(array.dtype, array.chunks);
  const checking = zarr.defineArrayExtension((inner) => ({
    async getChunk(coords, options, more) {
      const chunk = `${where}, chunk ${coords.join(", ")}`;
      const result = await inner.getChunk(coords, options, more).catch((cause) => {
        if (cause instanceof Problem) throw cause;
        throw damagedChunk(`A chunk cannot be decoded: ${innermostMessage(cause)}.`, chunk, cause);
      });
      const { byteLength } = result.data as PixelArray;
      if (byteLength !== wanted) throw damagedChunk(`A chunk holds ${byteLength} of ${wanted} bytes.`, chunk);
      return result;
    },
  }));
  return checking(array);
}

function innermostMessage(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  return inner instanceof Error ? inner.message : String(inner);
}

const damagedChunk = (what: string, where: string, cause?: unknown): Problem =>
  new Problem(
    {
      tag: "ome-zarr-chunk",
      what,
      where,
      hint: "The file is damaged: compare it with the original, pack its folder again and upload it once more.",
    },
    { cause },
  );

/** Chunks one after the other: zarrita would decode all of a block at once. */
function createQueue() {
  let last: Promise<unknown> = Promise.resolve();
  return {
    add(work: () => Promise<void>) {
      last = last.then(work);
      last.catch(() => {}); // told by onIdle
    },
    onIdle: () => last.then(() => []),
  };
}

function sourceOf({ array, image, metadata }: FoundImage, choice: ImageChoice): VolumeSource {
  const { axes } = metadata;
  const [sizeZ, sizeY, sizeX] = image.shapeZyx;
  const rowBytes = sizeX * bytesPerPixel[image.pixelType];
  const planes = Math.max(1, Math.min(sizeZ, array.chunks[axes.z], Math.floor(MAX_BLOCK_BYTES / rowBytes)));
  const chunkRows = array.chunks[axes.y];
  const chunksAcross = Math.ceil(sizeX / array.chunks[axes.x]);
  const rowsInBudget = Math.min(
    Math.floor(MAX_BLOCK_BYTES / (rowBytes * planes)),
    Math.max(1, Math.floor(MAX_BLOCK_CHUNKS / chunksAcross)) * chunkRows,
  );
  const rows = Math.max(
    1,
    Math.min(sizeY, rowsInBudget, Math.max(1, Math.floor(rowsInBudget / chunkRows)) * chunkRows),
  );
  return {
    shapeZyx: image.shapeZyx,
    pixelType: image.pixelType,
    blockZy: [planes, rows],
    async read(zMin, zMax, yMin, yMax) {
      const selection = array.shape.map((_, axis): number | zarr.Slice => {
        if (axis === axes.z) return zarr.slice(zMin, zMax);
        if (axis === axes.y) return zarr.slice(yMin, yMax);
        if (axis === axes.x) return zarr.slice(0, sizeX);
        return axis === axes.c ? choice.channel : axis === axes.t ? choice.time : 0;
      });
      const part = await zarr.get(array, selection, { createQueue });
      // The order of the remaining axes is that of the array, which need not be z, y, x.
      const kept = [axes.z, axes.y, axes.x].toSorted((a, b) => a - b);
      const strideOf = (axis: number) => part.stride[kept.indexOf(axis)];
      const strides: Zyx = [strideOf(axes.z), strideOf(axes.y), strideOf(axes.x)];
      return inZyxOrder(image.pixelType, part.data as PixelArray, [zMax - zMin, yMax - yMin, sizeX], strides);
    },
  };
}

function inZyxOrder(type: PixelType, data: PixelArray, [planes, rows, sizeX]: Zyx, strides: Zyx): PixelArray {
  const [sz, sy, sx] = strides;
  if (sx === 1 && sy === sizeX && sz === rows * sizeX) return data;
  const ordered = createPixelArray(type, planes * rows * sizeX);
  let at = 0;
  for (let z = 0; z < planes; z++)
    for (let y = 0; y < rows; y++) for (let x = 0; x < sizeX; x++) ordered[at++] = data[z * sz + y * sy + x * sx];
  return ordered;
}
