import type { BrickKey } from "../../core/volume/brick.ts";
import { unzipLabelBrick } from "../label-images/read-label-chunk.ts";
import type { BlobStore } from "../storage/blob-store.ts";
import type { BaseVersions } from "./base/base-versions.ts";
import { baseBrickKey, baseBrickPrefix } from "./label-blob-keys.ts";

/** The base of a volume's labels at rev 0: what was imported as accepted labels, or nothing. */

export async function readBaseBrick(blobs: BlobStore, volumeId: string, key: BrickKey): Promise<Uint32Array | null> {
  const name = baseBrickKey(volumeId, key);
  const gzipped = await blobs.get(name);
  return gzipped ? unzipLabelBrick(gzipped, name) : null;
}

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
