import { basename } from "node:path";
import { Problem } from "../../core/problem.ts";
import type { PixelArray, Zyx } from "../../core/volume/voxel-space.ts";
import { openVolumeFile } from "../ingest/open-volume-file.ts";
import { readWholeVolume } from "../ingest/read-whole-volume.ts";
import type { TrainingVolume } from "../trainer/training-volume.ts";

/** Reads `PREFIX_image.tif` and `PREFIX_labels.tif` with the importer's readers, as a volume that is labelled everywhere. */
export async function readLabelledVolume(prefix: string, givenVoxelSizeZyx?: Zyx): Promise<TrainingVolume> {
  const image = await readTiff(`${prefix}_image.tif`);
  const labels = await readTiff(`${prefix}_labels.tif`);
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

/** The first volume of a file, in memory. */
export async function readTiff(path: string): Promise<{ shapeZyx: Zyx; voxelSizeZyx: Zyx | null; pixels: PixelArray }> {
  const file = await openVolumeFile(path, basename(path));
  try {
    const [image] = file.contents.images;
    if (!image) throw new Problem({ tag: "no-volume", what: "The file holds no volume.", where: path });
    const { shapeZyx, pixels } = await readWholeVolume(await file.open({ image: image.path, channel: 0, time: 0 }));
    return { shapeZyx, voxelSizeZyx: image.voxelSizeZyx, pixels };
  } finally {
    await file.close();
  }
}
