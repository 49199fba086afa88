import { isProblem } from "../../../core/problem.ts";
import { bytesPerPixel, type PixelArray, voxelCount } from "../../../core/volume/voxel-space.ts";
import { pixelsOf } from "../../ingest/voxels/pixel-bytes.ts";
import type { FileSource, OpenedFile, Say } from "../file-source.ts";
import type { FrozenVolume } from "../frozen/dataset-description.ts";
import { hdf5Datasets, hdf5Layout, hdf5Path } from "../hdf5/hdf5-files.ts";
import type { Stack } from "../stacks/volume-stacks.ts";
import { valueGatherer } from "./stack-rules.ts";

/** What stands before the voxels, the size, and the values of labels and mask. */
export async function checkHdf5(files: FileSource, volume: FrozenVolume, say: Say): Promise<void> {
  const path = hdf5Path(volume);
  const bytes = await files.open(path);
  if (!bytes) return say("hdf5-missing", path, "there is no such file");
  try {
    const { head, totalBytes } = hdf5Layout(volume);
    if (bytes.size !== totalBytes) return say("hdf5-size", path, `has ${bytes.size} bytes, not ${totalBytes}`);
    if (Buffer.compare(await bytes.read(0, head.length, path), head) !== 0)
      say("hdf5-header", path, "does not describe the datasets, types and voxel size of dataset.json");
    for (const kind of ["labels", "known"] as const) {
      const { values, add } = valueGatherer();
      for await (const plane of hdf5Planes(bytes, volume, kind)) add(plane);
      values.delete(0);
      if (kind === "known" && [...values].some((value) => value > 2))
        say("hdf5-known-values", path, "holds more than 0, 1 and 2 in known");
      if (kind === "labels" && values.size !== volume.nuclei)
        say("hdf5-label-values", path, `holds ${values.size} nuclei, not ${volume.nuclei}`);
    }
  } catch (error) {
    if (!isProblem(error)) throw error;
    say("hdf5-unreadable", path, error.message);
  } finally {
    await bytes.close();
  }
}

/** The planes of a dataset by their place in the file. */
export async function* hdf5Planes(
  bytes: OpenedFile,
  volume: FrozenVolume,
  kind: Stack["kind"],
): AsyncGenerator<PixelArray> {
  let at = hdf5Layout(volume).head.length;
  for (const dataset of hdf5Datasets(volume)) {
    const [depth, height, width] = volume.shapeZyx;
    const planeBytes = height * width * bytesPerPixel[dataset.pixelType];
    if (dataset.kind === kind)
      for (let z = 0; z < depth; z++)
        yield pixelsOf(dataset.pixelType, await bytes.read(at + z * planeBytes, planeBytes, volume.fileName));
    at += voxelCount(volume.shapeZyx) * bytesPerPixel[dataset.pixelType];
  }
}
