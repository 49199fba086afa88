import { bytesPerPixel, voxelCount } from "../../../core/volume/voxel-space.ts";
import type { BlobStore } from "../../storage/blob-store.ts";
import { niftiFiles, nrrdFiles } from "../arrays/array-files.ts";
import { archiveFiles } from "../bioimage-archive/archive-files.ts";
import type { ExportFile } from "../export-file.ts";
import type { DataFormat } from "../export-formats.ts";
import type { DatasetDescription } from "../frozen/dataset-description.ts";
import { openDataset, type ReadableDataset } from "../frozen/frozen-dataset.ts";
import { hdf5Files } from "../hdf5/hdf5-files.ts";
import { bbbcFiles } from "../platforms/bbbc-files.ts";
import { idrFiles } from "../platforms/idr-files.ts";
import { surfaceFiles } from "../surfaces/surface-files.ts";
import { cellprofilerFiles } from "../table/cellprofiler-files.ts";
import { nucleiCsv } from "../table/nuclei-csv.ts";
import { imagejFiles } from "../tiff/imagej-files.ts";
import { omeTiffFiles } from "../tiff/ome-tiff-files.ts";
import { cellposeFiles } from "../training/cellpose-files.ts";
import { embedsegFiles } from "../training/embedseg-files.ts";
import { nnunetFiles } from "../training/nnunet-files.ts";
import { stardistFiles } from "../training/stardist-files.ts";
import { trackingFiles } from "../training/tracking-files.ts";
import { neuroglancerFiles } from "../viewers/neuroglancer-files.ts";
import { webknossosFiles } from "../viewers/webknossos-files.ts";
import { omeZarrFiles } from "../zarr/ome-zarr-files.ts";
import { type PackedFile, packFile } from "./packed-file.ts";
import { keepPackingList, type ListedPart } from "./stored-lists.ts";

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
  embedseg: embedsegFiles,
  tracking: trackingFiles,
  hdf5: hdf5Files,
  neuroglancer: neuroglancerFiles,
  ply: surfaceFiles("ply"),
  obj: surfaceFiles("obj"),
  vtk: surfaceFiles("vtk"),
  webknossos: webknossosFiles,
  "bioimage-archive": archiveFiles,
  idr: idrFiles,
  bbbc: bbbcFiles,
};

/** Listed when a version is frozen; the others when somebody first asks for them, so that nobody waits for what nobody wants. */
export const frozenParts = ["table", "ome-zarr", "ome-tiff", "imagej"] as const satisfies readonly ListedPart[];

/** The files of a part, in their order in a zip. */
export async function* filesOfPart(dataset: ReadableDataset, part: ListedPart): AsyncGenerator<ExportFile> {
  if (part === "table") yield nucleiCsv(dataset);
  else yield* filesOfFormat[part](dataset);
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
  await keepPackingList(blobs, description.id, part, files);
}

/** Of labels and mask together. */
const bytesPerVoxel: Readonly<Record<Exclude<ListedPart, keyof typeof bytesPerNucleus>, number>> = {
  "ome-zarr": 0.5,
  "ome-tiff": 5,
  imagej: 3,
  nifti: 3,
  nrrd: 3,
  nnunet: 1,
  stardist: 2,
  cellpose: 1,
  embedseg: 1,
  tracking: 5,
  hdf5: 3,
  neuroglancer: 4,
  webknossos: 0.5,
  "bioimage-archive": 6,
  idr: 4,
  bbbc: 5,
};

const bytesPerNucleus = { table: 900, cellprofiler: 300, ply: 200_000, obj: 400_000, vtk: 220_000 } as const;

/** About so many, for the progress. */
function expectedBytes({ volumes }: DatasetDescription, part: ListedPart): number {
  const nuclei = volumes.reduce((sum, volume) => sum + volume.nuclei, 1);
  if (part in bytesPerNucleus) return nuclei * bytesPerNucleus[part as keyof typeof bytesPerNucleus];
  const perVoxel = bytesPerVoxel[part as keyof typeof bytesPerVoxel];
  return volumes.reduce(
    (sum, { shapeZyx, pixelType }) =>
      sum + voxelCount(shapeZyx) * (perVoxel + bytesPerPixel[pixelType] / (perVoxel < 1 ? 2 : 1)),
    1,
  );
}
