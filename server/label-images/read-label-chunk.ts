import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { chunkKey } from "../../core/ome-zarr/multiscales.ts";
import { BRICK_VOXELS, type BrickKey, brickPositionZyx } from "../../core/volume/brick.ts";
import type { BlobStore } from "../storage/blob-store.ts";

const unzip = promisify(gunzip);
const BRICK_BYTES = BRICK_VOXELS * 4;

/** 64³ uint32 from gzip of little-endian bytes; anything else is refused. */
export async function unzipLabelBrick(gzipped: Uint8Array): Promise<Uint32Array> {
  // The bound keeps a small file from unpacking into gigabytes.
  const bytes = await unzip(gzipped, { maxOutputLength: BRICK_BYTES });
  if (bytes.length !== BRICK_BYTES) throw new RangeError(`a label brick has ${BRICK_BYTES} bytes, not ${bytes.length}`);
  const labels = new Uint32Array(BRICK_VOXELS);
  new Uint8Array(labels.buffer).set(bytes);
  return labels;
}

/** A brick of a stored label image (its finest level); null where all is background. */
export async function readLabelChunk(blobs: BlobStore, prefix: string, key: BrickKey): Promise<Uint32Array | null> {
  const [bz, by, bx] = brickPositionZyx(key);
  const gzipped = await blobs.get(prefix + chunkKey(0, bz, by, bx));
  return gzipped ? unzipLabelBrick(gzipped) : null;
}
