import type { AsyncReadable, RangeQuery } from "@zarrita/storage";
import * as zarr from "zarrita";
import { statedColors } from "../../../core/import/file-channels.ts";
import { type FileImage, shapeObjection } from "../../../core/import/file-contents.ts";
import { Problem } from "../../../core/problem.ts";
import type { PixelArray, Zyx } from "../../../core/volume/voxel-space.ts";
import { type ArrayAxes, axesOfArray, guessedAxes, meaningOf } from "../axes/array-axes.ts";
import { lengthInUm } from "../header/length-unit.ts";
import type { EntryStore } from "../stores/entry-store.ts";
import { narrowingNote, pixelTypeOf, type StoredType, storedBytes } from "../voxels/stored-numbers.ts";
import { type ArrayFacts, factsOfArray } from "./array-metadata.ts";
import type { ZarrAxis, ZarrImage, ZarrLevel } from "./ome-zarr-metadata.ts";

export type NumberArray = zarr.Array<zarr.NumberDataType | "int64" | "uint64", AsyncReadable>;

export interface FoundImage {
  /** Path of the image's group. */
  readonly group: string;
  readonly image: FileImage;
  readonly array: NumberArray;
  readonly type: StoredType;
  readonly axes: ArrayAxes;
}

/** The finest level of an image; or why it is not read, as the rest of a sentence. */
export async function imageOfGroup(
  store: EntryStore,
  group: string,
  metadata: ZarrImage,
): Promise<{ found: FoundImage; notes: readonly string[] } | string> {
  const finest = await finestLevel(store, group, metadata.levels);
  if (typeof finest === "string") return finest;
  const { facts, level, path } = finest;
  const array = await openArray(store, facts, path);
  const named = namesOf(metadata, array.dimensionNames, facts.shape);
  if (typeof named === "string") return named;
  const axes = axesOfArray(named.names, facts.shape);
  if (typeof axes === "string") return axes;
  const [z, y, x] = axes.zyx;
  const shapeZyx: Zyx = [facts.shape[z], facts.shape[y], facts.shape[x]];
  const objection = shapeObjection(shapeZyx);
  if (objection) return objection.what;
  const notes = [
    narrowingNote(facts.type),
    missingNote(store, path, facts),
    ...metadata.notes,
    ...named.notes,
    ...axes.notes,
  ];
  return {
    found: {
      group,
      array: checkingChunks(array, path, facts.type),
      type: facts.type,
      axes,
      image: {
        path,
        shapeZyx,
        pixelType: pixelTypeOf(facts.type),
        ...voxelSizeOf(metadata.axes, level, axes.zyx),
        channels: axes.channels.map((name, i) => metadata.channelNames[i] ?? name),
        ...statedColors(axes.channels.map((_, i) => metadata.channelColors[i] ?? null)),
        times: axes.times,
        looksLikeLabels: metadata.isLabel || (metadata.isOme ? /(^|\/)labels\// : /label|mask|seg/i).test(group),
      },
    },
    notes: notes.filter((note) => note !== null),
  };
}

const voxelsOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** The level with the most voxels, wherever it stands. One that is not there counts as finer than the rest, unless its scale says otherwise. */
export async function finestLevel(store: EntryStore, group: string, levels: readonly ZarrLevel[]) {
  const known = [];
  let objection: string | null = null;
  for (const [i, level] of levels.entries()) {
    const path = [group, level.path].filter(Boolean).join("/");
    const facts = await factsOfArray(store, path);
    if (typeof facts !== "string") known.push({ path, level, facts });
    else if (i === 0 || isFiner(level, levels[0])) objection ??= facts;
  }
  if (objection !== null || known.length === 0) return objection ?? "it has no levels.";
  return known.reduce((a, b) => (voxelsOf(b.facts.shape) > voxelsOf(a.facts.shape) ? b : a));
}

const isFiner = ({ scale: a }: ZarrLevel, { scale: b }: ZarrLevel): boolean =>
  a !== null && b !== null && voxelsOf(a) < voxelsOf(b);

/** Zarrita reads shards with their index at the end only, and metadata as it was looked at. */
function storeFor(store: EntryStore, facts: ArrayFacts): AsyncReadable {
  return {
    get: async (key) => (key === facts.metadataKey ? facts.metadata : store.get(key)),
    getRange: async (key, query: RangeQuery) =>
      store.getRange?.(
        key,
        facts.indexAtStart && "suffixLength" in query ? { offset: 0, length: query.suffixLength } : query,
      ),
  };
}

async function openArray(store: EntryStore, facts: ArrayFacts, path: string): Promise<NumberArray> {
  const location = zarr.root(storeFor(store, facts)).resolve(path);
  return (await zarr.open(location, { kind: "array" }).catch((cause) => {
    if (cause instanceof Problem) throw cause;
    throw new Problem(
      {
        tag: "ome-zarr-array",
        what: "The finest level of the image cannot be opened.",
        where: path,
        hint: `${cause instanceof Error ? cause.message : cause}. Write the image again as OME-Zarr 0.4 or 0.5.`,
      },
      { cause },
    );
  })) as NumberArray;
}

/** Names of the axes as the image or its array states them, or as they always were before they had names. */
function namesOf(
  { axes: stated, isOme }: ZarrImage,
  ofArray: readonly (string | null)[] | undefined,
  shape: readonly number[],
): { names: readonly string[]; notes: readonly string[] } | string {
  const own = ofArray?.length === shape.length && ofArray.every((name) => name) ? (ofArray as string[]) : null;
  const names = stated?.map(({ name }) => name);
  if (names && names.length !== shape.length) return `it names ${names.length} axes, its array has ${shape.length}.`;
  if (names && own?.some((name, axis) => meaningOf(name) !== meaningOf(names[axis])))
    return `its axes are called ${names.join(", ")} by the image and ${own.join(", ")} by its array. Correct one of them.`;
  if (names ?? own) return { names: names ?? own!, notes: [] };
  return isOme && shape.length === 5 ? { names: ["t", "c", "z", "y", "x"], notes: [] } : guessedAxes(shape);
}

function voxelSizeOf(
  axes: readonly ZarrAxis[] | null,
  { scale }: ZarrLevel,
  zyx: ArrayAxes["zyx"],
): Pick<FileImage, "voxelSizeZyx" | "voxelSizeNote"> {
  const sizes = zyx.map((axis) => lengthInUm(scale?.[axis] ?? Number.NaN, axes?.[axis]?.unit ?? ""));
  const [z, y, x] = sizes;
  if (z !== null && y !== null && x !== null) return { voxelSizeZyx: [z, y, x], voxelSizeNote: "OME-Zarr metadata" };
  const said =
    scale &&
    zyx
      .map((axis) => `${scale[axis]} ${axes?.[axis]?.unit ?? "(no unit)"}`)
      .join(" × ")
      .slice(0, 200);
  return {
    voxelSizeZyx: null,
    voxelSizeNote: said ? `The OME-Zarr metadata says ${said}.` : "The file does not say its voxel size.",
  };
}

/** Chunks that are not there are the fill value: as they were written, or as an incomplete copy left them. */
function missingNote(store: EntryStore, path: string, { shape, grid }: ArrayFacts): string | null {
  const prefix = path ? `${path}/` : "";
  const isChunk = /^(c[./])?\d+([./]\d+)*$/;
  let stored = 0;
  for (const name of store.names) if (name.startsWith(prefix) && isChunk.test(name.slice(prefix.length))) stored++;
  const all = shape.reduce((product, length, axis) => product * Math.ceil(length / grid[axis]), 1);
  return stored < all
    ? `${all - stored} of ${all} chunks of ${path} are not in the ${store.holder}; its fill value is taken there.`
    : null;
}

/** A chunk is its whole shape or an error that names it. */
function checkingChunks(array: NumberArray, where: string, type: StoredType): NumberArray {
  const wanted = voxelsOf(array.chunks) * storedBytes[type];
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
