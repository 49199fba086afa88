import { isProblem } from "../../../core/problem.ts";
import type { PixelType } from "../../../core/volume/voxel-space.ts";
import { openTiff } from "../../ingest/tiff/tiff-file.ts";
import { blocksOf } from "../../ingest/voxels/read-whole-volume.ts";
import type { FrozenVolume } from "../dataset-description.ts";
import type { FileSource, Violation } from "../file-source.ts";
import { imagejTypes } from "../imagej-files.ts";

export type StackKind = "image" | "labels" | "known";

/** How far a voxel size may be off after a rational number: nine digits are written. */
const SIZE_TOLERANCE = 1e-6;

const typeOf = (volume: FrozenVolume, kind: StackKind, flavour: "ome" | "imagej"): PixelType => {
  if (kind === "known") return "uint8";
  if (kind === "labels") return flavour === "ome" ? "uint32" : "uint16";
  return flavour === "ome" ? volume.pixelType : imagejTypes[volume.pixelType];
};

/** Checks a stack with the importer, which knows nothing of the writer, and looks at every value of labels and masks. */
export async function validateTiff(
  files: FileSource,
  path: string,
  volume: FrozenVolume,
  kind: StackKind,
  flavour: "ome" | "imagej",
): Promise<Violation[]> {
  const found: Violation[] = [];
  const say = (rule: string, what: string) => void found.push({ rule, where: path, what });
  const bytes = await files.open(path);
  if (!bytes) return [{ rule: "tiff-missing", where: path, what: "there is no such file" }];
  try {
    const file = await openTiff(bytes);
    const [image] = file.contents.images;
    if (image.shapeZyx.join() !== volume.shapeZyx.join()) {
      say("tiff-shape", `has ${image.shapeZyx.join(" × ")} voxels, not ${volume.shapeZyx.join(" × ")}`);
      return found;
    }
    const pixelType = typeOf(volume, kind, flavour);
    if (image.pixelType !== pixelType) say("tiff-type", `holds ${image.pixelType}, not ${pixelType}`);
    if (!image.voxelSizeZyx?.every((size, axis) => Math.abs(size / volume.voxelSizeZyx[axis] - 1) < SIZE_TOLERANCE))
      say(
        "tiff-voxel-size",
        `says ${image.voxelSizeZyx?.join(", ") ?? "nothing"} µm, not ${volume.voxelSizeZyx.join(", ")}`,
      );
    const values = new Set<number>();
    let last = -1;
    for await (const { pixels } of blocksOf(await file.open({ image: image.path, channel: 0, time: 0 })))
      if (kind !== "image")
        for (const value of pixels) {
          if (value === last) continue;
          last = value;
          values.add(value);
        }
    values.delete(0);
    if (kind === "known" && [...values].some((value) => value > 2))
      say("tiff-known-values", "holds more than 0, 1 and 2");
    if (kind === "labels" && values.size !== volume.nuclei)
      say("tiff-label-values", `holds ${values.size} nuclei, not ${volume.nuclei}`);
  } catch (error) {
    if (!isProblem(error)) throw error;
    say("tiff-unreadable", error.message);
  } finally {
    await bytes.close();
  }
  return found;
}
