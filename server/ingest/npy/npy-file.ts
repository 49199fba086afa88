import { Problem } from "../../../core/problem.ts";
import { type ArrayImage, arrayFile } from "../arrays/array-file.ts";
import { axisChoices, UNSAID_AXES } from "../arrays/axis-choices.ts";
import type { RandomAccessBytes } from "../voxels/random-access.ts";
import type { StoredType } from "../voxels/stored-numbers.ts";
import type { VolumeFile } from "../voxels/volume-source.ts";

/** Of versions 1 to 3: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
const MAX_HEADER_BYTES = 64 * 1024;
const UNSAID_SIZE = "A NumPy file does not say its voxel size.";

const TYPES: Readonly<Record<string, StoredType>> = {
  b1: "bool",
  i1: "int8",
  u1: "uint8",
  i2: "int16",
  u2: "uint16",
  i4: "int32",
  u4: "uint32",
  i8: "int64",
  u8: "uint64",
  f2: "float16",
  f4: "float32",
  f8: "float64",
};

export const isNpy = (head: Uint8Array): boolean => String.fromCharCode(...head.subarray(0, 6)) === "\x93NUMPY";

const refuse = (tag: string, what: string, where: string): Problem =>
  new Problem({ tag, what, where, hint: "Save the volume again: numpy.save(name, array) with an array of numbers." });

/** An array as NumPy saves it. It names neither axes nor voxel size: both are asked for. */
export const openNpy = async (file: RandomAccessBytes): Promise<VolumeFile> =>
  arrayFile("NumPy", await imagesOfNpy(file, ""), [UNSAID_AXES]);

/** Every reading of the axes of one array; `name` stands before it where there are several arrays. */
export async function imagesOfNpy(file: RandomAccessBytes, name: string): Promise<ArrayImage[]> {
  const where = name || "the NumPy header";
  const head = await file.read(0, Math.min(12, file.size), where);
  if (!isNpy(head) || head.length < 12) throw refuse("npy-damaged", "This is no array of NumPy.", where);
  const view = new DataView(head.buffer);
  const long = head[6] > 1;
  const headerBytes = long ? view.getUint32(8, true) : view.getUint16(8, true);
  if (headerBytes > MAX_HEADER_BYTES || head[6] < 1 || head[6] > 3)
    throw refuse("npy-damaged", `The header claims version ${head[6]} and ${headerBytes} bytes.`, where);
  const offset = (long ? 12 : 10) + headerBytes;
  const header = new TextDecoder("latin1").decode(await file.read(long ? 12 : 10, headerBytes, where));
  const { type, littleEndian } = typeOf(header, where);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(header)?.[1].match(/\d+/g)?.map(Number);
  if (!order || !shape) throw refuse("npy-damaged", "The header does not say its shape.", where);
  // In Fortran's order the last axis is the slowest one in the file.
  const isFortran = order === "True";
  const choices = axisChoices(shape);
  if (choices.length === 0)
    throw new Problem({
      tag: "not-a-volume",
      what: `The array has ${shape.length} axes: ${shape.join(" × ")}. Karyoloop needs volumes.`,
      where,
      hint: "Save an array of three axes (z, y, x), or of four or five with channels and times.",
    });
  return choices.map(({ path, axes }) => ({
    path: name ? `${name}: ${path}` : path,
    array: { bytes: file, offset, type, littleEndian, axes: isFortran ? [...axes].reverse() : axes },
    voxelSizeZyx: null,
    voxelSizeNote: UNSAID_SIZE,
    isLabels: /label|mask|seg/i.test(name),
  }));
}

function typeOf(header: string, where: string): { type: StoredType; littleEndian: boolean } {
  const described = /'descr'\s*:\s*('([<>|=]?)([a-zA-Z]\d+)'|'|\[)/.exec(header);
  const [, , order, kind] = described ?? [];
  const type = TYPES[kind ?? ""];
  if (type) return { type, littleEndian: order !== ">" };
  const what = /'O'|\|O/.test(header)
    ? "The array holds Python objects, which are never run here."
    : `Arrays of ${kind ?? "several fields"} are not read.`;
  throw refuse("npy-pixel-type", what, where);
}
