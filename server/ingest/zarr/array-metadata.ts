import { z } from "zod";
import { parseBoundedJson } from "../header/bounded-json.ts";
import type { EntryStore } from "../stores/entry-store.ts";
import { type StoredType, storedBytes } from "../voxels/stored-numbers.ts";
import { chunkBytesOf, readableCodecs } from "./chunk-codecs.ts";
import { fillOf } from "./fill-value.ts";

/** What an array of a stranger may claim; looked at before zarrita is given it. Bounds: one chunk in memory, one index of a shard. */
const MAX_CHUNK_BYTES = 128 * 1024 * 1024;
const MAX_SHARD_CHUNKS = 1 << 20;
/** More would be read for hours: a zip or folder does not hold so many, so most are empty. */
const MAX_CHUNKS = 2 ** 25;
const MAX_AXES = 8;
const MAX_CODECS = 8;

const size = z.int().min(1);
const axes = z.array(size).min(1).max(MAX_AXES);
const codec = z.looseObject({ name: z.string().max(64), configuration: z.looseObject({}).optional() });
const codecs = z.array(codec).max(MAX_CODECS);
const sharding = z.looseObject({
  chunk_shape: axes,
  codecs,
  index_codecs: codecs,
  index_location: z.enum(["start", "end"]).optional(),
});

const version3 = z.looseObject({
  zarr_format: z.literal(3),
  node_type: z.literal("array"),
  shape: axes,
  data_type: z.string().max(64),
  chunk_grid: z.object({ name: z.literal("regular"), configuration: z.looseObject({ chunk_shape: axes }) }),
  chunk_key_encoding: z.looseObject({ name: z.enum(["default", "v2"]) }),
  fill_value: z.unknown(),
  codecs,
});

const named = z.looseObject({ id: z.string().max(64) });
const version2 = z.looseObject({
  zarr_format: z.literal(2),
  shape: axes,
  chunks: axes,
  dtype: z.string().max(16),
  order: z.enum(["C", "F"]),
  fill_value: z.unknown(),
  compressor: named.nullable(),
  filters: z.array(named).max(MAX_CODECS).nullable().optional(),
  dimension_separator: z.enum([".", "/"]).optional(),
});

export const metadataBounds = { maxBytes: 32 * 1024 * 1024, maxDepth: 32, maxValues: 4_000_000 } as const;
/** An array says little. */
const arrayBounds = { maxBytes: 4 * 1024 * 1024, maxDepth: 32, maxValues: 400_000 } as const;

/** What is known of an array before anything of it is read. */
export interface ArrayFacts {
  readonly shape: readonly number[];
  readonly type: StoredType;
  /** Chunks, or shards where there are some, along every axis: each has a key of its own. */
  readonly grid: readonly number[];
  /** Its shards begin with their index. */
  readonly indexAtStart: boolean;
  /** For zarrita: whose types and fill values are those that it reads alike in every version of Node. */
  readonly metadataKey: string;
  readonly metadata: Uint8Array;
}

/** An array's facts; or why it is not read, as the rest of a sentence: what no program would write, or does not fit into memory. */
export async function factsOfArray(store: EntryStore, path: string): Promise<ArrayFacts | string> {
  for (const [file, check] of [
    ["zarr.json", checkVersion3],
    [".zarray", checkVersion2],
  ] as const) {
    const metadataKey = path ? `/${path}/${file}` : `/${file}`;
    const bytes = await store.get(metadataKey as `/${string}`);
    if (!bytes) continue;
    try {
      const facts = check(parseBoundedJson(bytes, arrayBounds));
      if (typeof facts === "string") return facts;
      const { rewritten, ...known } = facts;
      return { ...known, metadataKey, metadata: new TextEncoder().encode(JSON.stringify(rewritten)) };
    } catch (cause) {
      return `${metadataKey.slice(1)} is damaged: ${(cause as Error).message}`;
    }
  }
  return `its finest level ${path} is not in the ${store.holder}.`;
}

/** Zarrita knows float16 only where Node does, and packs truth values in a class of its own. */
const READ_AS: Partial<Readonly<Record<StoredType, string>>> = { bool: "uint8", float16: "uint16" };

type Checked = Omit<ArrayFacts, "metadata" | "metadataKey"> & { readonly rewritten: object };

