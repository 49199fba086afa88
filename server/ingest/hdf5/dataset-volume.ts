import type { Dataset } from "h5wasm";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { ArrayAxes } from "../axes/array-axes.ts";
import { inZyxOrder, stridesOf } from "../axes/zyx-order.ts";
import { pixelTypeOf, type StoredType, storedBytes, voxelsOf } from "../voxels/stored-numbers.ts";
import type { VolumeSource } from "../voxels/volume-source.ts";
import { readNumbers } from "./hdf5-pixels.ts";
import type { OpenHdf5 } from "./hdf5-sandbox.ts";

const MAX_BLOCK_BYTES = 32 * 1024 * 1024;
/** The library keeps a record of each chunk that a reading touches. */
const MAX_BLOCK_CHUNKS = 50_000;

/** A volume in a dataset. */
export interface DatasetVolume {
  readonly dataset: Dataset;
  readonly type: StoredType;
  readonly zyx: ArrayAxes["zyx"];
  /** Smaller than the dataset where a file pads it. */
  readonly shapeZyx: Zyx;
  /** Place on every axis of its first voxel. */
  readonly origin: readonly number[];
}

export function sourceOfDataset(file: OpenHdf5, volume: DatasetVolume): VolumeSource {
  const { dataset, type, zyx, shapeZyx, origin } = volume;
  const [sizeZ, sizeY, sizeX] = shapeZyx;
  const chunks = dataset.metadata.chunks;
  const [chunkZ, chunkY, chunkX] = zyx.map((axis) => chunks?.[axis] ?? 1);
  const rowBytes = sizeX * storedBytes[type];
  // Whole chunks where they fit; a slab of large planes is cut in y so that memory stays bounded.
  const planes = Math.max(1, Math.min(chunkZ, sizeZ, Math.floor(MAX_BLOCK_BYTES / rowBytes)));
  const chunksAcross = Math.ceil(sizeX / (chunks ? chunkX : sizeX));
  const rowsInBudget = Math.min(
    Math.floor(MAX_BLOCK_BYTES / (rowBytes * planes)),
    Math.max(1, Math.floor(MAX_BLOCK_CHUNKS / chunksAcross)) * chunkY,
  );
  const rows = Math.max(1, Math.min(sizeY, Math.max(chunkY, Math.floor(rowsInBudget / chunkY) * chunkY)));
  const pixelType = pixelTypeOf(type);
  return {
    shapeZyx,
    pixelType,
    blockZy: [planes, rows],
    async read(zMin, zMax, yMin, yMax) {
      const where = `${dataset.path}, z ${zMin} to ${zMax - 1}, y ${yMin} to ${yMax - 1}`;
      const box: Zyx = [zMax - zMin, yMax - yMin, sizeX];
      const start = [...origin];
      const counts = origin.map(() => 1);
      zyx.forEach((axis, i) => {
        start[axis] = [zMin, yMin, 0][i];
        counts[axis] = box[i];
      });
      const numbers = await readNumbers(file, dataset, start, counts, where);
      return inZyxOrder(
        pixelType,
        voxelsOf(type, numbers, () => where),
        box,
        stridesOf(zyx, counts),
      );
    },
  };
}
