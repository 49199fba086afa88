import { Problem } from "../../../core/problem.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { arrayFile } from "../arrays/array-file.ts";
import { directionNotes } from "../arrays/directions.ts";
import { inflatedBytes } from "../arrays/inflated-bytes.ts";
import { numbersOfText } from "../arrays/numbers-of-text.ts";
import type { ArrayAxis, FindDataFile, StoredArray } from "../arrays/stored-array.ts";
import { lengthInUm } from "../header/length-unit.ts";
import type { RandomAccessBytes } from "../voxels/random-access.ts";
import { storedBytes } from "../voxels/stored-numbers.ts";
import type { VolumeFile } from "../voxels/volume-source.ts";
import { METAIMAGE_HEAD_BYTES, type MetaImageHeader, readMetaImageHeader } from "./metaimage-header.ts";

const ALONE: FindDataFile = async () => undefined;

/** Opens a MetaImage: voxels behind the header (.mha), or in a file that `find` gives (.mhd in a zip). */
export async function openMetaImage(file: RandomAccessBytes, find: FindDataFile = ALONE): Promise<VolumeFile> {
  const head = await file.read(0, Math.min(METAIMAGE_HEAD_BYTES, file.size), "the MetaImage header");
  const header = readMetaImageHeader(head);
  const { sizes, channels, directions } = header;
  const [x, y = 1, z = 1, t = 1, ...more] = sizes;
  const axes: ArrayAxis[] = [
    ...more.reverse().map((size) => ({ name: "c" as const, size })),
    { name: "t", size: t },
    { name: "z", size: z },
    { name: "y", size: y },
    { name: "x", size: x },
    ...(channels > 1 ? [{ name: "c" as const, size: channels }] : []),
  ];
  const array = { ...(await numbersOf(file, header, find)), axes };
  const notes = [
    ...directionNotes(directions),
    ...(t > 1 ? [`The header does not say what its fourth axis is; its ${t} places are taken as times.`] : []),
  ];
  return arrayFile("MetaImage", [{ path: "volume", array, ...voxelSizeOf(header) }], notes);
}

async function numbersOf(
  file: RandomAccessBytes,
  header: MetaImageHeader,
  find: FindDataFile,
): Promise<Omit<StoredArray, "axes">> {
  const { type, littleEndian, isText, isCompressed, headerSize, dataFile, endsAt, sizes, channels } = header;
  const isLocal = dataFile.toUpperCase() === "LOCAL";
  const bytes = isLocal ? file : await find(dataFile);
  if (!bytes) throw withoutVoxels(dataFile);
  const begin = (isLocal ? endsAt : 0) + Math.max(0, headerSize);
  const count = channels * sizes.reduce((a, b) => a * b, 1);
  if (isText) return numbersOfText(bytes, begin, type, count);
  if (isCompressed) return { bytes: inflatedBytes(bytes, begin, "zlib"), offset: 0, type, littleEndian };
  const offset = headerSize < 0 ? Math.max(begin, bytes.size - count * storedBytes[type]) : begin;
  return { bytes, offset, type, littleEndian };
}

const withoutVoxels = (dataFile: string): Problem =>
  new Problem(
    /^LIST|%/.test(dataFile)
      ? {
          tag: "metaimage-list",
          what: "The header names a file for each slice.",
          where: "ElementDataFile",
          hint: "Save the volume as MetaImage in one file (.mha).",
        }
      : {
          tag: "metaimage-detached",
          what: `This is only the header of a MetaImage; its voxels are in ${dataFile.slice(0, 200) || "another file"}.`,
          where: "ElementDataFile",
          hint: "Pack header and voxels into one .zip and upload that, or save the volume in one file (.mha).",
        },
  );

function voxelSizeOf({ spacing, unit }: MetaImageHeader): { voxelSizeZyx: Zyx | null; voxelSizeNote: string } {
  if (!spacing || spacing.length < 3)
    return { voxelSizeZyx: null, voxelSizeNote: "The MetaImage header does not say the voxel size." };
  const zyx = [spacing[2], spacing[1], spacing[0]];
  const um = zyx.map((size) => lengthInUm(size, unit));
  if (um.includes(null))
    return {
      voxelSizeZyx: null,
      voxelSizeNote: `The MetaImage header says voxels of ${zyx.join(" × ")} (z, y, x), but not in which unit.`,
    };
  return { voxelSizeZyx: um as unknown as Zyx, voxelSizeNote: "MetaImage header" };
}
