import * as zarr from "zarrita";
import { Problem } from "../../../core/problem.ts";
import {
  boxShape,
  intersectBoxes,
  type VoxelBox,
  voxelCount,
  wholeBox,
  type Zyx,
} from "../../../core/volume/voxel-space.ts";
import { ByteCache } from "./byte-cache.ts";

export type ReadBlob = (key: string) => Promise<Uint8Array | undefined>;

const CHUNKS_AT_ONCE = 6;

/** Chunk as stored; null where nothing is stored: all of it is 0 then. */
export type Chunk = (ArrayLike<number> & { readonly byteLength: number }) | null;

/** For all images of a job together. */
export const createChunkCache = (maxBytes: number): ByteCache<Chunk> =>
  new ByteCache(maxBytes, (chunk) => chunk?.byteLength ?? 0);

/** The finest level of an OME-Zarr image, read chunk by chunk where it is needed. */
export class ZarrImage {
  readonly shapeZyx: Zyx;
  readonly chunkZyx: Zyx;
  readonly #prefix: string;
  readonly #cache: ByteCache<Chunk>;
  readonly #readChunk: (atZyx: Zyx) => Promise<Chunk>;

  private constructor(
    of: { readonly shapeZyx: Zyx; readonly chunkZyx: Zyx; readonly prefix: string; readonly cache: ByteCache<Chunk> },
    readChunk: (atZyx: Zyx) => Promise<Chunk>,
  ) {
    this.shapeZyx = of.shapeZyx;
    this.chunkZyx = of.chunkZyx;
    this.#prefix = of.prefix;
    this.#cache = of.cache;
    this.#readChunk = readChunk;
  }

  /** `prefix` ends in `/`. Throws a Problem where the stored shape is another one. */
  static async open(readBlob: ReadBlob, prefix: string, shapeZyx: Zyx, cache: ByteCache<Chunk>): Promise<ZarrImage> {
    const missing = new Set<string>();
    const store = {
      async get(path: `/${string}`) {
        const bytes = await readBlob(`${prefix}${path.slice(1)}`);
        if (!bytes) missing.add(path);
        return bytes;
      },
    };
    const array = await zarr.open.v3(zarr.root(store).resolve("0"), { kind: "array" });
    if (!array.is("number") || array.shape.length !== 3 || array.shape.some((size, axis) => size !== shapeZyx[axis]))
      throw new Problem({
        tag: "volume-differs",
        what: `The stored volume has ${array.shape.join(" × ")} voxels, the server says ${shapeZyx.join(" × ")}.`,
        where: prefix,
        hint: "Import the volume again.",
      });
    const [depth, height, width] = array.chunks;
    const readChunk = async (atZyx: Zyx): Promise<Chunk> => {
      const { data } = await array.getChunk([...atZyx]);
      return missing.has(`/0/c/${atZyx.join("/")}`) ? null : data;
    };
    return new ZarrImage({ shapeZyx, chunkZyx: [depth, height, width], prefix, cache }, readChunk);
  }

  /** A box inside the volume, C order. */
  async read<T extends Float32Array | Uint32Array>(box: VoxelBox, arrayType: new (length: number) => T): Promise<T> {
    const values = new arrayType(voxelCount(boxShape(box)));
    await this.#eachChunk(box, (chunk, chunkBox) => {
      if (chunk) this.#copy(values, box, chunk, chunkBox);
    });
    return values;
  }

  /** Visits every chunk that meets a box, in any order. */
  async #eachChunk(box: VoxelBox, visit: (chunk: Chunk, chunkBox: VoxelBox) => void): Promise<void> {
    const waiting = chunksOf(box, this.chunkZyx);
    const work = async (): Promise<void> => {
      for (let at = waiting.pop(); at; at = waiting.pop()) {
        const place = at;
        const chunk = await this.#cache.get(`${this.#prefix} ${place.join(" ")}`, () => this.#readChunk(place));
        const [z, y, x] = place.map((index, axis) => index * this.chunkZyx[axis]);
        const [depth, height, width] = this.chunkZyx;
        visit(chunk, { minZyx: [z, y, x], maxZyx: [z + depth, y + height, x + width] });
      }
    };
    await Promise.all(Array.from({ length: CHUNKS_AT_ONCE }, work));
  }

  #copy(values: Float32Array | Uint32Array, box: VoxelBox, chunk: ArrayLike<number>, chunkBox: VoxelBox): void {
    const part = intersectBoxes(box, intersectBoxes(chunkBox, wholeBox(this.shapeZyx)) ?? box);
    if (!part) return;
    const [, height, width] = boxShape(box);
    const [, rows, columns] = this.chunkZyx;
    for (let z = part.minZyx[0]; z < part.maxZyx[0]; z++)
      for (let y = part.minZyx[1]; y < part.maxZyx[1]; y++) {
        let from =
          ((z - chunkBox.minZyx[0]) * rows + y - chunkBox.minZyx[1]) * columns + part.minZyx[2] - chunkBox.minZyx[2];
        let to = ((z - box.minZyx[0]) * height + y - box.minZyx[1]) * width + part.minZyx[2] - box.minZyx[2];
        for (let x = part.minZyx[2]; x < part.maxZyx[2]; x++) values[to++] = chunk[from++];
      }
  }
}

/** Positions of chunks in their grid. */
function chunksOf({ minZyx, maxZyx }: VoxelBox, chunkZyx: Zyx): Zyx[] {
  const range = (axis: 0 | 1 | 2) => {
    const first = Math.floor(minZyx[axis] / chunkZyx[axis]);
    return Array.from({ length: Math.ceil(maxZyx[axis] / chunkZyx[axis]) - first }, (_, i) => first + i);
  };
  const [zs, ys, xs] = [range(0), range(1), range(2)];
  // Taken from the end.
  return zs.flatMap((z) => ys.flatMap((y) => xs.map((x) => [z, y, x] as const))).reverse();
}
