import type { PixelType, Zyx } from "../volume/voxel-space.ts";

/** One image that a file holds. */
export interface FileImage {
  /** Names it inside the file: dataset path, Zarr path, `series 1`… */
  readonly path: string;
  readonly shapeZyx: Zyx;
  readonly pixelType: PixelType;
  /** µm, or null where the file does not say it completely: then a person is asked. */
  readonly voxelSizeZyx: Zyx | null;
  /** Where the voxel size was read, e.g. `OME-XML`; or what is known although it is not complete. */
  readonly voxelSizeNote: string;
  /** Names of the channels; one entry at least. */
  readonly channels: readonly string[];
  /** `RRGGBB` of each channel, null where the file states none; absent where it states none at all. */
  readonly channelColors?: readonly (string | null)[];
  readonly times: number;
  /** The file itself says that these are labels, by its name or metadata. */
  readonly looksLikeLabels: boolean;
}

/** What the inspection of an upload found. */
export interface FileContents {
  readonly format:
    | "TIFF"
    | "HDF5"
    | "OME-Zarr"
    | "N5"
    | "NIfTI"
    | "NRRD"
    | "MetaImage"
    | "NumPy"
    | "PNG series"
    | "TIFF series";
  readonly images: readonly FileImage[];
  /** Sentences for the person: what was left out and why. */
  readonly notes: readonly string[];
}

/** Larger volumes do not fit the brick keys (10 bits per axis). */
export const MAX_AXIS_VOXELS = 65_536;
/** 64 Gi voxels: an upper bound against absurd headers, far above what a disk here would hold. */
export const MAX_VOLUME_VOXELS = 2 ** 36;

/** Why a volume of this shape cannot be taken in, or null. */
export function shapeObjection(shapeZyx: Zyx): { what: string; hint: string } | null {
  const [z, y, x] = shapeZyx;
  const text = `${z} × ${y} × ${x} (z, y, x)`;
  if (!shapeZyx.every((size) => Number.isSafeInteger(size) && size > 0))
    return {
      what: `The file claims an impossible size: ${text}.`,
      hint: "The header is damaged; export the file again.",
    };
  if (z < 2 || y < 2 || x < 2)
    return {
      what: `This is a 2D image: ${text}. Karyoloop needs volumes.`,
      hint: "Save the stack as one file with all its z slices, e.g. with Fiji: Image > Stacks > Images to Stack, or pack its slices into one .zip.",
    };
  if (Math.max(z, y, x) > MAX_AXIS_VOXELS || z * y * x > MAX_VOLUME_VOXELS)
    return {
      what: `The file claims ${text} voxels, which is more than Karyoloop takes.`,
      hint: `Up to ${MAX_AXIS_VOXELS} voxels per axis. If the number is not what you expect, the header is damaged; else crop the volume.`,
    };
  return null;
}

/** Label images that lie below an image as OME-Zarr has it (`labels/<name>`), else all that look like labels. */
export function labelsBeside(images: readonly FileImage[], image: Pick<FileImage, "path">): FileImage[] {
  const labels = images.filter(({ looksLikeLabels }) => looksLikeLabels);
  const group = image.path.slice(0, Math.max(0, image.path.lastIndexOf("/") + 1));
  const own = labels.filter(({ path }) => path.startsWith(`${group}labels/`));
  return own.length > 0 ? own : labels;
}
