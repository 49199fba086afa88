import type { AsyncReadable } from "@zarrita/storage";
import * as zarr from "zarrita";
import type { PixelArray } from "../../../core/volume/voxel-space.ts";

/** Opens a stored image over HTTP by zarrita, which wrote none of it, and reads every level. */
export async function readBackPyramid(
  read: (key: string) => Promise<Response>,
  prefix: string,
): Promise<{
  attributes: Record<string, unknown>;
  levels: { shapeZyx: number[]; dimensionNames: string[] | undefined; pixels: PixelArray }[];
}> {
  const store: AsyncReadable = {
    async get(key) {
      const answer = await read(prefix + key);
      if (answer.status === 404) return undefined;
      if (!answer.ok) throw new Error(`${key}: ${answer.status}`);
      return new Uint8Array(await answer.arrayBuffer());
    },
  };
  const group = await zarr.open.v3(zarr.root(store), { kind: "group" });
  const ome = group.attrs.ome as { multiscales: { datasets: { path: string }[] }[] };
  const levels = [];
  for (const { path } of ome.multiscales[0].datasets) {
    const array = await zarr.open.v3(zarr.root(store).resolve(path), { kind: "array" });
    const { data } = await zarr.get(array);
    levels.push({ shapeZyx: array.shape, dimensionNames: array.dimensionNames, pixels: data as PixelArray });
  }
  return { attributes: group.attrs as Record<string, unknown>, levels };
}