function checkVersion3(json: unknown): Checked | string {
  const parsed = version3.safeParse(json);
  if (!parsed.success) return wordsOf(parsed.error);
  const { shape, data_type, chunk_grid, codecs: outer, fill_value } = parsed.data;
  const grid = chunk_grid.configuration.chunk_shape;
  if (!(data_type in storedBytes)) return `pixels of type ${data_type} are not read.`;
  const type = data_type as StoredType;
  const objection = objectionToChunks(data_type, shape, grid, outer);
  if (objection) return objection;
  if (READ_AS[type] && usesNumbers(outer)) return `pixels of type ${data_type} under such codecs are not read.`;
  const shards = sharding.safeParse(outer[0]?.configuration);
  return {
    shape,
    type,
    grid,
    indexAtStart: outer[0]?.name === "sharding_indexed" && shards.data?.index_location === "start",
    rewritten: { ...parsed.data, data_type: READ_AS[type] ?? type, fill_value: fillOf(type, fill_value) },
  };
}

/** Codecs that count with the numbers themselves. */
const usesNumbers = (used: readonly { readonly name: string }[]): boolean =>
  used.some(({ name }) => /delta|bitround|cast_value|scale_?offset/.test(name));

function objectionToChunks(
  data_type: string,
  shape: readonly number[],
  grid: readonly number[],
  outer: z.infer<typeof codecs>,
): string | null {
  if (grid.length !== shape.length) return "its chunks have other axes than the array.";
  const shards = outer.find(({ name }) => name === "sharding_indexed");
  if (!shards) return chunkObjection(data_type, shape, grid, outer);
  if (outer.length !== 1) return "a shard is packed a second time, which is not read.";
  const inner = sharding.safeParse(shards.configuration);
  if (!inner.success) return wordsOf(inner.error);
  const { chunk_shape, codecs: innerCodecs, index_codecs } = inner.data;
  if (chunk_shape.length !== grid.length || chunk_shape.some((length, axis) => grid[axis] % length !== 0))
    return "its shards do not hold whole chunks.";
  const count = grid.reduce((product, length, axis) => product * (length / chunk_shape[axis]), 1);
  if (count > MAX_SHARD_CHUNKS) return `a shard of ${count} chunks is not read.`;
  if (innerCodecs.some(({ name }) => name === "sharding_indexed")) return "shards within shards are not read.";
  return codecObjection(index_codecs) ?? chunkObjection(data_type, shape, chunk_shape, innerCodecs);
}

const KINDS: Readonly<Record<string, string>> = { b: "bool", i: "int", u: "uint", f: "float" };

function checkVersion2(json: unknown): Checked | string {
  const parsed = version2.safeParse(json);
  if (!parsed.success) return wordsOf(parsed.error);
  const { shape, chunks, dtype, compressor, filters, fill_value } = parsed.data;
  if (chunks.length !== shape.length) return "its chunks have other axes than the array.";
  const [, order, kind = "", bytes] = /^([<>|])([biuf])([1248])$/.exec(dtype) ?? [];
  const type = (kind === "b" ? "bool" : `${KINDS[kind]}${8 * Number(bytes)}`) as StoredType;
  if (!(type in storedBytes)) return `pixels of the type ${dtype} are not read.`;
  const used = [...(filters ?? []), ...(compressor ? [compressor] : [])].map(({ id }) => ({
    name: id === "fixedscaleoffset" ? "scale_offset" : id,
  }));
  const objection = chunkObjection(type, shape, chunks, used);
  if (objection) return objection;
  const readAs = READ_AS[type];
  if (readAs && usesNumbers(used)) return `pixels of the type ${dtype} under such filters are not read.`;
  return {
    shape,
    type,
    grid: chunks,
    indexAtStart: false,
    rewritten: {
      ...parsed.data,
      dtype: readAs ? `${order}u${bytes}` : dtype,
      fill_value: fillOf(type, fill_value),
    },
  };
}

function chunkObjection(
  dataType: string,
  shape: readonly number[],
  chunk: readonly number[],
  used: readonly { name: string }[],
): string | null {
  if (chunkBytesOf(dataType, chunk) > MAX_CHUNK_BYTES)
    return `its chunks of ${chunk.join(" × ")} are larger than the 128 MB that are read at once.`;
  const count = shape.reduce((product, length, axis) => product * Math.ceil(length / chunk[axis]), 1);
  if (count > MAX_CHUNKS) return `its ${shape.join(" × ")} voxels are cut into ${count} chunks, which are too many.`;
  return codecObjection(used);
}

function codecObjection(used: readonly { name: string }[]): string | null {
  const unknown = used.find(({ name }) => !readableCodecs.has(name));
  return unknown ? `its chunks are packed with the codec ${unknown.name}, which is not read.` : null;
}

const wordsOf = (error: z.ZodError): string => {
  const [{ path, message }] = error.issues;
  return `its metadata is damaged: ${path.join(".") || "all of it"}: ${message}.`;
};
