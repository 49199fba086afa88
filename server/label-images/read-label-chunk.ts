import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { chunkKey } from "../../core/ome-zarr/multiscales.ts";
import { Problem } from "../../core/problem.ts";
import { BRICK_VOXELS, type BrickKey, brickPositionZyx } from "../../core/volume/brick.ts";
import type { BlobStore } from "../storage/blob-store.ts";

const unzip = promisify(gunzip);
export const LABEL_BRICK_BYTES = BRICK_VOXELS * 4;

/** Said of a brick that will not get better: to the page, or to the trainer that sent or reads it. */
export const damagedBrick = (what: string, where: string, cause?: unknown): Problem =>
  new Problem(
    {
      tag: "brick-damaged",
      what: `A stored brick of labels is damaged: ${what}.`,
      where,
      hint: "Restore it from a backup of the server's data.",
    },
    { cause },
  );

/** 64³ uint32 from gzip of little-endian bytes; anything else is refused with the Problem `brick-damaged`, which names it. */
export async function unzipLabelBrick(gzipped: Uint8Array, where: string): Promise<Uint32Array> {
  // The bound keeps a small file from unpacking into gigabytes.
  const bytes = await unzip(gzipped, { maxOutputLength: LABEL_BRICK_BYTES }).catch((cause) => {
    throw damagedBrick(cause instanceof Error ? cause.message : String(cause), where, cause);
  });
  if (bytes.length !== LABEL_BRICK_BYTES)
    throw damagedBrick(`it has ${bytes.length} bytes, not ${LABEL_BRICK_BYTES}`, where);
  const labels = new Uint32Array(BRICK_VOXELS);
  new Uint8Array(labels.buffer).set(bytes);
  return labels;
}

/** A brick of a stored label image (its finest level); null where all is background. */
export async function readLabelChunk(blobs: BlobStore, prefix: string, key: BrickKey): Promise<Uint32Array | null> {
  const [bz, by, bx] = brickPositionZyx(key);
  const name = prefix + chunkKey(0, bz, by, bx);
  const gzipped = await blobs.get(name);
  return gzipped ? unzipLabelBrick(gzipped, name) : null;
}
