import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { arrayFile } from "../arrays/array-file.ts";
import { directionNotes } from "../arrays/directions.ts";
import type { ArrayAxis } from "../arrays/stored-array.ts";
import type { RandomAccessBytes } from "../voxels/random-access.ts";
import type { VolumeFile } from "../voxels/volume-source.ts";
import { NIFTI_HEAD_BYTES, type NiftiHeader, readNiftiHeader } from "./nifti-header.ts";

/** Opens a NIfTI file, as it is or unpacked. Axes are taken as they are stored: x, y, z, t, then channels. */
export async function openNifti(bytes: RandomAccessBytes): Promise<VolumeFile> {
  const header = readNiftiHeader(await headOf(bytes));
  const { voxelSizeZyx, voxelSizeNote } = voxelSizeOf(header);
  const { slope, intercept } = header;
  // Zero and what is no number mean: not scaled.
  const isScaled =
    Number.isFinite(slope) && slope !== 0 && Number.isFinite(intercept) && !(slope === 1 && intercept === 0);
  const image = {
    path: "volume",
    array: {
      bytes,
      offset: header.voxelsAt,
      type: header.type,
      littleEndian: header.littleEndian,
      axes: axesOf(header),
      ...(isScaled && header.samples === 1 && { scale: { slope, intercept } }),
    },
    voxelSizeZyx,
    voxelSizeNote,
    ...(header.samples > 1 && header.sizes.length <= 4 && { channels: COLOURS.slice(0, header.samples) }),
    isLabels: header.isLabels,
  };
  const notes = [
    ...directionNotes(header.affine ?? header.rotation ?? []),
    ...(isScaled
      ? [`The header scales the values (× ${slope} + ${intercept}); the scaled ones are kept as 32-bit floats.`]
      : []),
  ];
  return arrayFile("NIfTI", [image], notes);
}

const COLOURS = ["red", "green", "blue", "alpha"];

/** A packed file may be shorter than the largest header. */
const headOf = async (bytes: RandomAccessBytes): Promise<Uint8Array> => {
  const first = await bytes.read(0, 348, "the NIfTI header");
  const isSecond = first[0] === 0x1c || first[3] === 0x1c; // 540 in either order
  return isSecond && first[4] === 0x6e ? bytes.read(0, NIFTI_HEAD_BYTES - 4, "the NIfTI header") : first;
};

/** Slowest first. */
function axesOf({ sizes, samples }: NiftiHeader): ArrayAxis[] {
  const [x, y = 1, z = 1, t = 1, ...more] = sizes;
  return [
    ...more.reverse().map((size) => ({ name: "c" as const, size })),
    { name: "t", size: t },
    { name: "z", size: z },
    { name: "y", size: y },
    { name: "x", size: x },
    ...(samples > 1 ? [{ name: "c" as const, size: samples }] : []),
  ];
}

/** As programs write it: floats of 32 bits, and affines that went through a matrix or two. */
const SAME = 1e-3;

function voxelSizeOf({ zooms, unitUm, affine }: NiftiHeader): { voxelSizeZyx: Zyx | null; voxelSizeNote: string } {
  const toZyx = (xyz: readonly number[]): Zyx => [xyz[2], xyz[1], xyz[0]].map(rounded) as unknown as Zyx;
  const told = (xyz: readonly number[]) => `${toZyx(xyz).join(" × ")} (z, y, x)`;
  const columns = affine?.map((column) => Math.hypot(...column));
  if (columns?.some((length, i) => Math.abs(length - zooms[i]) > SAME * Math.max(length, zooms[i])))
    return {
      voxelSizeZyx: null,
      voxelSizeNote: `The NIfTI header says voxels of ${told(zooms)} in one place (pixdim) and of ${told(columns)} in another (sform).`,
    };
  if (!zooms.every((size) => Number.isFinite(size) && size > 0))
    return { voxelSizeZyx: null, voxelSizeNote: "The NIfTI header does not say the voxel size." };
  if (unitUm === null)
    return {
      voxelSizeZyx: null,
      voxelSizeNote: `The NIfTI header says voxels of ${told(zooms)}, but not in which unit.`,
    };
  return { voxelSizeZyx: toZyx(zooms.map((size) => size * unitUm)), voxelSizeNote: "NIfTI header" };
}

/** Seven digits, which is what a float of 32 bits holds. */
const rounded = (value: number): number => Number(value.toPrecision(7));
