import type { PixelType } from "../../../core/volume/voxel-space.ts";
import { type ExportFile, textFile } from "../export-file.ts";
import type { FrozenVolume } from "../frozen/dataset-description.ts";
import type { ReadableDataset } from "../frozen/frozen-dataset.ts";
import { consecutiveValues } from "../frozen/truth-labels.ts";
import { software } from "../software-version.ts";
import { mappedPlanes } from "../stacks/mapped-planes.ts";
import { type PlanesFrom, stackFile } from "../stacks/stack-stream.ts";
import { csvLine } from "../table/csv-cells.ts";
import { labelMapCsv } from "../table/nuclei-csv.ts";
import { omeLayout } from "../tiff/stack-layouts.ts";

/** Volumes with nuclei: a sequence without any has no ground truth. Each with its number. */
export function trackingSequences(
  volumes: readonly FrozenVolume[],
): readonly { readonly number: string; readonly frozen: FrozenVolume }[] {
  const digits = String(volumes.length).length;
  return volumes
    .filter(({ nuclei }) => nuclei > 0)
    .map((frozen, index) => ({ number: String(index + 1).padStart(Math.max(2, digits), "0"), frozen }));
}

/**
 * The layout of the Cell Tracking Challenge (https://celltrackingchallenge.net/datasets/): a volume is a sequence of one frame. Its masks
 * have 16 bits, so that nuclei are numbered 1, 2, 3…, and know nothing that is unknown: the mask of known voxels lies beside them.
 */
export async function* trackingFiles(dataset: ReadableDataset): AsyncGenerator<ExportFile> {
  const sequences = trackingSequences(dataset.description.volumes);
  yield textFile(
    "tracking/sequences.csv",
    csvLine(["sequence", "volume", "specimen", "split"]) +
      sequences.map(({ number, frozen }) => csvLine([number, frozen.fileName, frozen.specimen, frozen.split])).join(""),
  );
  for (const { number, frozen } of sequences) {
    const volume = await dataset.openVolume(frozen);
    const values = consecutiveValues(volume.nuclei);
    const stack = (path: string, pixelType: PixelType, planes: PlanesFrom) =>
      stackFile(
        `tracking/${number}${path}000.tif`,
        omeLayout({ ...frozen, pixelType, name: number, description: "One frame", creator: software.name }),
        planes,
      );
    const masks: PlanesFrom = (signal, first) => mappedPlanes(volume.labels, values, "uint16", signal, first);
    yield stack("/t", volume.image.pixelType, (signal, first) => volume.image.planes(signal, first));
    yield stack("_GT/SEG/man_seg", "uint16", masks);
    yield stack("_GT/TRA/man_track", "uint16", masks);
    yield textFile(`tracking/${number}_GT/TRA/man_track.txt`, [...values.values()].map(trackLine).join(""));
    yield stack("_KNOWN/known", "uint8", (signal, first) => volume.known.planes(signal, first));
    yield labelMapCsv(`tracking/${number}_labels.csv`, values);
  }
}

/** Label, first frame, last frame, parent. */
const trackLine = (value: number): string => `${value} 0 0 0\n`;
