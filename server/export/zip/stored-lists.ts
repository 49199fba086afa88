import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import type { BlobStore } from "../../storage/blob-store.ts";
import type { DataFormat } from "../export-formats.ts";
import { datasetFolder } from "../frozen/dataset-blobs.ts";
import { software } from "../software-version.ts";
import type { PackedFile } from "./packed-file.ts";

/** Parts of a version whose files are too large to be read for every request: each has a list beside the version. */
export type ListedPart = "table" | DataFormat;

const listKey = (versionId: string, part: ListedPart): string => `${datasetFolder(versionId)}packing/${part}.json`;

/** Rises when a release writes other files of the versions that are there. */
const FILES_REVISION = 3;

/**
 * Who made a list. Another release may write other files, and another zlib deflates the same bytes into others, which differs
 * between releases of Node and between processors: then the lists are made anew.
 */
let packer: string | null = null;
function packerName(): string {
  packer ??= `${software.version} ${FILES_REVISION} ${createHash("sha256")
    .update(deflateRawSync(deflateSample(), { level: 1 }))
    .digest("hex")}`;
  return packer;
}

/** Runs, repetitions at a distance and noise, so that every way of finding matches has something to find. */
function deflateSample(): Uint8Array {
  const sample = new Uint8Array(1 << 17);
  let state = 1;
  for (let i = 0; i < sample.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const run = (i >> 9) & 3;
    sample[i] = run === 0 ? 7 : run === 1 ? (i * 37) & 0x3f : run === 2 ? state >>> 24 : (state >>> 29) + (i & 3);
  }
  return sample;
}

interface StoredList {
  readonly packer: string;
  readonly files: readonly PackedFile[];
}

/** Null where there is none, or one that another program made. */
export async function readPackingList(
  blobs: BlobStore,
  versionId: string,
  part: ListedPart,
): Promise<readonly PackedFile[] | null> {
  const bytes = await blobs.get(listKey(versionId, part));
  if (!bytes) return null;
  const list = JSON.parse(Buffer.from(bytes).toString()) as StoredList; // written by us, below a prefix that nobody else writes to
  return list.packer === packerName() ? list.files : null;
}

export function keepPackingList(
  blobs: BlobStore,
  versionId: string,
  part: ListedPart,
  files: readonly PackedFile[],
): Promise<void> {
  const list: StoredList = { packer: packerName(), files };
  return blobs.put(listKey(versionId, part), Buffer.from(JSON.stringify(list)));
}
