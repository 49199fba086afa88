import { type ExportFile, jsonFile, withoutFirst } from "../export-file.ts";
import type { ReadableDataset, ReadableVolume } from "../frozen/frozen-dataset.ts";
import { nucleusBoxes } from "../surfaces/nucleus-boxes.ts";
import { hasSurface, nucleusSurface } from "../surfaces/nucleus-surface.ts";
import { MULTILOD_INFO, multilodMesh } from "./mesh/multilod-mesh.ts";

/** Below the segmentation; its `info` names it. */
export const MESH_FOLDER = "mesh";

/** Names that every file system takes: those of the format with one resolution, `3:0`, cannot be unpacked on Windows. */
export const manifestName = (label: number): string => `${label}.index`;
export const fragmentName = (label: number): string => String(label);

/** A surface for each nucleus, in Neuroglancer's format of meshes with several resolutions, of which there is one. */
export async function* meshFiles(
  dataset: ReadableDataset,
  volume: ReadableVolume,
  folder: string,
): AsyncGenerator<ExportFile> {
  yield jsonFile(`${folder}info`, MULTILOD_INFO);
  const boxes = await nucleusBoxes(dataset, volume);
  for (const nucleus of volume.nuclei) {
    const box = boxes.get(nucleus.label);
    if (!box || !hasSurface(nucleus.shape.surfaceAreaFacesUm2, volume.volume)) continue;
    const mesh = async () => multilodMesh(await nucleusSurface(volume.labels, nucleus, box, volume.volume));
    for (const [name, part] of [
      [manifestName(nucleus.label), "manifest"],
      [fragmentName(nucleus.label), "fragment"],
    ] as const) {
      const whole = async function* (signal: AbortSignal) {
        signal.throwIfAborted();
        yield (await mesh())[part];
      };
      yield { path: folder + name, compress: true, bytes: (signal, start = 0) => withoutFirst(start, whole(signal)) };
    }
  }
}
