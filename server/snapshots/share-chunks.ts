import type { BlobSink } from "../ingest/pyramid/write-pyramid.ts";
import type { BlobStore } from "../storage/blob-store.ts";

const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && Buffer.compare(a, b) === 0;

/** Puts below `prefix`, sharing with what lies below `earlier` whatever comes out the same there. */
export const sharingSink = (blobs: BlobStore, prefix: string, earlier: string): BlobSink => ({
  async put(key, bytes) {
    const before = earlier + key.slice(prefix.length);
    const stored = await blobs.get(before);
    if (!stored || !equal(stored, bytes) || !(await blobs.link(before, key))) await blobs.put(key, bytes);
  },
});

/** Everything below `earlier` also below `prefix`, but for `except`. */
export async function shareAll(blobs: BlobStore, prefix: string, earlier: string, except: string): Promise<void> {
  for await (const key of blobs.list(earlier)) {
    const name = key.slice(earlier.length);
    if (name !== except && !(await blobs.link(key, prefix + name))) throw new Error(`${key} went while it was shared`);
  }
}
