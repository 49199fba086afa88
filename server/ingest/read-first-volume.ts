import { basename } from "node:path";
import { Problem } from "../../core/problem.ts";
import type { PixelArray, Zyx } from "../../core/volume/voxel-space.ts";
import { openVolumeFile } from "./open-volume-file.ts";
import { readWholeVolume } from "./voxels/read-whole-volume.ts";

/** The first volume of a file, in memory. */
export async function readFirstVolume(
  path: string,
): Promise<{ shapeZyx: Zyx; voxelSizeZyx: Zyx | null; pixels: PixelArray }> {
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
