import { type ExportFile, withoutFirst } from "../export-file.ts";
import type { FrozenVolume } from "../frozen/dataset-description.ts";
import type { ReadableDataset } from "../frozen/frozen-dataset.ts";
import { type MeshFormat, meshBytes } from "./mesh-formats.ts";
import { nucleusBoxes } from "./nucleus-boxes.ts";
import { hasSurface, nucleusSurface } from "./nucleus-surface.ts";

export const surfacePath = (format: MeshFormat, { fileName }: Pick<FrozenVolume, "fileName">, label: number): string =>
  `${format}/${fileName}/nucleus_${label}.${format}`;

/** A file per nucleus, made when it is asked for from the part of the labels in which it lies. */
export const surfaceFiles = (format: MeshFormat) =>
  async function* (dataset: ReadableDataset): AsyncGenerator<ExportFile> {
    for (const frozen of dataset.description.volumes) {
      const volume = await dataset.openVolume(frozen);
      const boxes = await nucleusBoxes(dataset, volume);
      for (const nucleus of volume.nuclei) {
        const box = boxes.get(nucleus.label);
        if (!box || !hasSurface(nucleus.shape.surfaceAreaFacesUm2, frozen)) continue;
        const about = `nucleus ${nucleus.label} of ${frozen.fileName}, x y z in micrometres`;
        const whole = async function* (signal: AbortSignal) {
          signal.throwIfAborted();
          yield meshBytes[format](await nucleusSurface(volume.labels, nucleus, box, frozen), about);
        };
        yield {
          path: surfacePath(format, frozen, nucleus.label),
          compress: true,
          bytes: (signal, start = 0) => withoutFirst(start, whole(signal)),
        };
      }
    }
  };
