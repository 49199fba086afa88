import { Problem } from "../../../core/problem.ts";
import { decimalNumber, wholeNumber } from "../header/strict-numbers.ts";
import type { StoredType } from "../voxels/stored-numbers.ts";

/** The fields of a NRRD header (https://teem.sourceforge.net/nrrd/format.html) that voxels need. Axes: the fastest first. */
export interface NrrdHeader {
  readonly sizes: readonly number[];
  readonly type: StoredType;
  readonly encoding: "raw" | "gzip" | "ascii";
  readonly littleEndian: boolean;
  readonly byteSkip: number;
  readonly lineSkip: number;
  /** By axis; `???` and `none` are empty. */
  readonly kinds: readonly string[];
  readonly labels: readonly string[];
  readonly units: readonly string[];
  readonly spacings: readonly (number | null)[];
  /** By axis; null where the axis is none of space. */
  readonly directions: readonly (readonly number[] | null)[];
  readonly spaceUnits: readonly string[];
  /** Name of another file that has the voxels; null where they are behind the header. */
  readonly dataFile: string | null;
  /** Byte behind the empty line that ends the header. */
  readonly endsAt: number;
}

export const NRRD_HEAD_BYTES = 64 * 1024;
const MAX_DIMENSIONS = 16;
const where = "the NRRD header";

const refuse = (tag: string, what: string, hint = "Export the volume again as NRRD in one file (.nrrd)."): Problem =>
  new Problem({ tag, what, where, hint });

/** All spellings of the format's own list. */
const TYPES: Readonly<Record<string, StoredType>> = {
  "signed char": "int8",
  int8: "int8",
  int8_t: "int8",
  uchar: "uint8",
  "unsigned char": "uint8",
  uint8: "uint8",
  uint8_t: "uint8",
  short: "int16",
  "short int": "int16",
  "signed short": "int16",
  "signed short int": "int16",
  int16: "int16",
  int16_t: "int16",
  ushort: "uint16",
  "unsigned short": "uint16",
  "unsigned short int": "uint16",
  uint16: "uint16",
  uint16_t: "uint16",
  int: "int32",
  "signed int": "int32",
  int32: "int32",
  int32_t: "int32",
  uint: "uint32",
  "unsigned int": "uint32",
  uint32: "uint32",
  uint32_t: "uint32",
  longlong: "int64",
  "long long": "int64",
  "long long int": "int64",
  "signed long long": "int64",
  "signed long long int": "int64",
  int64: "int64",
  int64_t: "int64",
  ulonglong: "uint64",
  "unsigned long long": "uint64",
  "unsigned long long int": "uint64",
  uint64: "uint64",
  uint64_t: "uint64",
  float: "float32",
  double: "float64",
};

const ENCODINGS: Readonly<Record<string, NrrdHeader["encoding"]>> = {
  raw: "raw",
  gzip: "gzip",
  gz: "gzip",
  ascii: "ascii",
  text: "ascii",
  txt: "ascii",
};

export function readNrrdHeader(head: Uint8Array): NrrdHeader {
  const text = new TextDecoder("latin1").decode(head);
  const end = /\r?\n\r?\n/.exec(text);
  const fields = fieldsOf(end ? text.slice(0, end.index) : text);
  const dataFile = fields.get("data file") ?? fields.get("datafile") ?? null;
  if (!end && dataFile === null)
    throw refuse("nrrd-damaged", `The NRRD header does not end within ${head.length} bytes.`);
  const dimensions = wholeNumber(fields.get("dimension") ?? "") ?? 0;
  if (dimensions < 1 || dimensions > MAX_DIMENSIONS)
    throw refuse("nrrd-damaged", `The header claims ${fields.get("dimension") ?? "no"} dimensions.`);
  const sizes = wordsOf(fields.get("sizes")).map((word) => wholeNumber(word) ?? 0);
  if (sizes.length !== dimensions || sizes.some((size) => size < 1))
    throw refuse(
      "nrrd-damaged",
      `The header has ${dimensions} dimensions and the sizes ${fields.get("sizes") ?? "?"}.`,
    );
  const type = TYPES[(fields.get("type") ?? "").toLowerCase()];
  if (!type) throw refuse("nrrd-pixel-type", `Voxels of type ${fields.get("type") ?? "?"} are not read.`);
  const encoding = ENCODINGS[(fields.get("encoding") ?? "").toLowerCase()];
  if (!encoding)
    throw refuse(
      "nrrd-encoding",
      `The encoding ${fields.get("encoding") ?? "?"} is not read.`,
      "Save the volume with the encoding raw or gzip.",
    );
  const endian = (fields.get("endian") ?? "").toLowerCase();
  if (endian !== "little" && endian !== "big" && encoding !== "ascii" && !/int8|uint8/.test(type))
    throw refuse("nrrd-damaged", "The header does not say the order of bytes (endian).");
  const perAxis = (name: string): string[] => {
    const words = quotedWords(fields.get(name) ?? "").map((word) => (/^(\?\?\?|none)$/i.test(word) ? "" : word));
    return words.length === dimensions ? words : Array(dimensions).fill("");
  };
  return {
    sizes,
    type,
    encoding,
    littleEndian: endian !== "big",
    byteSkip: skipOf(fields, "byte skip", "byteskip", -1),
    lineSkip: skipOf(fields, "line skip", "lineskip", 0),
    kinds: perAxis("kinds").map((kind) => kind.toLowerCase()),
    labels: perAxis("labels"),
    units: perAxis("units"),
    spacings: wordsOf(fields.get("spacings")).map((word) => decimalNumber(word)),
    directions: directionsOf(fields.get("space directions") ?? "", dimensions),
    spaceUnits: quotedWords(fields.get("space units") ?? ""),
    dataFile,
    endsAt: end ? end.index + end[0].length : head.length,
  };
}

/** `field: value` and `key:=value`; a `\n` within values stays as it is. */
function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/).slice(1)) {
    const colon = line.indexOf(": ");
    if (line.startsWith("#") || colon < 0 || line.slice(0, colon).includes(":=")) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    if (fields.has(name)) throw refuse("nrrd-damaged", `The field ${name.slice(0, 40)} is there twice.`);
    fields.set(name, line.slice(colon + 2).trim());
  }
  return fields;
}

const wordsOf = (text = ""): string[] => text.split(/\s+/).filter(Boolean);
const quotedWords = (text: string): string[] =>
  [...text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);

function skipOf(fields: ReadonlyMap<string, string>, name: string, other: string, least: number): number {
  const text = fields.get(name) ?? fields.get(other) ?? "0";
  const value = text === "-1" ? -1 : wholeNumber(text);
  if (value === null || value < least) throw refuse("nrrd-damaged", `The field ${name} is ${text.slice(0, 40)}.`);
  return value;
}

/** `(0.25,0,0) none (0,0,2)` */
function directionsOf(text: string, dimensions: number): (readonly number[] | null)[] {
  const parts = [...text.matchAll(/none|\(([^()]*)\)/gi)];
  if (parts.length !== dimensions) return Array(dimensions).fill(null);
  return parts.map(([, inside]) => {
    const numbers = inside?.split(",").map((part) => decimalNumber(part.trim()));
    return numbers && !numbers.includes(null) ? (numbers as number[]) : null;
  });
}
