import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { BRICK_VOXELS } from "../../core/volume/brick.ts";
import { bytesPerPixel } from "../../core/volume/voxel-space.ts";
import { objectionToGzip } from "../label-images/gzip-objection.ts";
import type { ReadableDataset } from "./frozen/frozen-dataset.ts";
import { damaged, type StoredImage } from "./frozen/stored-image.ts";
import { omeZarrFiles } from "./zarr/ome-zarr-files.ts";
import type { FileDigest } from "./zip/packed-file.ts";

const unpack = promisify(gunzip);
/** So long every chunk is unpacked, which shows damage anywhere in it; later ones are looked at from outside: a page waits for this. */
const UNPACK_MS = 30_000;
const IN_FLIGHT = 4;

/**
 * Looks at every stored chunk of a dataset before the first byte of a download is sent: what is missing, cut off or damaged is then
 * said in words, and not by a connection that breaks. `listed` has the files of the OME-Zarr as they were when it was frozen, where
 * that is known. Rejects with `stored-image-damaged`.
 */
export async function assertIntact(
  dataset: ReadableDataset,
  listed: readonly FileDigest[],
  signal: AbortSignal,
): Promise<void> {
  await assertNothingMissing(dataset, listed, signal);
  const deadline = performance.now() + UNPACK_MS;
  for (const frozen of dataset.description.volumes) {
    const { image, channels, labels, known } = await dataset.openVolume(frozen);
    for (const stored of [image, ...channels.map((channel) => channel.image), labels, known]) {
      const failures: unknown[] = [];
      let batch: Promise<void>[] = [];
      for await (const key of dataset.blobs.list(stored.prefix)) {
        if (!key.slice(stored.prefix.length).includes("/c/")) continue;
        // Labels that came with an image lie below it, and are of another type.
        if (stored === image && key.startsWith(`${stored.prefix}labels/`)) continue;
        signal.throwIfAborted();
        const looked = assertChunk(dataset, stored, key, frozen.name, performance.now() < deadline);
        batch.push(looked.catch((error) => void failures.push(error)));
        if (batch.length < IN_FLIGHT) continue;
        await Promise.all(batch);
        if (failures.length > 0) throw failures[0];
        batch = [];
      }
      await Promise.all(batch);
      if (failures.length > 0) throw failures[0];
    }
  }
}

/** A chunk that is not there reads as zeros: nobody would notice that its nuclei are gone. */
async function assertNothingMissing(
  dataset: ReadableDataset,
  listed: readonly FileDigest[],
  signal: AbortSignal,
): Promise<void> {
  const missing = new Set(listed.map(({ path }) => path));
  for await (const { path } of omeZarrFiles(dataset)) {
    signal.throwIfAborted();
    missing.delete(path);
  }
  const [first] = missing;
  if (first === undefined) return;
  const parts =
    missing.size === 1 ? "A stored part of this version is" : `${missing.size} stored parts of this version are`;
  throw damaged(first, `${parts} gone. Nothing was sent.`);
}

async function assertChunk(
  { blobs }: ReadableDataset,
  { pixelType }: StoredImage,
  key: string,
  volume: string,
  whole: boolean,
): Promise<void> {
  const bytes = await blobs.get(key);
  const size = BRICK_VOXELS * bytesPerPixel[pixelType];
  const objection = bytes ? objectionToGzip(bytes, size) : "it is not there any more";
  const damage =
    objection ??
    (whole && bytes
      ? await unpack(bytes, { maxOutputLength: size }).then(
          () => null,
          () => "it cannot be unpacked",
        )
      : null);
  if (damage === null) return;
  throw damaged(key, `A stored part of ${volume} is damaged: ${damage}. Nothing was sent.`);
}
