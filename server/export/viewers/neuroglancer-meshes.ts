import { type ExportFile, jsonFile, withoutFirst } from "../export-file.ts";
import type { ReadableDataset, ReadableVolume } from "../frozen/frozen-dataset.ts";
import { nucleusBoxes } from "../surfaces/nucleus-boxes.ts";
import { hasSurface, nucleusSurface } from "../surfaces/nucleus-surface.ts";
import { legacyMesh } from "./legacy-mesh.ts";

/** Below the segmentation; its `info` names it. */
export const MESH_FOLDER = "mesh";
export const MESH_INFO = { "@type": "neuroglancer_legacy_mesh" } as const;

/** What tells the fragments of a segment; the 0 is the only level of detail. */
export const manifestName = (label: number): string => `${label}:0`;
export const fragmentName = (label: number): string => `nucleus_${label}`;

/**
 * A surface for each nucleus, as Neuroglancer's format of meshes with one resolution has it
 * (https://github.com/google/neuroglancer/blob/master/src/datasource/precomputed/meshes.md): a manifest per segment, and its fragment.
 */
export async function* meshFiles(
  dataset: ReadableDataset,
  volume: ReadableVolume,
  folder: string,
): AsyncGenerator<ExportFile> {
  yield jsonFile(`${folder}info`, MESH_INFO);
  const boxes = await nucleusBoxes(dataset, volume);
  for (const nucleus of volume.nuclei) {
    const box = boxes.get(nucleus.label);
    if (!box || !hasSurface(nucleus.shape.surfaceAreaFacesUm2, volume.volume)) continue;
    yield jsonFile(folder + manifestName(nucleus.label), { fragments: [fragmentName(nucleus.label)] });
    const whole = async function* (signal: AbortSignal) {
      signal.throwIfAborted();
      yield legacyMesh(await nucleusSurface(volume.labels, nucleus, box, volume.volume));
    };
    yield {
      path: folder + fragmentName(nucleus.label),
      compress: true,
      bytes: (signal, start = 0) => withoutFirst(start, whole(signal)),
    };
  }
}
