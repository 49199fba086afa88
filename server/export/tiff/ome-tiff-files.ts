import type { PixelType } from "../../../core/volume/voxel-space.ts";
import type { ExportFile } from "../export-file.ts";
import type { FrozenVolume } from "../frozen/dataset-description.ts";
import type { ReadableDataset, ReadableVolume } from "../frozen/frozen-dataset.ts";
import { sameValues } from "../frozen/truth-labels.ts";
import { software } from "../software-version.ts";
import { mappedPlanes } from "../stacks/mapped-planes.ts";
import { type PlanesFrom, type StackLayout, stackFile } from "../stacks/stack-stream.ts";
import { omeLayout } from "./stack-layouts.ts";

/** OME-TIFF: image, uint32 labels with their own values, and the mask; BigTIFF above 4 GB. */
export async function* omeTiffFiles(dataset: ReadableDataset): AsyncGenerator<ExportFile> {
  for (const frozen of dataset.description.volumes) {
    const volume = await dataset.openVolume(frozen);
    const truth = sameValues(volume.nuclei);
    yield omeTiffFile(volume, "image", volume.image.pixelType, (signal, first) => volume.image.planes(signal, first));
    yield omeTiffFile(volume, "labels", "uint32", (signal, first) =>
      mappedPlanes(volume.labels, truth, "uint32", signal, first),
    );
    yield omeTiffFile(volume, "known", "uint8", (signal, first) => volume.known.planes(signal, first));
  }
}

const meanings = {
  image: "The image that was labelled",
  labels: "Nuclei: 0 is background, every nucleus has the number that it has in nuclei.csv",
  known: "What was looked at: 0 unknown, 1 background, 2 nucleus",
} as const;

/** Says nothing of version, names or people: the same labels are the same file in every version. */
export const omeTiffLayout = (
  { shapeZyx, voxelSizeZyx }: FrozenVolume,
  kind: keyof typeof meanings,
  pixelType: PixelType,
): StackLayout =>
  omeLayout({
    shapeZyx,
    voxelSizeZyx,
    pixelType,
    name: kind,
    description: meanings[kind],
    creator: software.name,
  });

const omeTiffFile = (
  { volume }: ReadableVolume,
  kind: keyof typeof meanings,
  pixelType: PixelType,
  planes: PlanesFrom,
): ExportFile =>
  stackFile(`ome-tiff/${volume.fileName}_${kind}.ome.tif`, omeTiffLayout(volume, kind, pixelType), planes);
