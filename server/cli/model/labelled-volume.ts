import { basename } from "node:path";
import { Problem } from "../../../core/problem.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { readFirstVolume } from "../../ingest/read-first-volume.ts";
import type { TrainingVolume } from "../../trainer/data/training-volume.ts";

/** Reads `PREFIX_image.tif` and `PREFIX_labels.tif` with the importer's readers, as a volume that is labelled everywhere. */
export async function readLabelledVolume(prefix: string, givenVoxelSizeZyx?: Zyx): Promise<TrainingVolume> {
  const image = await readFirstVolume(`${prefix}_image.tif`);
  const labels = await readFirstVolume(`${prefix}_labels.tif`);
  if (image.shapeZyx.some((size, axis) => size !== labels.shapeZyx[axis]))
    throw new Problem({
      tag: "labels-other-shape",
      what: `The labels are ${labels.shapeZyx.join(" × ")}, the image is ${image.shapeZyx.join(" × ")} (z, y, x).`,
      where: `${prefix}_labels.tif`,
      hint: "They must belong together voxel by voxel.",
    });
  const voxelSizeZyx = givenVoxelSizeZyx ?? image.voxelSizeZyx;
  if (!voxelSizeZyx)
    throw new Problem({
      tag: "voxel-size-unknown",
      what: "The file does not say how large its voxels are.",
      where: `${prefix}_image.tif`,
      hint: "Say it: --voxel-size Z,Y,X in micrometres.",
    });
  const values = Uint32Array.from(labels.pixels);
  return {
    id: basename(prefix),
    specimen: prefix,
    shapeZyx: image.shapeZyx,
    voxelSizeZyx,
    image: Float32Array.from(image.pixels),
    labels: values,
    known: Uint8Array.from(values, (label) => (label === 0 ? 1 : 2)),
    validationBoxes: [],
  };
}
