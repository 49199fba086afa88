import * as zarr from "zarrita";
import { Problem } from "../../core/problem.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";

export type ReadBlob = (key: string) => Promise<Uint8Array | undefined>;

const CHUNKS_AT_ONCE = 6;

/** The finest level of an OME-Zarr image, whole. `prefix` ends in `/`. */
export async function readZarrVolume(readBlob: ReadBlob, prefix: string, shapeZyx: Zyx): Promise<ArrayLike<number>> {
  const store = { get: (path: `/${string}`) => readBlob(`${prefix}${path.slice(1)}`) };
  const array = await zarr.open.v3(zarr.root(store).resolve("0"), { kind: "array" });
  if (!array.is("number") || array.shape.length !== 3 || array.shape.some((size, axis) => size !== shapeZyx[axis]))
    throw new Problem({
      tag: "volume-differs",
      what: `The stored volume has ${array.shape.join(" × ")} voxels, the server says ${shapeZyx.join(" × ")}.`,
      where: prefix,
      hint: "Import the volume again.",
    });
  const { data } = await zarr.get(array, null, { createQueue: createBoundedQueue });
  return data;
}

/** zarrita asks for all chunks at once otherwise. */
function createBoundedQueue() {
  const results: Promise<void>[] = [];
  const running = new Set<Promise<void>>();
  const run = async (task: () => Promise<void>): Promise<void> => {
    while (running.size >= CHUNKS_AT_ONCE) await Promise.race(running);
    const promise = task();
    running.add(promise);
    await promise.finally(() => running.delete(promise));
  };
  return {
    add(task: () => Promise<void>): void {
      const result = run(task);
      result.catch(() => {}); // told by onIdle
      results.push(result);
    },
    onIdle: () => Promise.all(results).then(() => []),
  };
}
