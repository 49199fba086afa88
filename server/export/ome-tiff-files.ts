import type { PixelArray, PixelType } from "../../core/volume/voxel-space.ts";
import type { ExportFile } from "./export-file.ts";
import type { ReadableDataset, ReadableVolume } from "./frozen-dataset.ts";
import { mappedPlanes } from "./mapped-planes.ts";
import { omeLayout } from "./tiff/stack-layouts.ts";
import { tiffBytes } from "./tiff/tiff-stream.ts";
import { sameValues } from "./truth-labels.ts";

/** OME-TIFF: image, uint32 labels with their own values, and the mask; BigTIFF above 4 GB. */
export async function* omeTiffFiles(dataset: ReadableDataset): AsyncGenerator<ExportFile> {
  for (const frozen of dataset.description.volumes) {
    const volume = await dataset.openVolume(frozen);
    const truth = sameValues(volume.nuclei);
    const file = (kind: string, pixelType: PixelType, planes: (signal: AbortSignal) => AsyncIterable<PixelArray>) =>
      omeTiffFile(dataset, volume, kind, pixelType, planes);
    yield file("image", volume.image.pixelType, (signal) => volume.image.planes(signal));
    yield file("labels", "uint32", (signal) => mappedPlanes(volume.labels, truth, "uint32", signal));
    yield file("known", "uint8", (signal) => volume.known.planes(signal));
  }
}

function omeTiffFile(
  { description }: ReadableDataset,
  { volume }: ReadableVolume,
  kind: string,
  pixelType: PixelType,
  planes: (signal: AbortSignal) => AsyncIterable<PixelArray>,
): ExportFile {
  const { software, project, version, snapshotId, licence } = description;
  const layout = omeLayout({
    shapeZyx: volume.shapeZyx,
    voxelSizeZyx: volume.voxelSizeZyx,
    pixelType,
    name: `${volume.fileName} ${kind}`,
    description: `${project.name}, dataset version ${version}, label snapshot ${snapshotId}, licence: ${licence || "none given"}`,
    creator: `${software.name} ${software.version}`,
  });
  return {
    path: `ome-tiff/${volume.fileName}_${kind}.ome.tif`,
    compress: true,
    sizeBytes: layout.totalBytes,
    bytes: (signal) => tiffBytes(layout, planes(signal)),
  };
}
