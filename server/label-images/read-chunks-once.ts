import type { BrickKey } from "../../core/volume/brick.ts";
import type { BlobStore } from "../storage/blob-store.ts";
import { readLabelChunk } from "./read-label-chunk.ts";

/** 1 MiB each. */
const MAX_KEPT = 64;

/** Reads bricks of label images, each once: neighbours in one brick are the rule. Never write into what it gives. */
export function readChunksOnce(blobs: BlobStore): (prefix: string, key: BrickKey) => Promise<Uint32Array | null> {
  const kept = new Map<string, Promise<Uint32Array | null>>();
  return (prefix, key) => {
    const name = `${prefix}${key}`;
    let brick = kept.get(name);
    if (!brick) {
      brick = readLabelChunk(blobs, prefix, key);
      if (kept.size >= MAX_KEPT) kept.delete(kept.keys().next().value as string);
      kept.set(name, brick);
    }
    return brick;
  };
}
