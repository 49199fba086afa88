import { createPixelArray, type PixelArray } from "../../../core/volume/voxel-space.ts";
import type { ExportFile } from "../export-file.ts";
import type { ReadableDataset, ReadableVolume } from "../frozen/frozen-dataset.ts";
import { consecutiveValues, type LabelMap } from "../frozen/truth-labels.ts";
import { software } from "../software-version.ts";
import { mappedPlanes } from "../stacks/mapped-planes.ts";
import { type PlanesFrom, stackFile } from "../stacks/stack-stream.ts";
import { labelMapCsv } from "../table/nuclei-csv.ts";
import { omeLayout } from "../tiff/stack-layouts.ts";

/** StarDist switches all losses off where a mask is negative. */
export const STARDIST_UNKNOWN = -1;
/** It computes with 16 bits, of which the last number is the unknown's. */
export const STARDIST_MAX_NUCLEI = 0xfffe;
const LARGEST_INT16 = 0x7fff;

export const stardistMaskType = (nuclei: number): "int16" | "int32" => (nuclei <= LARGEST_INT16 ? "int16" : "int32");

/** Pairs of images and masks of the same name; nuclei are numbered 1, 2, 3…, and a table says which is which. */
export async function* stardistFiles(dataset: ReadableDataset): AsyncGenerator<ExportFile> {
  for (const frozen of dataset.description.volumes) {
    const volume = await dataset.openVolume(frozen);
    const values = consecutiveValues(volume.nuclei);
    const type = stardistMaskType(values.size);
    const stack = (kind: "images" | "masks", pixelType: typeof type | typeof frozen.pixelType, planes: PlanesFrom) =>
      stackFile(
        `stardist/${frozen.split}/${kind}/${frozen.fileName}.tif`,
        omeLayout({ ...frozen, pixelType, name: kind, description: meanings[kind], creator: software.name }),
        planes,
      );
    yield stack("images", volume.image.pixelType, (signal, first) => volume.image.planes(signal, first));
    yield stack("masks", type, (signal, first) => maskPlanes(volume, values, type, signal, first));
    yield labelMapCsv(`stardist/${frozen.split}/${frozen.fileName}_labels.csv`, values);
  }
}

const meanings = {
  images: "The image that was labelled",
  masks: "Nuclei 1, 2, 3…; 0 is background, -1 is unknown",
} as const;

async function* maskPlanes(
  { labels, known }: ReadableVolume,
  values: LabelMap,
  type: "int16" | "int32",
  signal: AbortSignal,
  firstPlane: number,
): AsyncGenerator<PixelArray> {
  const numbered = mappedPlanes(labels, values, "uint32", signal, firstPlane);
  for await (const state of known.planes(signal, firstPlane)) {
    const plane: PixelArray | undefined = (await numbered.next()).value;
    if (!plane) throw new RangeError("the labels have fewer planes than the mask");
    const mask = createPixelArray(type, plane.length);
    for (let i = 0; i < mask.length; i++) mask[i] = state[i] === 0 ? STARDIST_UNKNOWN : plane[i];
    yield mask;
  }
}
