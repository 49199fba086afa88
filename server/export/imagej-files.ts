import { Problem } from "../../core/problem.ts";
import { createPixelArray, type PixelArray, type PixelType } from "../../core/volume/voxel-space.ts";
import type { FrozenVolume } from "./dataset-description.ts";
import type { ExportFile } from "./export-file.ts";
import type { ReadableDataset, ReadableVolume } from "./frozen-dataset.ts";
import { mappedPlanes } from "./mapped-planes.ts";
import { labelMapCsv } from "./nuclei-csv.ts";
import { imagejDescription } from "./tiff/imagej-description.ts";
import { layoutTiff } from "./tiff/tiff-layout.ts";
import { tiffBytes } from "./tiff/tiff-stream.ts";
import { consecutiveValues } from "./truth-labels.ts";

const LARGEST_UINT16 = 0xffff;
/** float32 holds every whole number up to here. */
const LARGEST_EXACT_FLOAT32 = 2 ** 24;

/** ImageJ knows three types; signed and 32-bit integers become float32 where that is exact. */
const imagejTypes: Readonly<Record<PixelType, PixelType>> = {
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
    assertFitsImagej(frozen);
    const imageType = imagejTypes[volume.image.pixelType];
    yield imagejFile(volume, "image", imageType, contrastOf(volume), (signal) =>
      imagePlanes(volume, imageType, signal),
    );
    yield imagejFile(volume, "labels", "uint16", [0, Math.max(1, values.size)], (signal) =>
      mappedPlanes(volume.labels, values, "uint16", signal),
    );
    yield imagejFile(volume, "known", "uint8", [0, 2], (signal) => volume.known.planes(signal));
    yield labelMapCsv(`imagej/${fileName}_labels.csv`, values);
  }
}

/** Overflow is an error, never a wrap to another nucleus's number. */
export function assertFitsImagej({ name, nuclei }: FrozenVolume): void {
  if (nuclei <= LARGEST_UINT16) return;
  throw new Problem({
    tag: "too-many-nuclei-for-imagej",
    what: `ImageJ's label files hold ${LARGEST_UINT16} nuclei, this volume has ${nuclei}.`,
    where: name,
    hint: "Export OME-TIFF or OME-Zarr, whose labels have 32 bits.",
  });
}

/** Contrast that ImageJ opens with. */
const contrastOf = ({ volume }: ReadableVolume): readonly [number, number] =>
  volume.intensityRange ?? [0, volume.pixelType === "uint8" ? 0xff : LARGEST_UINT16];

async function* imagePlanes(volume: ReadableVolume, type: PixelType, signal: AbortSignal): AsyncGenerator<PixelArray> {
  const large = volume.image.pixelType === "int32" || volume.image.pixelType === "uint32";
  let z = 0;
  for await (const plane of volume.image.planes(signal)) {
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

function imagejFile(
  { volume }: ReadableVolume,
  kind: string,
  pixelType: PixelType,
  displayRange: readonly [number, number],
  planes: (signal: AbortSignal) => AsyncIterable<PixelArray>,
): ExportFile {
  const [spacingUm, sizeY, sizeX] = volume.voxelSizeZyx;
  const layout = layoutTiff({
    shapeZyx: volume.shapeZyx,
    pixelType,
    description: imagejDescription({ planes: volume.shapeZyx[0], spacingUm, displayRange }),
    pixelsPerUnitYx: [1 / sizeY, 1 / sizeX],
    resolutionUnit: "none",
    whenTooLarge: "one-directory",
  });
  return {
    path: `imagej/${volume.fileName}_${kind}.tif`,
    compress: true,
    sizeBytes: layout.totalBytes,
    bytes: (signal) => tiffBytes(layout, planes(signal)),
  };
}
