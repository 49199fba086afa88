import { Problem } from "../../../core/problem.ts";
import { decimalNumber, wholeNumber } from "../header/strict-numbers.ts";
import type { StoredType } from "../voxels/stored-numbers.ts";

/** The header of a MetaImage (https://itk.org/Wiki/ITK/MetaIO/Documentation), as far as voxels need it. Axes: x first. */
export interface MetaImageHeader {
  readonly sizes: readonly number[];
  readonly channels: number;
  readonly type: StoredType;
  readonly isText: boolean;
  readonly littleEndian: boolean;
  readonly isCompressed: boolean;
  /** Bytes before the voxels; -1: the voxels are the last of the file. */
  readonly headerSize: number;
  readonly spacing: readonly number[] | null;
  /** `um`, `mm` …, where the file says it, which is seldom. */
  readonly unit: string;
  readonly directions: readonly (readonly number[])[];
  /** `LOCAL`: behind the header; else the name of another file. */
  readonly dataFile: string;
  readonly endsAt: number;
}

export const METAIMAGE_HEAD_BYTES = 64 * 1024;
const where = "the MetaImage header";

const refuse = (tag: string, what: string, hint = "Save the volume again as MetaImage in one file (.mha)."): Problem =>
  new Problem({ tag, what, where, hint });

const TYPES: Readonly<Record<string, StoredType>> = {
  MET_CHAR: "int8",
  MET_UCHAR: "uint8",
  MET_SHORT: "int16",
  MET_USHORT: "uint16",
  MET_INT: "int32",
  MET_UINT: "uint32",
  MET_LONG_LONG: "int64",
  MET_ULONG_LONG: "uint64",
  MET_FLOAT: "float32",
  MET_DOUBLE: "float64",
};

/** It has no magic number: text of the format's own fields. */
export const isMetaImage = (head: Uint8Array): boolean => {
  const text = new TextDecoder("latin1").decode(head);
  return (
    /^\s*(ObjectType|ObjectSubType|NDims|Comment|Name|BinaryData|CompressedData)\s*=/.test(text) &&
    /^\s*DimSize\s*=/m.test(text)
  );
};

export function readMetaImageHeader(head: Uint8Array): MetaImageHeader {
  const text = new TextDecoder("latin1").decode(head);
  const end = /^[ \t]*ElementDataFile[ \t]*=[ \t]*([^\r\n]*)\r?\n?/m.exec(text);
  if (!end) throw refuse("metaimage-damaged", "The header does not say where its voxels are (ElementDataFile).");
  const fields = fieldsOf(text.slice(0, end.index));
  const dimensions = wholeNumber(fields.get("ndims") ?? "") ?? 0;
  const sizes = numbersOf(fields.get("dimsize"));
  if (dimensions < 1 || dimensions > 10 || sizes.length !== dimensions || !sizes.every(isSize))
    throw refuse("metaimage-damaged", `The header has ${dimensions} dimensions and the sizes ${sizes.join(" × ")}.`);
  const type = TYPES[fields.get("elementtype") ?? ""];
  if (!type) throw refuse("metaimage-pixel-type", `Voxels of type ${fields.get("elementtype") ?? "?"} are not read.`);
  const channels = wholeNumber(fields.get("elementnumberofchannels") ?? "1") ?? 0;
  if (!isSize(channels)) throw refuse("metaimage-damaged", "The header claims an impossible number of channels.");
  const headerSize =
    fields.get("headersize") === "-1" ? -1 : (wholeNumber(fields.get("headersize") ?? "0") ?? Number.NaN);
  if (Number.isNaN(headerSize)) throw refuse("metaimage-damaged", "The field HeaderSize is no number.");
  const spacing = numbersOf(fields.get("elementspacing") ?? fields.get("elementsize"));
  const matrix = numbersOf(fields.get("transformmatrix") ?? fields.get("rotation") ?? fields.get("orientation"));
  const isTrue = (...names: string[]) => names.some((name) => /^(true|1|yes)$/i.test(fields.get(name) ?? ""));
  return {
    sizes,
    channels,
    type,
    isText: /^(false|0|no)$/i.test(fields.get("binarydata") ?? "true"),
    littleEndian: !isTrue("binarydatabyteordermsb", "elementbyteordermsb"),
    isCompressed: isTrue("compresseddata"),
    headerSize,
    spacing: spacing.length === dimensions && spacing.every((size) => size > 0) ? spacing : null,
    unit: fields.get("distanceunits") ?? "",
    directions:
      matrix.length === dimensions ** 2 && dimensions >= 3
        ? [0, 1, 2].map((axis) => matrix.slice(axis * dimensions, axis * dimensions + 3))
        : [],
    dataFile: end[1].trim(),
    endsAt: end.index + end[0].length,
  };
}

const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;

function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const equals = line.indexOf("=");
    if (equals < 0) continue;
    const name = line.slice(0, equals).trim().toLowerCase();
    if (fields.has(name)) throw refuse("metaimage-damaged", `The field ${name.slice(0, 40)} is there twice.`);
    fields.set(name, line.slice(equals + 1).trim());
  }
  return fields;
}

/** NaN for what is no number. */
const numbersOf = (text = ""): number[] =>
  text
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => decimalNumber(word) ?? Number.NaN);
