import * as zarr from "zarrita";
import type { PixelArray, Zyx } from "../../../core/volume/voxel-space.ts";
import { inZyxOrder } from "../axes/zyx-order.ts";
import { bytesOf } from "../voxels/pixel-bytes.ts";
import { storedBytes, voxelsOf } from "../voxels/stored-numbers.ts";
import type { VolumeSource } from "../voxels/volume-source.ts";
import type { FoundImage } from "./zarr-image.ts";

const MAX_BLOCK_BYTES = 64 * 1024 * 1024;
const MAX_BLOCK_CHUNKS = 20_000;

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

/** A channel at a time, read along its chunks. */
export function sourceOfImage({ array, image, type, axes }: FoundImage, channel: number, time: number): VolumeSource {
  const [axisZ, axisY, axisX] = axes.zyx;
  const [sizeZ, sizeY, sizeX] = image.shapeZyx;
  const rowBytes = sizeX * storedBytes[type];
  const planes = Math.max(1, Math.min(sizeZ, array.chunks[axisZ], Math.floor(MAX_BLOCK_BYTES / rowBytes)));
  const chunkRows = array.chunks[axisY];
  const chunksAcross = Math.ceil(sizeX / array.chunks[axisX]);
  const rowsInBudget = Math.min(
    Math.floor(MAX_BLOCK_BYTES / (rowBytes * planes)),
    Math.max(1, Math.floor(MAX_BLOCK_CHUNKS / chunksAcross)) * chunkRows,
  );
  const rows = Math.max(
    1,
    Math.min(sizeY, rowsInBudget, Math.max(1, Math.floor(rowsInBudget / chunkRows)) * chunkRows),
  );
  const origin = axes.originOf(channel, time);
  return {
    shapeZyx: image.shapeZyx,
    pixelType: image.pixelType,
    blockZy: [planes, rows],
    async read(zMin, zMax, yMin, yMax) {
      const selection = origin.map((at, axis): number | zarr.Slice => {
        if (axis === axisZ) return zarr.slice(zMin, zMax);
        if (axis === axisY) return zarr.slice(yMin, yMax);
        return axis === axisX ? zarr.slice(0, sizeX) : at;
      });
      const part = await zarr.get(array, selection, { createQueue });
      const where = `${image.path}, z ${zMin} to ${zMax - 1}, y ${yMin} to ${yMax - 1}`;
      const pixels = voxelsOf(type, bytesOf(part.data as PixelArray), () => where);
      // The order of the remaining axes is that of the array, which need not be z, y, x.
      const kept = axes.zyx.toSorted((a, b) => a - b);
      const strideOf = (axis: number) => part.stride[kept.indexOf(axis)];
      const strides: Zyx = [strideOf(axisZ), strideOf(axisY), strideOf(axisX)];
      return inZyxOrder(image.pixelType, pixels, [zMax - zMin, yMax - yMin, sizeX], strides);
    },
  };
}
