import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { chunkKey } from "../../../core/ome-zarr/multiscales.ts";
import { Problem } from "../../../core/problem.ts";
import { BRICK_SIZE, BRICK_VOXELS, brickBox, brickKeysOfBox, brickPositionZyx } from "../../../core/volume/brick.ts";
import {
  boxShape,
  bytesPerPixel,
  createPixelArray,
  intersectBoxes,
  type PixelArray,
  type PixelType,
  type VoxelBox,
  voxelCount,
  type Zyx,
} from "../../../core/volume/voxel-space.ts";
import { pixelsOf } from "../../ingest/voxels/pixel-bytes.ts";
import type { BlobStore } from "../../storage/blob-store.ts";

const decompress = promisify(gunzip);
const CHUNKS_IN_FLIGHT = 4;
/** Chunks are columns of 64 planes: as many planes as fit are read at once, so that few chunks are decoded twice. */
const PLANES_BUDGET_BYTES = 96 << 20;

/** Scale level 0 of an OME-Zarr image of ours. */
export interface StoredImage {
  readonly prefix: string;
  readonly shapeZyx: Zyx;
  readonly pixelType: PixelType;
  /** C order z, y, x. Boxes inside the volume. */
  readBox(box: VoxelBox): Promise<PixelArray>;
  /** One z plane after the other, from `firstPlane` (0) on; each its own array. */
  planes(signal?: AbortSignal, firstPlane?: number): AsyncGenerator<PixelArray>;
}

export const damaged = (key: string, what: string): Problem =>
  new Problem({
    tag: "stored-image-damaged",
    what,
    where: key,
    hint: "Restore the data folder from its backup, or import the volume again.",
  });

interface ArrayMetadata {
  readonly shape: Zyx;
  readonly data_type: PixelType;
}

export async function openStoredImage(blobs: Pick<BlobStore, "get">, prefix: string): Promise<StoredImage> {
  const metadataKey = `${prefix}0/zarr.json`;
  const bytes = await blobs.get(metadataKey);
  if (!bytes) throw damaged(metadataKey, "A stored image is missing.");
  const { shape: shapeZyx, data_type: pixelType } = JSON.parse(Buffer.from(bytes).toString()) as ArrayMetadata;
  const chunkBytes = BRICK_VOXELS * bytesPerPixel[pixelType];

  /** Null where nothing was written: all zeros. */
  async function readChunk([bz, by, bx]: Zyx): Promise<PixelArray | null> {
    const key = prefix + chunkKey(0, bz, by, bx);
    const compressed = await blobs.get(key);
    if (!compressed) return null;
    const raw = await decompress(compressed, { maxOutputLength: chunkBytes }).catch((cause: unknown) => {
      throw new Problem(damaged(key, "A stored chunk cannot be decompressed."), { cause });
    });
    if (raw.length !== chunkBytes) throw damaged(key, `A stored chunk has ${raw.length} bytes, not ${chunkBytes}.`);
    return pixelsOf(pixelType, raw);
  }

  async function readBox(box: VoxelBox): Promise<PixelArray> {
    const size = boxShape(box);
    const pixels = createPixelArray(pixelType, voxelCount(size));
    const keys = brickKeysOfBox(box);
    for (let first = 0; first < keys.length; first += CHUNKS_IN_FLIGHT)
      await Promise.all(
        keys.slice(first, first + CHUNKS_IN_FLIGHT).map(async (key) => {
          const chunk = await readChunk(brickPositionZyx(key));
          const brick = brickBox(key, shapeZyx);
          const part = intersectBoxes(brick, box);
          if (!chunk || !part) return;
          const [oz, oy, ox] = brick.minZyx;
          for (let z = part.minZyx[0]; z < part.maxZyx[0]; z++)
            for (let y = part.minZyx[1]; y < part.maxZyx[1]; y++) {
              const from = ((z - oz) * BRICK_SIZE + (y - oy)) * BRICK_SIZE - ox;
              const to = ((z - box.minZyx[0]) * size[1] + (y - box.minZyx[1])) * size[2] - box.minZyx[2];
              pixels.set(chunk.subarray(from + part.minZyx[2], from + part.maxZyx[2]), to + part.minZyx[2]);
            }
        }),
      );
    return pixels;
  }

  async function* planes(signal?: AbortSignal, firstPlane = 0): AsyncGenerator<PixelArray> {
    const [depth, height, width] = shapeZyx;
    const planeVoxels = height * width;
    const fitting = Math.floor(PLANES_BUDGET_BYTES / (planeVoxels * bytesPerPixel[pixelType]));
    const step = Math.min(BRICK_SIZE, Math.max(1, fitting));
    for (let zMin = firstPlane; zMin < depth; ) {
      signal?.throwIfAborted();
      // Slabs end where chunks do.
      const zMax = Math.min(depth, zMin + step, (Math.floor(zMin / BRICK_SIZE) + 1) * BRICK_SIZE);
      const slab = await readBox({ minZyx: [zMin, 0, 0], maxZyx: [zMax, height, width] });
      for (let z = zMin; z < zMax; z++) yield slab.slice((z - zMin) * planeVoxels, (z - zMin + 1) * planeVoxels);
      zMin = zMax;
    }
  }

  return { prefix, shapeZyx, pixelType, readBox, planes };
}
