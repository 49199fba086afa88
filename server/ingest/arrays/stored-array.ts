import { Problem } from "../../../core/problem.ts";
import { createPixelArray, type PixelArray, type PixelType, type Zyx } from "../../../core/volume/voxel-space.ts";
import { permuteSource } from "../voxels/permuted-source.ts";
import { swapBytes } from "../voxels/pixel-bytes.ts";
import type { RandomAccessBytes } from "../voxels/random-access.ts";
import { pixelTypeOf, type StoredType, storedBytes, voxelsOf } from "../voxels/stored-numbers.ts";
import type { VolumeSource } from "../voxels/volume-source.ts";
import type { PackedBytes } from "./inflated-bytes.ts";

export type AxisName = "z" | "y" | "x" | "c" | "t";

/** `c` may come several times: channels of channels. */
export interface ArrayAxis {
  readonly name: AxisName;
  readonly size: number;
}

/** Numbers one after the other, as most formats without chunks have them. */
export interface StoredArray {
  readonly bytes: RandomAccessBytes | PackedBytes;
  /** Of the first number. */
  readonly offset: number;
  readonly type: StoredType;
  readonly littleEndian: boolean;
  /** Slowest first; z, y and x once each. */
  readonly axes: readonly ArrayAxis[];
  /** value = number · slope + intercept, as float32. */
  readonly scale?: { readonly slope: number; readonly intercept: number };
}

/** Gives the file of voxels that a header names; undefined where there is none. */
export type FindDataFile = (name: string) => Promise<RandomAccessBytes | undefined>;

const MAX_BLOCK_BYTES = 32 * 1024 * 1024;
/** A row of voxels with all that lies between them. */
const MAX_ROW_BYTES = 128 * 1024 * 1024;
const MAX_CHANNELS = 4096;
/** Of one axis and of all: far above any file, far below where counting gets inexact. */
const MAX_NUMBERS = 2 ** 48;

const product = (numbers: readonly number[]): number => numbers.reduce((a, b) => a * b, 1);
const sizesOf = (axes: readonly ArrayAxis[], name: AxisName): number[] =>
  axes.filter((axis) => axis.name === name).map(({ size }) => size);

export const shapeOfArray = ({ axes }: Pick<StoredArray, "axes">): Zyx => {
  const size = (name: AxisName) => product(sizesOf(axes, name));
  return [size("z"), size("y"), size("x")];
};
export const channelCount = ({ axes }: Pick<StoredArray, "axes">): number => product(sizesOf(axes, "c"));
export const timeCount = ({ axes }: Pick<StoredArray, "axes">): number => product(sizesOf(axes, "t"));
export const pixelTypeOfArray = ({ type, scale }: StoredArray): PixelType => (scale ? "float32" : pixelTypeOf(type));

const bytesOfArray = ({ axes, type }: StoredArray): number => product(axes.map(({ size }) => size)) * storedBytes[type];

/**
 * Refuses arrays that the file cannot hold, before anything is allocated.
 * @returns sentences about what lies behind the voxels
 */
export function checkArray(array: StoredArray, where: string): string[] {
  const { axes, bytes, offset, type } = array;
  const numbers = product(axes.map(({ size }) => size));
  const whole = axes.every(({ size }) => Number.isSafeInteger(size) && size > 0);
  if (!whole || numbers > MAX_NUMBERS || channelCount(array) > MAX_CHANNELS || rowBytesOf(array) > MAX_ROW_BYTES)
    throw new Problem({
      tag: "absurd-size",
      what: `The header claims an array of ${axes.map(({ size }) => size).join(" × ")}.`,
      where,
      hint: "The header is damaged; export the file again.",
    });
  const length = numbers * storedBytes[type];
  const left = bytes.size - offset - length;
  if (left < 0) {
    const planes = shapeOfArray(array)[0] * channelCount(array) * timeCount(array);
    const there = Math.max(0, Math.floor((bytes.size - offset) / (length / planes)));
    throw new Problem({
      tag: "file-truncated",
      what: `The file ends after ${there} of ${planes} slices.`,
      where: `${where}: voxels from byte ${offset} to ${offset + length} of ${bytes.size}`,
      hint: "The copy was probably cut off, or the header is damaged; compare its size with the original and upload it again.",
    });
  }
  return left > 0 && !("verify" in bytes) ? [`${left} bytes behind the voxels were left out.`] : [];
}

