import { createPixelArray, type PixelArray, type PixelType, type VoxelBox } from "../../../core/volume/voxel-space.ts";
import { type ExportFile, textFile } from "../export-file.ts";
import type { FrozenVolume } from "../frozen/dataset-description.ts";
import type { ReadableDataset } from "../frozen/frozen-dataset.ts";
import type { StoredImage } from "../frozen/stored-image.ts";
import { consecutiveValues, type LabelMap, mapLabels } from "../frozen/truth-labels.ts";
import { software } from "../software-version.ts";
import { type StackLayout, stackFile } from "../stacks/stack-stream.ts";
import { csvLine } from "../table/csv-cells.ts";
import { labelMapCsv } from "../table/nuclei-csv.ts";
import { omeLayout } from "../tiff/stack-layouts.ts";
import { completePlanes, planeOf, planeShapeOf } from "./complete-planes.ts";

/** Cellpose's two folders: what was kept for validation, or is of a test specimen, is not learned from. */
export const cellposeSide = ({ split }: FrozenVolume, kind: string): "train" | "test" =>
  split === "test" || kind === "validation" ? "test" : "train";

/**
 * Planes as Cellpose learns from them: `<name>.tif` beside `<name>_masks.tif`. It knows nothing that is unknown, so that only planes of
 * boxes are here in which every voxel is known.
 */
export async function* cellposeFiles(dataset: ReadableDataset): AsyncGenerator<ExportFile> {
  const counts: string[] = [];
  for (const frozen of dataset.description.volumes) {
    const volume = await dataset.openVolume(frozen);
    const values = consecutiveValues(volume.nuclei);
    for (const [index, { box, kind, planes }] of (await completePlanes(dataset, volume)).entries()) {
      const side = cellposeSide(frozen, kind);
      counts.push(csvLine([frozen.fileName, index + 1, side, ...box.minZyx, ...box.maxZyx, planes.length]));
      for (const z of planes) {
        const name = `cellpose/${side}/${frozen.fileName}_box${index + 1}_z${String(z).padStart(4, "0")}`;
        const about = { volume: frozen, box: planeOf(box, z) };
        yield planeFile(`${name}.tif`, about, volume.image.pixelType, () => volume.image.readBox(about.box));
        yield planeFile(`${name}_masks.tif`, about, "uint16", () => maskIn(volume.labels, about.box, values));
      }
    }
    yield labelMapCsv(`cellpose/${frozen.fileName}_labels.csv`, values);
  }
  const header = ["volume", "box", "side", "z_min", "y_min", "x_min", "z_max", "y_max", "x_max", "planes"];
  yield textFile("cellpose/boxes.csv", csvLine(header) + counts.join(""));
}

async function maskIn(labels: StoredImage, box: VoxelBox, values: LabelMap): Promise<PixelArray> {
  const from = await labels.readBox(box);
  const mask = createPixelArray("uint16", from.length);
  mapLabels(from, mask, values);
  return mask;
}

/** How a plane of a box is written. */
export const planeLayout = ({ voxelSizeZyx }: FrozenVolume, box: VoxelBox, pixelType: PixelType): StackLayout =>
  omeLayout({
    shapeZyx: planeShapeOf(box),
    voxelSizeZyx,
    pixelType,
    name: "plane",
    description: "One plane in which everything is known",
    creator: software.name,
  });

const planeFile = (
  path: string,
  { volume, box }: { readonly volume: FrozenVolume; readonly box: VoxelBox },
  pixelType: PixelType,
  read: () => Promise<PixelArray>,
): ExportFile =>
  stackFile(path, planeLayout(volume, box, pixelType), async function* () {
    yield await read();
  });
