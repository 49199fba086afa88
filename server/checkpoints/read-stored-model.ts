import { createHash } from "node:crypto";
import {
  type CheckpointFiles,
  loadCheckpoint,
  modelFileNames,
  progressFileNames,
} from "../../core/checkpoint/checkpoint-files.ts";
import type { FileHashes } from "../../core/contract/trainer-job.ts";
import { type AnyModel, loadAnyModel } from "../../core/forest/any-model.ts";
import { Problem } from "../../core/problem.ts";
import type { BlobStore } from "../storage/blob-store.ts";

/** Where the files of a finished model lie, and what they were when its trainer made them. */
export interface StoredModel {
  readonly blobPrefix: string;
  /** Null for checkpoints older than the hashes. */
  readonly sha256: FileHashes | null;
}

/**
 * Reads a finished model of either kind and looks at all of it: the files are there, are those that the trainer made, fit the
 * network that they name with weights that are finite numbers, or are trees in which every walk ends. Throws a Problem that names the file that is wrong.
 */
export const readStoredModel = async (blobs: BlobStore, stored: StoredModel): Promise<AnyModel> =>
  loadAnyModel(await readStoredFiles(blobs, stored));

/** The files of a finished model as its trainer made them; what they hold is not looked at. */
export async function readStoredFiles(blobs: BlobStore, { blobPrefix, sha256 }: StoredModel): Promise<CheckpointFiles> {
  const files = await readFiles(blobs, blobPrefix, modelFileNames);
  for (const name of modelFileNames)
    if (sha256 && createHash("sha256").update(files[name]).digest("hex") !== sha256[name])
      throw new Problem({
        tag: "checkpoint-changed",
        what: "A file of the checkpoint is not the one that its trainer made.",
        where: name,
        hint: "Restore the data folder from its backup, choose another checkpoint, or train again.",
      });
  return files;
}

/** Looks at the files of an unfinished training in the same way. */
export async function checkResumePoint(blobs: BlobStore, blobPrefix: string): Promise<void> {
  loadCheckpoint(await readFiles(blobs, blobPrefix, [...modelFileNames, ...progressFileNames]));
}

async function readFiles(blobs: BlobStore, blobPrefix: string, names: readonly string[]): Promise<CheckpointFiles> {
  const files: Record<string, Uint8Array> = {};
  for (const name of names) {
    const bytes = await blobs.get(blobPrefix + name);
    if (!bytes)
      throw new Problem({
        tag: "checkpoint-gone",
        what: "A file of the checkpoint is not there.",
        where: name,
        hint: "Restore the data folder from its backup, choose another checkpoint, or train again.",
      });
    files[name] = bytes;
  }
  return files;
}
