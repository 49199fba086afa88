import type { ExportFile } from "../export-file.ts";
import type { ReadableDataset } from "../frozen/frozen-dataset.ts";
import { stackFile } from "../stacks/stack-stream.ts";
import { type Stack, stacksOf } from "../stacks/volume-stacks.ts";
import { layoutNifti } from "./nifti-layout.ts";
import { layoutNrrd } from "./nrrd-layout.ts";

const meanings: Readonly<Record<Stack["kind"], string>> = {
  image: "The image that was labelled",
  labels: "Nuclei: 0 background, numbers as in nuclei.csv",
  known: "0 unknown, 1 background, 2 nucleus",
};

/** NIfTI: image, labels with the numbers of the table, and mask. */
export async function* niftiFiles(dataset: ReadableDataset): AsyncGenerator<ExportFile> {
  for (const frozen of dataset.description.volumes)
    for (const { kind, pixelType, planes } of stacksOf(await dataset.openVolume(frozen))) {
      const layout = layoutNifti({
        ...frozen,
        pixelType,
        description: meanings[kind],
        isLabels: kind !== "image",
      });
      yield stackFile(`nifti/${frozen.fileName}_${kind}.nii`, layout, planes);
    }
}

/** NRRD: image, labels with the numbers of the table, and mask. */
export async function* nrrdFiles(dataset: ReadableDataset): AsyncGenerator<ExportFile> {
  for (const frozen of dataset.description.volumes)
    for (const { kind, pixelType, planes } of stacksOf(await dataset.openVolume(frozen))) {
      const layout = layoutNrrd({ ...frozen, pixelType, content: meanings[kind] });
      yield stackFile(`nrrd/${frozen.fileName}_${kind}.nrrd`, layout, planes);
    }
}
