import { bytesPerPixel, type PixelType, type Zyx } from "../../../core/volume/voxel-space.ts";
import type { StackLayout } from "../stacks/stack-stream.ts";

/** Where classic TIFF's 32-bit offsets end. */
const CLASSIC_MAX_BYTES = 0xffff_ffff;
const ALIGNMENT_BYTES = 16;

export interface TiffSpecification {
  readonly shapeZyx: Zyx;
  readonly pixelType: PixelType;
  /** ImageDescription of the first page. */
  readonly description: string;
  /** Pixels per unit, y then x. */
  readonly pixelsPerUnitYx: readonly [number, number];
  readonly resolutionUnit: "none" | "centimetre";
  /**
   * Above the classic limit: `bigtiff` writes 64-bit offsets; `one-directory` is ImageJ's own way, a classic file that
   * describes its first page only and has the others right behind it.
   */
  readonly whenTooLarge: "bigtiff" | "one-directory";
  /** For tests of the large layouts on small files. */
  readonly classicMaxBytes?: number;
}

/**
 * A TIFF as three parts: head, then the planes' raw little-endian bytes one after the other, then tail. All offsets are
 * known before the first voxel is, so a file of any size can be written to a stream.
 */
export type TiffLayout = StackLayout;

// Field types of the TIFF 6.0 and BigTIFF specifications.
const SHORT = 3;
const LONG = 4;
const ASCII = 2;
const RATIONAL = 5;
const LONG8 = 16;

type Tag = readonly [tag: number, type: number, count: number, value: number];

/** value ≈ numerator / denominator, both of 32 bits, with nine digits or more. */
function toRational(value: number): readonly [number, number] {
  const SCALE = 4_000_000_000;
  return value >= 1 ? [SCALE, Math.round(SCALE / value)] : [Math.round(SCALE * value), SCALE];
}

function rationalBytes(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  values.forEach((value, index) => {
    const [numerator, denominator] = toRational(value);
    view.setUint32(index * 8, numerator, true);
    view.setUint32(index * 8 + 4, denominator, true);
  });
  return new Uint8Array(view.buffer);
}

/** One image file directory. `next` is the offset of the one after it, 0 = last. */
function directoryBytes(tags: readonly Tag[], next: number, big: boolean): Uint8Array {
  const word = big ? 8 : 4;
  const countBytes = big ? 8 : 2;
  const entryBytes = 4 + 2 * word;
  const view = new DataView(new ArrayBuffer(countBytes + tags.length * entryBytes + word));
  const putWord = (at: number, value: number) =>
    big ? view.setBigUint64(at, BigInt(value), true) : view.setUint32(at, value, true);
  if (big) view.setBigUint64(0, BigInt(tags.length), true);
  else view.setUint16(0, tags.length, true);
  tags.forEach(([tag, type, count, value], index) => {
    const at = countBytes + index * entryBytes;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    putWord(at + 4, count);
    if (type === SHORT) view.setUint16(at + 4 + word, value, true);
    else if (type === LONG) view.setUint32(at + 4 + word, value, true);
    else putWord(at + 4 + word, value);
  });
  putWord(countBytes + tags.length * entryBytes, next);
  return new Uint8Array(view.buffer);
}

const roundUp = (value: number): number => Math.ceil(value / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;

function sampleFormat(type: PixelType): number {
  if (type === "float32") return 3;
  return type.startsWith("uint") ? 1 : 2;
}

export function layoutTiff(specification: TiffSpecification): TiffLayout {
  const classicMaxBytes = specification.classicMaxBytes ?? CLASSIC_MAX_BYTES;
  const classic = assembleTiff(specification, false, specification.shapeZyx[0]);
  if (classic.totalBytes <= classicMaxBytes) return classic;
  if (specification.whenTooLarge === "bigtiff") return assembleTiff(specification, true, specification.shapeZyx[0]);
  return assembleTiff(specification, false, 1);
}

/** head: header, first directory, description, resolutions. tail: the other directories. */
function assembleTiff(specification: TiffSpecification, big: boolean, directories: number): TiffLayout {
  const [depth, height, width] = specification.shapeZyx;
  const planeBytes = height * width * bytesPerPixel[specification.pixelType];
  const description = new TextEncoder().encode(`${specification.description}\0`);
  const resolutions = rationalBytes([specification.pixelsPerUnitYx[1], specification.pixelsPerUnitYx[0]]);
  const headerBytes = big ? 16 : 8;

  const tagsOf = (plane: number, dataAt: number, descriptionAt: number, resolutionsAt: number): Tag[] => [
    [254, LONG, 1, 0],
    [256, LONG, 1, width],
    [257, LONG, 1, height],
    [258, SHORT, 1, bytesPerPixel[specification.pixelType] * 8],
    [259, SHORT, 1, 1],
    [262, SHORT, 1, 1],
    ...(plane === 0 ? [[270, ASCII, description.length, descriptionAt] as Tag] : []),
    [273, big ? LONG8 : LONG, 1, dataAt + plane * planeBytes],
    [277, SHORT, 1, 1],
    [278, LONG, 1, height],
    [279, big ? LONG8 : LONG, 1, planeBytes],
    [282, RATIONAL, 1, resolutionsAt],
    [283, RATIONAL, 1, resolutionsAt + 8],
    [296, SHORT, 1, specification.resolutionUnit === "centimetre" ? 3 : 1],
    [339, SHORT, 1, sampleFormat(specification.pixelType)],
  ];

  const firstBytes = directoryBytes(tagsOf(0, 0, 0, 0), 0, big).length;
  const laterBytes = directoryBytes(tagsOf(1, 0, 0, 0), 0, big).length;
  const descriptionAt = roundUp(headerBytes + firstBytes);
  const resolutionsAt = roundUp(descriptionAt + description.length);
  const dataAt = resolutionsAt + resolutions.length;
  const dataEnd = dataAt + depth * planeBytes;
  const tailAt = roundUp(dataEnd);
  const nextOf = (plane: number): number => (plane + 1 < directories ? tailAt + plane * laterBytes : 0);

  // A rational fits into an entry of BigTIFF, where its value stands in place of an offset.
  const directory = (plane: number): Uint8Array => {
    const tags = tagsOf(plane, dataAt, descriptionAt, resolutionsAt);
    const bytes = directoryBytes(tags, nextOf(plane), big);
    if (big)
      [282, 283].forEach((wanted, index) => {
        const entry = tags.findIndex(([tag]) => tag === wanted);
        bytes.set(resolutions.subarray(index * 8, index * 8 + 8), 8 + entry * 20 + 12);
      });
    return bytes;
  };

  const head = new Uint8Array(dataAt);
  const headView = new DataView(head.buffer);
  headView.setUint16(0, 0x4949, true);
  headView.setUint16(2, big ? 43 : 42, true);
  if (big) {
    headView.setUint16(4, 8, true);
    headView.setBigUint64(8, BigInt(headerBytes), true);
  } else headView.setUint32(4, headerBytes, true);
  head.set(directory(0), headerBytes);
  head.set(description, descriptionAt);
  head.set(resolutions, resolutionsAt);

  const tail = new Uint8Array(directories > 1 ? tailAt - dataEnd + (directories - 1) * laterBytes : 0);
  for (let plane = 1; plane < directories; plane++)
    tail.set(directory(plane), tailAt - dataEnd + (plane - 1) * laterBytes);
  return { head, planeBytes, tail, totalBytes: dataEnd + tail.length };
}