/** Numbers from one to the next along each axis, slowest first. */
const stridesOf = (axes: readonly ArrayAxis[]): number[] =>
  axes.map((_, i) => product(axes.slice(i + 1).map(({ size }) => size)));

const isOfSpace = (name: AxisName): boolean => name === "z" || name === "y" || name === "x";

function rowBytesOf({ axes, type }: StoredArray): number {
  const fastest = axes.findLastIndex(({ name }) => isOfSpace(name));
  return product(axes.slice(fastest).map(({ size }) => size)) * storedBytes[type];
}

/** One channel of one time. */
export function sourceOfArray(array: StoredArray, channel: number, time: number): VolumeSource {
  const { axes, bytes, type } = array;
  const strides = stridesOf(axes);
  const spatial = axes.flatMap(({ name }, i) => (isOfSpace(name) ? [i] : []));
  const [a, b, c] = spatial;
  const shape: Zyx = [axes[a].size, axes[b].size, axes[c].size];
  const width = storedBytes[type];
  const step = strides[c];
  const first = startOf(axes, strides, "c", channel) + startOf(axes, strides, "t", time);
  const [, rows, columns] = shape;
  const rowBytes = columns * step * width;
  const blockRows = Math.max(1, Math.min(rows, Math.floor(MAX_BLOCK_BYTES / rowBytes)));
  const planes =
    blockRows < rows ? 1 : Math.max(1, Math.min(shape[0], Math.floor(MAX_BLOCK_BYTES / (rowBytes * rows))));
  const names = spatial.map((i) => axes[i].name as "z" | "y" | "x");
  const stored: VolumeSource = {
    shapeZyx: shape,
    pixelType: pixelTypeOfArray(array),
    blockZy: [planes, blockRows],
    async read(aMin, aMax, bMin, bMax) {
      const count = (aMax - aMin) * (bMax - bMin);
      const out = new Uint8Array(count * columns * width);
      const placeOf = (row: number): number =>
        first + (aMin + Math.floor(row / (bMax - bMin))) * strides[a] + (bMin + (row % (bMax - bMin))) * strides[b];
      for (let row = 0; row < count; ) {
        // Rows that follow each other in the file are read together.
        let end = row + 1;
        while (end < count && placeOf(end) === placeOf(row) + (end - row) * columns * step) end++;
        const numbers = ((end - row) * columns - 1) * step + 1;
        const what = `${names[0]} ${aMin + Math.floor(row / (bMax - bMin))} of the voxels`;
        const raw = await bytes.read(array.offset + placeOf(row) * width, numbers * width, what);
        pick(raw, out.subarray(row * columns * width, end * columns * width), step, width);
        row = end;
      }
      if (aMax === shape[0] && bMax === rows && "verify" in bytes)
        await bytes.verify(array.offset + bytesOfArray(array));
      if (!array.littleEndian) swapBytes(out, width);
      const voxels = voxelsOf(type, out, (i) => {
        const row = Math.floor(i / columns);
        const at = [aMin + Math.floor(row / (bMax - bMin)), bMin + (row % (bMax - bMin)), i % columns];
        return names.map((name, axis) => `${name} ${at[axis]}`).join(", ");
      });
      return array.scale ? scaled(voxels, array.scale) : voxels;
    },
  };
  return permuteSource(stored, names);
}

/** Where the numbers of a channel or time begin; several axes of one name are counted together, the last one fastest. */
function startOf(axes: readonly ArrayAxis[], strides: readonly number[], name: AxisName, index: number): number {
  let left = index;
  let start = 0;
  for (let i = axes.length - 1; i >= 0; i--) {
    if (axes[i].name !== name) continue;
    start += (left % axes[i].size) * strides[i];
    left = Math.floor(left / axes[i].size);
  }
  return start;
}

/** Every `step`th number of `width` bytes. */
function pick(from: Uint8Array, to: Uint8Array, step: number, width: number): void {
  if (step === 1) to.set(from);
  else
    for (let i = 0, at = 0; i < to.length; i += width, at += step * width)
      for (let b = 0; b < width; b++) to[i + b] = from[at + b];
}

function scaled(numbers: PixelArray, { slope, intercept }: NonNullable<StoredArray["scale"]>): PixelArray {
  const out = createPixelArray("float32", numbers.length);
  for (let i = 0; i < numbers.length; i++) out[i] = numbers[i] * slope + intercept;
  return out;
}
