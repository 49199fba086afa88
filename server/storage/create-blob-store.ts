import path from "node:path";
import type { Environment } from "../env.ts";
import type { BlobStore } from "./blob-store.ts";
import { createFolderStore } from "./folder-store.ts";

/** A bucket where one is named, else a folder below the data root. */
export async function createBlobStore(environment: Pick<Environment, "dataRoot" | "s3">): Promise<BlobStore> {
  if (!environment.s3) return createFolderStore(path.join(environment.dataRoot, "blobs"));
  // Half of what every child process of ours would load; few installations have a bucket.
  const { createS3Store } = await import("./s3-store.ts");
  return createS3Store(environment.s3);
}
