import { Problem } from "../../../core/problem.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { type ArrayImage, arrayFile } from "../arrays/array-file.ts";
import { axisChoices, UNSAID_AXES } from "../arrays/axis-choices.ts";
import { directionNotes } from "../arrays/directions.ts";
import { inflatedBytes } from "../arrays/inflated-bytes.ts";
import { numbersOfText } from "../arrays/numbers-of-text.ts";
import type { ArrayAxis, AxisName, FindDataFile, StoredArray } from "../arrays/stored-array.ts";
import { lengthInUm } from "../header/length-unit.ts";
import type { RandomAccessBytes } from "../voxels/random-access.ts";
import { storedBytes } from "../voxels/stored-numbers.ts";
import type { VolumeFile } from "../voxels/volume-source.ts";
import { NRRD_HEAD_BYTES, type NrrdHeader, readNrrdHeader } from "./nrrd-header.ts";

/** Opens a NRRD file, or a header (.nhdr) whose voxels are in a file that `find` gives. Axes by their directions, kinds and labels; without them they are asked for. */
export async function openNrrd(file: RandomAccessBytes, find: FindDataFile = ALONE): Promise<VolumeFile> {
  const header = readNrrdHeader(await file.read(0, Math.min(NRRD_HEAD_BYTES, file.size), "the NRRD header"));
  const data = header.dataFile === null ? file : await find(header.dataFile);
  if (!data) throw withoutVoxels(header.dataFile ?? "");
  const numbers = await numbersOf(data, header);
  const axes = axesOf(header);
  if (axes) {
    const notes = directionNotes(
      header.directions.filter((vector, i) => vector !== null && isSpatial(axes[axes.length - 1 - i])) as number[][],
    );
    return arrayFile("NRRD", [{ path: "volume", array: { ...numbers, axes }, ...voxelSizeOf(header, axes) }], notes);
  }
  const choices = axisChoices([...header.sizes].reverse());
  if (choices.length === 0)
    throw new Problem({
      tag: "not-a-volume",
      what: `The file holds an array of ${header.sizes.join(" × ")}, and does not say which of its axes are z, y and x.`,
      where: "the NRRD header",
      hint: "Save it with kinds (space, vector, time) for its axes, or as a volume with three axes.",
    });
  const images = choices.map(
    ({ path, axes }): ArrayImage => ({ path, array: { ...numbers, axes }, ...voxelSizeOf(header, axes) }),
  );
  return arrayFile("NRRD", images, [UNSAID_AXES]);
}

const ALONE: FindDataFile = async () => undefined;

const withoutVoxels = (dataFile: string): Problem =>
  new Problem({
    tag: "nrrd-detached",
    what: `This is only the header of a NRRD volume; its voxels are in ${dataFile.slice(0, 200)}.`,
    where: "data file",
    hint: "Pack header and voxels into one .zip and upload that, or save the volume in one file (.nrrd).",
  });

const isSpatial = ({ name }: ArrayAxis): boolean => name === "z" || name === "y" || name === "x";

async function numbersOf(file: RandomAccessBytes, header: NrrdHeader): Promise<Omit<StoredArray, "axes">> {
  const { type, littleEndian, encoding, sizes, byteSkip } = header;
  const dataAt = await skipLines(file, header.dataFile === null ? header.endsAt : 0, header.lineSkip);
  const length = sizes.reduce((a, b) => a * b, 1) * storedBytes[type];
  if (encoding === "ascii") return numbersOfText(file, dataAt, type, length / storedBytes[type]);
  if (encoding === "gzip")
    return { bytes: inflatedBytes(file, dataAt, "gzip"), offset: Math.max(0, byteSkip), type, littleEndian };
  // -1: the voxels are the last bytes of the file.
  const offset = byteSkip < 0 ? Math.max(dataAt, file.size - length) : dataAt + byteSkip;
  return { bytes: file, offset, type, littleEndian };
}

async function skipLines(file: RandomAccessBytes, from: number, lines: number): Promise<number> {
  if (lines === 0) return from;
  let left = lines;
  for (let at = from; at < file.size; at += NRRD_HEAD_BYTES) {
    const window = await file.read(at, Math.min(NRRD_HEAD_BYTES, file.size - at), "the lines before the voxels");
    for (let end = window.indexOf(10); end >= 0; end = window.indexOf(10, end + 1))
      if (--left === 0) return at + end + 1;
  }
  throw new Problem({
    tag: "nrrd-damaged",
    what: `The header says that ${lines} lines come before the voxels; they are not there.`,
    where: "the NRRD header",
    hint: "Export the volume again.",
  });
}

