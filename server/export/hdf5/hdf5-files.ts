import { bytesPerPixel } from "../../../core/volume/voxel-space.ts";
import type { ExportFile } from "../export-file.ts";
import type { FrozenVolume } from "../frozen/dataset-description.ts";
import type { ReadableDataset } from "../frozen/frozen-dataset.ts";
import { stackBytes } from "../stacks/stack-stream.ts";
import { labelTypeOf, type Stack, stacksOf } from "../stacks/volume-stacks.ts";
import { type Hdf5Dataset, type Hdf5Layout, layoutHdf5 } from "./hdf5-layout.ts";

/** Names that pytorch-3dunet and PlantSeg look for, and the mask. */
const names: Readonly<Record<Stack["kind"], string>> = { image: "raw", labels: "label", known: "known" };

export const hdf5Path = ({ split, fileName }: FrozenVolume): string => `hdf5/${split}/${fileName}.h5`;

/** In the order of their voxels in the file. */
export const hdf5Datasets = (volume: FrozenVolume): readonly (Hdf5Dataset & { readonly kind: Stack["kind"] })[] => [
  { kind: "image", name: names.image, pixelType: volume.pixelType },
  { kind: "labels", name: names.labels, pixelType: labelTypeOf(volume) },
  { kind: "known", name: names.known, pixelType: "uint8" },
];

export const hdf5Layout = (volume: FrozenVolume): Hdf5Layout =>
  layoutHdf5(hdf5Datasets(volume), volume.shapeZyx, volume.voxelSizeZyx);

/** A file per volume with image, labels and mask, for pytorch-3dunet, PlantSeg and ilastik. */
export async function* hdf5Files(dataset: ReadableDataset): AsyncGenerator<ExportFile> {
  for (const frozen of dataset.description.volumes) {
    const stacks = stacksOf(await dataset.openVolume(frozen));
    const { head } = hdf5Layout(frozen);
    yield {
      path: hdf5Path(frozen),
      compress: true,
      async *bytes(signal, start = 0) {
        let sectionAt = 0;
        for (const [index, { pixelType, planes }] of stacks.entries()) {
          const [depth, height, width] = frozen.shapeZyx;
          const planeBytes = height * width * bytesPerPixel[pixelType];
          const section = {
            head: index === 0 ? head : new Uint8Array(),
            planeBytes,
            tail: new Uint8Array(),
            totalBytes: (index === 0 ? head.length : 0) + depth * planeBytes,
          };
          const end = sectionAt + section.totalBytes;
          if (start < end) yield* stackBytes(section, (first) => planes(signal, first), Math.max(0, start - sectionAt));
          sectionAt = end;
        }
      },
    };
  }
}
