import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { type BaseFacts, decodeFacts, noFacts } from "../../../core/sync/fold/base-facts.ts";
import type { BrickKey } from "../../../core/volume/brick.ts";
import { unzipLabelBrick } from "../../label-images/read-label-chunk.ts";
import type { BlobStore } from "../../storage/blob-store.ts";
import type { BaseVersions } from "./base-versions.ts";
import { baseBrickKey, baseBrickPrefix } from "./label-blob-keys.ts";

const unzip = promisify(gunzip);
/** Fields and merges of a million nuclei. */
const MAX_FACTS_BYTES = 256 * 1024 * 1024;

/** A brick of the base at rev 0: what was imported as accepted labels, or nothing. */
export async function readBaseBrick(blobs: BlobStore, volumeId: string, key: BrickKey): Promise<Uint32Array | null> {
  const name = baseBrickKey(volumeId, key);
  const gzipped = await blobs.get(name);
  return gzipped ? unzipLabelBrick(gzipped, name) : null;
}

async function readNamed(blobs: BlobStore, name: string): Promise<Uint8Array> {
  const bytes = await blobs.get(name);
  if (!bytes) throw new Error(`the stored labels ${name} are missing`);
  return bytes;
}

/** A brick of the base by the name of its version; undefined for what was imported. */
export async function readFoldedBrick(
  blobs: BlobStore,
  volumeId: string,
  key: BrickKey,
  name: string | null | undefined,
): Promise<Uint32Array | null> {
  if (name === undefined) return readBaseBrick(blobs, volumeId, key);
  return name === null ? null : unzipLabelBrick(await readNamed(blobs, name), name);
}

export async function readFoldedFacts(blobs: BlobStore, name: string | null | undefined): Promise<BaseFacts> {
  if (!name) return noFacts;
  return decodeFacts(await unzip(await readNamed(blobs, name), { maxOutputLength: MAX_FACTS_BYTES }));
}

/** The bricks that were imported. */
export async function listBaseBricks(blobs: BlobStore, volumeId: string): Promise<BrickKey[]> {
  const prefix = baseBrickPrefix(volumeId);
  const keys: BrickKey[] = [];
  for await (const key of blobs.list(prefix)) {
    const number = Number(key.slice(prefix.length));
    if (Number.isSafeInteger(number)) keys.push(number);
  }
  return keys;
}

/** Bricks of the base as of a rev that are not all background, given those that were imported. */
export const occupiedBricks = (imported: readonly BrickKey[], versions: BaseVersions, rev: number): BrickKey[] => [
  ...imported.filter((key) => !versions.asOf(key, rev)),
  ...versions.brickKeys().filter((key) => (versions.asOf(key, rev)?.blob ?? null) !== null),
];