const CHANNEL_KINDS =
  /^(list|point|vector|covariant-vector|normal|stub|scalar|complex|2-vector|3-color|rgb-color|hsv-color|xyz-color|4-color|rgba-color|[34]-vector|3-gradient|3-normal|quaternion|.*-matrix)$/;

/** Slowest first; null where the header does not name them. */
function axesOf({ sizes, kinds, labels, directions }: NrrdHeader): ArrayAxis[] | null {
  const byLabel = labels.map((label) => /^[zyxct]$/i.exec(label)?.[0].toLowerCase() as AxisName | undefined);
  const labelled = ["x", "y", "z"].every((name) => byLabel.filter((one) => one === name).length === 1);
  if (labelled && byLabel.every(Boolean)) return toAxes(sizes, byLabel as AxisName[]);
  const hasDirections = directions.some((vector) => vector !== null);
  const names = kinds.map((kind, i): AxisName | "space" => {
    if (directions[i]) return "space";
    if (kind === "time") return "t";
    // What is none of space and has no name, too.
    return CHANNEL_KINDS.test(kind) || hasDirections ? "c" : "space";
  });
  const spatial = names.filter((name) => name === "space").length;
  if (spatial !== 3) {
    if (!hasDirections && kinds.some((kind) => kind === "")) return null;
    throw new Problem({
      tag: "not-a-volume",
      what: `The header says that ${spatial} of its ${sizes.length} axes are axes of space.`,
      where: "the NRRD header",
      hint: "Karyoloop needs volumes: save the stack with three axes of space.",
    });
  }
  let next = 0;
  return toAxes(
    sizes,
    names.map((name) => (name === "space" ? (["x", "y", "z"] as const)[next++] : name)),
  );
}

const toAxes = (sizes: readonly number[], names: readonly AxisName[]): ArrayAxis[] =>
  names.map((name, i) => ({ name, size: sizes[i] })).reverse();

function voxelSizeOf(
  header: NrrdHeader,
  axes: readonly ArrayAxis[],
): { voxelSizeZyx: Zyx | null; voxelSizeNote: string } {
  const byDirection = sizesAlong(header, axes, "direction");
  const bySpacing = sizesAlong(header, axes, "spacing");
  const said = byDirection ?? bySpacing;
  if (!said) return { voxelSizeZyx: null, voxelSizeNote: "The NRRD header does not say the voxel size." };
  const text = (sizes: typeof said) => `${sizes.map(({ size }) => size).join(" × ")} (z, y, x)`;
  if (byDirection && bySpacing && byDirection.some(({ size }, i) => Math.abs(size / bySpacing[i].size - 1) > 1e-3))
    return {
      voxelSizeZyx: null,
      voxelSizeNote: `The NRRD header says voxels of ${text(byDirection)} by its directions and of ${text(bySpacing)} by its spacings.`,
    };
  const um = said.map(({ size, unit }) => lengthInUm(size, unit));
  if (um.includes(null))
    return {
      voxelSizeZyx: null,
      voxelSizeNote: `The NRRD header says voxels of ${text(said)}, but not in which unit of length.`,
    };
  return {
    voxelSizeZyx: um.map((size) => Number(size!.toPrecision(12))) as unknown as Zyx,
    voxelSizeNote: "NRRD header",
  };
}

/** Of z, y and x; null where one is not said. */
function sizesAlong(
  { directions, spacings, units, spaceUnits }: NrrdHeader,
  axes: readonly ArrayAxis[],
  by: "direction" | "spacing",
): { size: number; unit: string }[] | null {
  const found = (["z", "y", "x"] as const).map((name) => {
    const axis = axes.length - 1 - axes.findIndex((one) => one.name === name);
    const vector = directions[axis];
    if (by === "spacing") return { size: Math.abs(spacings[axis] ?? Number.NaN), unit: units[axis] };
    if (!vector) return { size: Number.NaN, unit: "" };
    // The unit of the dimension of space that the axis runs along.
    const along = vector.findIndex((part) => Math.abs(part) === Math.max(...vector.map(Math.abs)));
    return { size: Number(Math.hypot(...vector).toPrecision(12)), unit: spaceUnits[along] ?? "" };
  });
  return found.every(({ size }) => Number.isFinite(size) && size > 0) ? found : null;
}
