import { isProblem } from "../../../core/problem.ts";
import type { PixelArray, PixelType, VoxelSpace } from "../../../core/volume/voxel-space.ts";
import { openNifti } from "../../ingest/nifti/nifti-file.ts";
import { openNrrd } from "../../ingest/nrrd/nrrd-file.ts";
import { openTiff } from "../../ingest/tiff/tiff-file.ts";
import { readStackPlanes } from "../../ingest/voxels/read-whole-volume.ts";
import type { VolumeFile } from "../../ingest/voxels/volume-source.ts";
import type { FileSource, OpenedFile, Say } from "../file-source.ts";

/** How far a voxel size may be off after a rational number or a 32-bit float: nine and seven digits are written. */
const SIZE_TOLERANCE = 1e-6;

export interface ExpectedStack extends VoxelSpace {
  /** What its rules' names begin with. */
  readonly rule: string;
  readonly pixelType: PixelType;
}

/** Opens a stack with the importer, which knows nothing of the writer. */
export function openStack(bytes: OpenedFile, path: string): Promise<VolumeFile> {
  if (path.endsWith(".nii")) return openNifti(bytes);
  return path.endsWith(".nrrd") ? openNrrd(bytes) : openTiff(bytes);
}

/** Looks at a stack's shape, type and voxel size, and gives its planes, ascending; says what is wrong. */
export async function checkStack(
  files: FileSource,
  path: string,
  expected: ExpectedStack,
  say: Say,
  onPlane: (pixels: PixelArray) => void = () => {},
): Promise<void> {
  const { rule, shapeZyx, voxelSizeZyx, pixelType } = expected;
  const bytes = await files.open(path);
  if (!bytes) return say(`${rule}-missing`, path, "there is no such file");
  try {
    const file = await openStack(bytes, path);
    const [image] = file.contents.images;
    if (image.shapeZyx.join() !== shapeZyx.join())
      return say(`${rule}-shape`, path, `has ${image.shapeZyx.join(" × ")} voxels, not ${shapeZyx.join(" × ")}`);
    if (image.pixelType !== pixelType) say(`${rule}-type`, path, `holds ${image.pixelType}, not ${pixelType}`);
    if (!image.voxelSizeZyx?.every((size, axis) => Math.abs(size / voxelSizeZyx[axis] - 1) < SIZE_TOLERANCE))
      say(
        `${rule}-voxel-size`,
        path,
        `says ${image.voxelSizeZyx?.join(", ") ?? "nothing"} µm, not ${voxelSizeZyx.join(", ")}`,
      );
    for await (const plane of readStackPlanes(await file.open({ image: image.path, channel: 0, time: 0 })))
      onPlane(plane);
  } catch (error) {
    if (!isProblem(error)) throw error;
    say(`${rule}-unreadable`, path, error.message);
  } finally {
    await bytes.close();
  }
}

/** Gathers the values of a stack; runs of equal voxels are looked at once. */
export function valueGatherer(): { readonly values: Set<number>; add(pixels: PixelArray): void } {
  const values = new Set<number>();
  let last = Number.NaN;
  return {
    values,
    add(pixels) {
      for (const value of pixels) {
        if (value === last) continue;
        last = value;
        values.add(value);
      }
    },
  };
}
