import {
  boxShape,
  createPixelArray,
  type PixelArray,
  type PixelType,
  type VoxelBox,
} from "../../../core/volume/voxel-space.ts";
import { type ExportFile, textFile } from "../export-file.ts";
import type { FrozenVolume } from "../frozen/dataset-description.ts";
import type { ReadableDataset, ReadableVolume } from "../frozen/frozen-dataset.ts";
import type { StoredImage } from "../frozen/stored-image.ts";
import { consecutiveValues, mapLabels } from "../frozen/truth-labels.ts";
import { software } from "../software-version.ts";
import { type StackLayout, stackFile } from "../stacks/stack-stream.ts";
import { csvLine } from "../table/csv-cells.ts";
import { labelMapCsv } from "../table/nuclei-csv.ts";
import { omeLayout } from "../tiff/stack-layouts.ts";
import { type CompleteBox, completeBoxes } from "./complete-boxes.ts";
import { completePlanes, planeOf } from "./complete-planes.ts";

export const embedsegSides = ["train", "val", "test"] as const;
export type EmbedsegSide = (typeof embedsegSides)[number];

/** Specimens that are kept out are EmbedSeg's test set, boxes that are kept out its validation set. */
export const embedsegSide = (
  { split }: Pick<FrozenVolume, "split">,
  { kind }: Pick<CompleteBox, "kind">,
): EmbedsegSide => (split === "test" ? "test" : kind === "validation" ? "val" : "train");

const inDigits = (z: number): string => String(z).padStart(4, "0");

/** Of an image and of its masks, without folder. */
export const embedsegName = ({ fileName }: Pick<FrozenVolume, "fileName">, { number, box }: CompleteBox): string =>
  `${fileName}_box${number}_z${inDigits(box.minZyx[0])}-${inDigits(box.maxZyx[0] - 1)}.tif`;

export const embedsegLayout = (volume: FrozenVolume, box: VoxelBox, pixelType: PixelType): StackLayout =>
  omeLayout({
    shapeZyx: boxShape(box),
    voxelSizeZyx: volume.voxelSizeZyx,
    pixelType,
    name: "box",
    description: "A box in which everything is known",
    creator: software.name,
  });

/**
 * Folders as EmbedSeg takes them (https://github.com/juglab/EmbedSeg): `images` and `masks` of the same names, masks of 16 bits. It knows nothing
 * that is unknown, so that only boxes are here in which every voxel is known.
 */
export async function* embedsegFiles(dataset: ReadableDataset): AsyncGenerator<ExportFile> {
  const lines: string[] = [];
  for (const frozen of dataset.description.volumes) {
    const volume = await dataset.openVolume(frozen);
    for (const complete of completeBoxes(await completePlanes(dataset, volume))) {
      const side = embedsegSide(frozen, complete);
      const name = embedsegName(frozen, complete);
      lines.push(csvLine([name, frozen.fileName, side, ...complete.box.minZyx, ...complete.box.maxZyx]));
      yield* pairOf(volume, complete.box, `embedseg/${side}`, name);
    }
    yield labelMapCsv(`embedseg/${frozen.fileName}_labels.csv`, consecutiveValues(volume.nuclei));
  }
  const header = ["name", "volume", "side", "z_min", "y_min", "x_min", "z_max", "y_max", "x_max"];
  yield textFile("embedseg/boxes.csv", csvLine(header) + lines.join(""));
}

function* pairOf(
  { volume, image, labels, nuclei }: ReadableVolume,
  box: VoxelBox,
  folder: string,
  name: string,
): Generator<ExportFile> {
  const values = consecutiveValues(nuclei);
  yield stackFile(`${folder}/images/${name}`, embedsegLayout(volume, box, image.pixelType), (signal, first) =>
    planesIn(image, box, signal, first),
  );
  yield stackFile(`${folder}/masks/${name}`, embedsegLayout(volume, box, "uint16"), async function* (signal, first) {
    for await (const plane of planesIn(labels, box, signal, first)) {
      const mask = createPixelArray("uint16", plane.length);
      mapLabels(plane, mask, values);
      yield mask;
    }
  });
}

async function* planesIn(
  image: StoredImage,
  box: VoxelBox,
  signal: AbortSignal,
  first: number,
): AsyncGenerator<PixelArray> {
  for (let z = box.minZyx[0] + first; z < box.maxZyx[0]; z++) {
    signal.throwIfAborted();
    yield await image.readBox(planeOf(box, z));
  }
}
