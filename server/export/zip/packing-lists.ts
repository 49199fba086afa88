import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { bytesPerPixel, voxelCount } from "../../../core/volume/voxel-space.ts";
import type { BlobStore } from "../../storage/blob-store.ts";
import { niftiFiles, nrrdFiles } from "../arrays/array-files.ts";
import { cellprofilerFiles } from "../cellprofiler-files.ts";
import { datasetFolder } from "../dataset-blobs.ts";
import type { DatasetDescription } from "../dataset-description.ts";
import type { ExportFile } from "../export-file.ts";
import type { DataFormat } from "../export-formats.ts";
import { openDataset, type ReadableDataset } from "../frozen-dataset.ts";
import { hdf5Files } from "../hdf5/hdf5-files.ts";
import { imagejFiles } from "../imagej-files.ts";
import { nucleiCsv } from "../nuclei-csv.ts";
import { omeTiffFiles } from "../ome-tiff-files.ts";
import { omeZarrFiles } from "../ome-zarr-files.ts";
import { software } from "../software-version.ts";
import { cellposeFiles } from "../training/cellpose-files.ts";
import { nnunetFiles } from "../training/nnunet-files.ts";
import { stardistFiles } from "../training/stardist-files.ts";
import { trackingFiles } from "../training/tracking-files.ts";
import { neuroglancerFiles } from "../viewers/neuroglancer-files.ts";
import { type PackedFile, packFile } from "./packed-file.ts";

const filesOfFormat: Readonly<Record<DataFormat, (dataset: ReadableDataset) => AsyncIterable<ExportFile>>> = {
  "ome-zarr": omeZarrFiles,
  "ome-tiff": omeTiffFiles,
  imagej: imagejFiles,
  nifti: niftiFiles,
  nrrd: nrrdFiles,
  cellprofiler: cellprofilerFiles,
  nnunet: nnunetFiles,
  stardist: stardistFiles,
  cellpose: cellposeFiles,
  tracking: trackingFiles,
  hdf5: hdf5Files,
  neuroglancer: neuroglancerFiles,
};

/** Parts of a version whose files are too large to be read for every request: each has a list beside the version. */
export type ListedPart = "table" | DataFormat;

/** Listed when a version is frozen; the others when somebody first asks for them, so that nobody waits for what nobody wants. */
export const frozenParts = ["table", "ome-zarr", "ome-tiff", "imagej"] as const satisfies readonly ListedPart[];

/** The files of a part, in their order in a zip. */
export async function* filesOfPart(dataset: ReadableDataset, part: ListedPart): AsyncGenerator<ExportFile> {
  if (part === "table") yield nucleiCsv(dataset);
  else yield* filesOfFormat[part](dataset);
}

const listKey = (versionId: string, part: ListedPart): string => `${datasetFolder(versionId)}packing/${part}.json`;

/**
 * Who made a list. Another release may write other files, and another zlib deflates the same bytes into others, which differs
 * between releases of Node and between processors: then the lists are made anew.
 */
let packer: string | null = null;
function packerName(): string {
  packer ??= `${software.version} ${createHash("sha256")
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

/** Reads all files of a part whole, and writes down their sizes and digests; for a process of its own. */
export async function writePackingList(
  blobs: BlobStore,
  description: DatasetDescription,
  part: ListedPart,
  onProgress: (done: number) => void,
): Promise<void> {
  const { signal } = new AbortController(); // the process is ended as a whole
  const expected = expectedBytes(description, part);
  let packedBytes = 0;
  const files: PackedFile[] = [];
  for await (const file of filesOfPart(openDataset(blobs, description), part)) {
    const counted: ExportFile = {
      ...file,
      async *bytes(given, start) {
        for await (const bytes of file.bytes(given, start)) {
          packedBytes += bytes.length;
          onProgress(Math.min(1, packedBytes / expected));
          yield bytes;
        }
      },
    };
    files.push(await packFile(counted, signal));
  }
  const list: StoredList = { packer: packerName(), files };
  await blobs.put(listKey(description.id, part), Buffer.from(JSON.stringify(list)));
}

/** Of labels and mask together. */
const bytesPerVoxel: Readonly<Record<ListedPart, number>> = {
  table: 0,
  "ome-zarr": 0.5,
  "ome-tiff": 5,
  imagej: 3,
  nifti: 3,
  nrrd: 3,
  cellprofiler: 0,
  nnunet: 1,
  stardist: 2,
  cellpose: 1,
  tracking: 5,
  hdf5: 3,
  neuroglancer: 4,
};

/** About so many, for the progress. */
function expectedBytes({ volumes }: DatasetDescription, part: ListedPart): number {
  const perVoxel = bytesPerVoxel[part];
  return volumes.reduce(
    (sum, { shapeZyx, pixelType, nuclei }) =>
      sum +
      (part === "table" || part === "cellprofiler"
        ? 300 * nuclei
        : voxelCount(shapeZyx) * (perVoxel + bytesPerPixel[pixelType] / (perVoxel < 1 ? 2 : 1))),
    1,
  );
}
