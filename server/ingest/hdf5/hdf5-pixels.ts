import type { Dataset, Metadata } from "h5wasm";
import { Problem } from "../../../core/problem.ts";
import { createPixelArray, type PixelArray, type PixelType } from "../../../core/volume/voxel-space.ts";

/** How a dataset's numbers become pixels: 64-bit integers are narrowed and checked, doubles become single precision. */
export interface StoredType {
  readonly pixelType: PixelType;
  readonly narrowed: boolean;
}

const INTEGER = 0;
const FLOAT = 1;

export function storedTypeOf({ type, size, signed }: Metadata): StoredType | null {
  if (type === FLOAT) return size === 4 || size === 8 ? { pixelType: "float32", narrowed: false } : null;
  if (type !== INTEGER) return null;
  switch (size) {
    case 1:
      return { pixelType: signed ? "int8" : "uint8", narrowed: false };
    case 2:
      return { pixelType: signed ? "int16" : "uint16", narrowed: false };
    case 4:
      return { pixelType: signed ? "int32" : "uint32", narrowed: false };
    case 8:
      return { pixelType: signed ? "int32" : "uint32", narrowed: true };
    default:
      return null;
  }
}

export function readDataset(dataset: Dataset, ranges: [number, number][], type: StoredType, where: string): PixelArray {
  let value: unknown;
  try {
    value = dataset.slice(ranges);
  } catch (cause) {
    throw new Problem(
      {
        tag: "hdf5-damaged",
        what: "A part of the dataset cannot be read: it is damaged, cut off, or packed with a filter that is not known here.",
        where,
        hint: "Save it with gzip or without compression, or compare the file with the original and upload it again.",
      },
      { cause },
    );
  }
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) return narrow(value, type, where);
  if (value instanceof Float64Array) return Float32Array.from(value);
  return value as PixelArray;
}

function narrow(values: BigInt64Array | BigUint64Array, type: StoredType, where: string): PixelArray {
  const pixels = createPixelArray(type.pixelType, values.length);
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    pixels[i] = value;
    if (pixels[i] === value) continue;
    throw new Problem({
      tag: "number-too-large",
      what: `The value ${values[i]} does not fit into 32 bits.`,
      where,
      hint: "Relabel the image with smaller numbers, or store it with 32 bits.",
    });
  }
  return pixels;
}
