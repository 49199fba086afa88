import { Problem } from "../../../core/problem.ts";
import { createPixelArray, type PixelArray, type PixelType } from "../../../core/volume/voxel-space.ts";
import type { ExportFile } from "../export-file.ts";
import type { ReadableDataset, ReadableVolume } from "../frozen/frozen-dataset.ts";
import { consecutiveValues } from "../frozen/truth-labels.ts";
import { mappedPlanes } from "../stacks/mapped-planes.ts";
import { type PlanesFrom, type StackLayout, stackFile } from "../stacks/stack-stream.ts";
import { labelMapCsv } from "../table/nuclei-csv.ts";
import { imagejLabelLayout, imagejLayout } from "./stack-layouts.ts";

/** float32 holds every whole number up to here. */
const LARGEST_EXACT_FLOAT32 = 2 ** 24;

/** ImageJ knows three types; signed and 32-bit integers become float32 where that is exact. */
export const imagejTypes: Readonly<Record<PixelType, "uint8" | "uint16" | "float32">> = {
  uint8: "uint8",
  int8: "float32",
  uint16: "uint16",
  int16: "float32",
  uint32: "float32",
  int32: "float32",
  float32: "float32",
};

/** Stacks that ImageJ and Fiji open as they are. Labels are numbered 1, 2, 3… and a table says which is which. */
export async function* imagejFiles(dataset: ReadableDataset): AsyncGenerator<ExportFile> {
  for (const frozen of dataset.description.volumes) {
    const volume = await dataset.openVolume(frozen);
    const { fileName } = frozen;
    const values = consecutiveValues(volume.nuclei);
    const pixelType = imagejTypes[frozen.pixelType];
    const image = imagejLayout({ ...frozen, pixelType, displayRange: contrastOf(volume) });
    yield imagejFile(volume, "image", image, (signal, first) => imagePlanes(volume, pixelType, signal, first));
    yield imagejFile(volume, "labels", imagejLabelLayout(frozen, values.size, frozen.name), (signal, first) =>
      mappedPlanes(volume.labels, values, "uint16", signal, first),
    );
    const known = imagejLayout({ ...frozen, pixelType: "uint8", displayRange: [0, 2] });
    yield imagejFile(volume, "known", known, (signal, first) => volume.known.planes(signal, first));
    yield labelMapCsv(`imagej/${fileName}_labels.csv`, values);
  }
}

/** Contrast that ImageJ opens with. */
const contrastOf = ({ volume }: ReadableVolume): readonly [number, number] =>
  volume.intensityRange ?? [0, volume.pixelType === "uint8" ? 0xff : 0xffff];

async function* imagePlanes(
  volume: ReadableVolume,
  type: PixelType,
  signal: AbortSignal,
  firstPlane: number,
): AsyncGenerator<PixelArray> {
  const large = volume.image.pixelType === "int32" || volume.image.pixelType === "uint32";
  let z = firstPlane;
  for await (const plane of volume.image.planes(signal, firstPlane)) {
    if (large && plane.some((value) => Math.abs(value) > LARGEST_EXACT_FLOAT32))
      throw new Problem({
        tag: "image-too-bright-for-imagej",
        what: "ImageJ has no 32-bit integers, and this image has values that its 32-bit floats cannot hold exactly.",
        where: `${volume.volume.name}, plane ${z}`,
        hint: "Export OME-TIFF or OME-Zarr.",
      });
    if (volume.image.pixelType === type) yield plane;
    else {
      const converted = createPixelArray(type, plane.length);
      converted.set(plane);
      yield converted;
    }
    z++;
  }
}

const imagejFile = ({ volume }: ReadableVolume, kind: string, layout: StackLayout, planes: PlanesFrom): ExportFile =>
  stackFile(`imagej/${volume.fileName}_${kind}.tif`, layout, planes);
