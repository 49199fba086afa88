import { z } from "zod";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { guessedAxes, meaningOf } from "../axes/array-axes.ts";
import { parseBoundedJson } from "../header/bounded-json.ts";
import { lengthInUm } from "../header/length-unit.ts";
import { type StoredType, storedBytes } from "../voxels/stored-numbers.ts";

/** `attributes.json` of a dataset, https://github.com/saalfeldlab/n5#file-system-specification. The first axis runs fastest. */
const sizes = z.array(z.int().min(1)).min(1).max(8);
const attributes = z.looseObject({
  dimensions: sizes,
  blockSize: sizes,
  dataType: z.string().max(16),
  compression: z.looseObject({ type: z.string().max(32), useZlib: z.boolean().optional() }).optional(),
});

const bounds = { maxBytes: 1024 * 1024, maxDepth: 16, maxValues: 100_000 } as const;
const MAX_BLOCK_BYTES = 128 * 1024 * 1024;
const MAX_BLOCKS = 2 ** 25;

export interface N5Dataset {
  readonly path: string;
  /** Slowest axis first: the other way round than in the file. */
  readonly shape: readonly number[];
  readonly blocks: readonly number[];
  readonly type: StoredType;
  readonly compression: string;
  readonly names: readonly string[];
  readonly notes: readonly string[];
  readonly voxelSizeZyx: Zyx | null;
  readonly voxelSizeNote: string;
}

/** Null where the attributes are of a group; or why it is no volume, as the rest of a sentence. */
export function parseN5Dataset(path: string, bytes: Uint8Array): N5Dataset | string | null {
  let json: unknown;
  try {
    json = parseBoundedJson(bytes, bounds);
  } catch (cause) {
    return (cause as Error).message;
  }
  if (typeof json !== "object" || json === null || !("dimensions" in json)) return null;
  const parsed = attributes.safeParse(json);
  if (!parsed.success) return "its attributes.json is damaged.";
  const { dimensions, blockSize, dataType, compression, ...more } = parsed.data;
  if (!(dataType in storedBytes)) return `pixels of type ${dataType} are not read.`;
  if (dimensions.length !== blockSize.length) return "its blocks have other axes than the dataset.";
  const type = dataType as StoredType;
  if (blockSize.reduce((a, b) => a * b, storedBytes[type]) > MAX_BLOCK_BYTES)
    return `its blocks of ${blockSize.join(" × ")} do not fit into memory.`;
  const count = dimensions.reduce((product, length, axis) => product * Math.ceil(length / blockSize[axis]), 1);
  if (count > MAX_BLOCKS) return `it is cut into ${count} blocks, which are too many.`;
  const shape = dimensions.toReversed();
  const named = namesOf(more.axes, shape);
  if (typeof named === "string") return named;
  return {
    path,
    shape,
    blocks: blockSize.toReversed(),
    type,
    compression: compression?.type === "gzip" && compression.useZlib ? "zlib" : (compression?.type ?? "raw"),
    ...named,
    ...voxelSizeOf(more, named.names),
  };
}

/** `x, y, z` in the order of the file, or `z, y, x` in that of everybody else. */
function namesOf(
  stated: unknown,
  shape: readonly number[],
): { names: readonly string[]; notes: readonly string[] } | string {
  if (!Array.isArray(stated) || stated.length !== shape.length) return guessedAxes(shape);
  const names = stated.map((name) => String(name).slice(0, 40));
  if (meaningOf(names[0]) === "X") return { names: names.toReversed(), notes: [] };
  if (meaningOf(names.at(-1) ?? "") === "X") return { names, notes: [] };
  return `it names its axes ${names.join(", ")}, which can be meant in either direction.`;
}

const list = z.array(z.number()).min(3).max(5);
const resolution = z.object({ resolution: list, units: z.union([z.string(), z.array(z.string())]) });
const pixelResolution = z.object({ pixelResolution: z.object({ dimensions: list, unit: z.string() }) });

/** Of x, y, z or of every axis in the order of the file, as `resolution` and `units`, or together as n5-ij writes them. */
function voxelSizeOf(more: unknown, names: readonly string[]): Pick<N5Dataset, "voxelSizeZyx" | "voxelSizeNote"> {
  const joint = pixelResolution.safeParse(more).data?.pixelResolution;
  const apart = resolution.safeParse(more).data;
  const said = joint
    ? { sizes: joint.dimensions, units: joint.unit }
    : apart && { sizes: apart.resolution, units: apart.units };
  const sizes = (said?.sizes ?? []).map((size, i) =>
    lengthInUm(size, Array.isArray(said?.units) ? (said.units[i] ?? "") : (said?.units ?? "")),
  );
  const inFileOrder = names.toReversed().map(meaningOf);
  const ofEvery = sizes.length === names.length;
  const [x, y, z_] = ofEvery ? ["X", "Y", "Z"].map((axis) => sizes[inFileOrder.indexOf(axis)]) : sizes;
  if (x && y && z_) return { voxelSizeZyx: [z_, y, x], voxelSizeNote: "N5 attributes" };
  return { voxelSizeZyx: null, voxelSizeNote: "The file does not say its voxel size." };
}
