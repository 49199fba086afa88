import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { createBlobStore } from "../create-blob-store.ts";
import { uploadsFolder } from "../import-places.ts";
import type { BytesOwner, MeasuredBytes, StorageKind, UsageTask } from "./measured-bytes.ts";

const PREFIXES = ["volumes/", "snapshots/", "datasets/", "projects/"] as const;
const IMAGE = /^volumes\/[^/]+\/(image\.ome\.zarr\/(?!labels\/)|channels\/)/;

function classify(key: string): { kind: StorageKind; owner: BytesOwner } {
  if (key.startsWith("volumes/")) return { kind: IMAGE.test(key) ? "images" : "labels", owner: "volume" };
  if (key.startsWith("snapshots/")) return { kind: "snapshots", owner: "snapshot" };
  if (key.startsWith("datasets/")) return { kind: "versions", owner: "version" };
  return { kind: "checkpoints", owner: "project" };
}

/** Sizes of all blobs and of the uploads, summed up by what they belong to. */
export async function measureBytes(task: UsageTask): Promise<MeasuredBytes[]> {
  const sums = new Map<string, { kind: StorageKind; owner: BytesOwner; ownerId: string; bytes: number }>();
  const add = (kind: StorageKind, owner: BytesOwner, ownerId: string, bytes: number): void => {
    const name = `${kind} ${ownerId}`;
    const sum = sums.get(name) ?? { kind, owner, ownerId, bytes: 0 };
    sum.bytes += bytes;
    sums.set(name, sum);
  };
  const blobs = await createBlobStore(task);
  for (const prefix of PREFIXES)
    for await (const { key, sizeBytes } of blobs.sizes(prefix)) {
      const { kind, owner } = classify(key);
      add(kind, owner, key.split("/")[1], sizeBytes);
    }
  const uploads = uploadsFolder(task.dataRoot);
  for (const uploadId of await readdir(uploads).catch(() => [] as string[]))
    for (const file of await readdir(path.join(uploads, uploadId)).catch(() => [] as string[])) {
      const info = await stat(path.join(uploads, uploadId, file)).catch(() => null); // removed meanwhile
      if (info) add("uploads", "upload", uploadId, info.size);
    }
  return [...sums.values()];
}
