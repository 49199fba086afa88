import path from "node:path";
import type { Environment } from "../env.ts";
import type { BlobStore } from "./blob-store.ts";
import { createFolderStore } from "./folder-store.ts";
import { createS3Store } from "./s3-store.ts";

/** A bucket where one is named, else a folder below the data root. */
export const createBlobStore = (environment: Pick<Environment, "dataRoot" | "s3">): BlobStore =>
  environment.s3 ? createS3Store(environment.s3) : createFolderStore(path.join(environment.dataRoot, "blobs"));
