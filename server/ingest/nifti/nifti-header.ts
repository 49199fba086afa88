import { Problem } from "../../../core/problem.ts";
import type { StoredType } from "../voxels/stored-numbers.ts";

/** NIfTI-1 (348 bytes, https://nifti.nimh.nih.gov/nifti-1) and NIfTI-2 (540 bytes), as far as voxels need it. */
export interface NiftiHeader {
  readonly version: 1 | 2;
  readonly littleEndian: boolean;
  /** x, y, z, t, then whatever else: fastest first. */
  readonly sizes: readonly number[];
  readonly type: StoredType;
  /** Bytes of several numbers a voxel: 3 RGB, 4 RGBA, else 1. */
  readonly samples: 1 | 3 | 4;
  readonly voxelsAt: number;
  readonly slope: number;
  readonly intercept: number;
  /** Along x, y, z, in the unit. */
  readonly zooms: readonly [number, number, number];
  /** µm; null: not said. */
  readonly unitUm: number | null;
  /** Directions of x, y and z in the world with the voxel size as their length, where the header has them (sform). */
  readonly affine: readonly (readonly number[])[] | null;
  /** Directions alone, of the length 1, by the other way to say them (qform). */
  readonly rotation: readonly (readonly number[])[] | null;
  readonly isLabels: boolean;
}

export const NIFTI_HEAD_BYTES = 544;

const UNITS_UM: Readonly<Record<number, number>> = { 1: 1e6, 2: 1e3, 3: 1 };
const INTENT_LABEL = 1002;
const SAMPLES: Readonly<Record<number, 3 | 4>> = { 128: 3, 2304: 4 };
const TYPES: Readonly<Record<number, StoredType>> = {
  2: "uint8",
  4: "int16",
  8: "int32",
  16: "float32",
  64: "float64",
  128: "uint8",
  256: "int8",
  512: "uint16",
  768: "uint32",
  1024: "int64",
  1280: "uint64",
  2304: "uint8",
};
const REFUSED_TYPES: Readonly<Record<number, string>> = {
  1: "single bits",
  32: "complex numbers",
  1536: "floats of 128 bits",
  1792: "complex numbers",
  2048: "complex numbers",
};

const where = "the NIfTI header";
const damaged = (what: string): Problem =>
  new Problem({ tag: "nifti-damaged", what, where, hint: "The header is damaged; export the volume again." });

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Version and byte order by the size of the header, which comes first, and its magic; null where it is no NIfTI. */
function kindOf(head: Uint8Array): { version: 1 | 2; littleEndian: boolean; magic: string } | null {
  if (head.length < 348) return null;
  const view = viewOf(head);
  const text = (from: number, to: number) => String.fromCharCode(...head.subarray(from, to));
  for (const littleEndian of [true, false]) {
    const size = view.getInt32(0, littleEndian);
    if (size === 348) return { version: 1, littleEndian, magic: text(344, 347) };
    if (size === 540 && head.length >= 540) return { version: 2, littleEndian, magic: text(4, 7) };
  }
  return null;
}

/** Whether these are the first bytes of a NIfTI file, of an Analyze file, or of the header of a pair. */
export const isNifti = (head: Uint8Array): boolean => {
  const kind = kindOf(head);
  return kind !== null && (/^n[i+][12]$/.test(kind.magic) || (kind.version === 1 && kind.magic === "\0\0\0"));
};

export function readNiftiHeader(head: Uint8Array): NiftiHeader {
  const kind = kindOf(head);
  if (!kind) throw damaged("The NIfTI header is cut off.");
  const { version, littleEndian, magic } = kind;
  if (magic[1] !== "+")
    throw new Problem({
      tag: "nifti-pair",
      what: magic.startsWith("ni")
        ? "This is the header of a NIfTI pair; its voxels are in another file (.img)."
        : "This is an Analyze 7.5 header, which does not say where left is; its voxels are in another file (.img).",
      where,
      hint: "Save the volume as one NIfTI file (.nii or .nii.gz).",
    });
  const view = viewOf(head);
  const int16 = (at: number) => view.getInt16(at, littleEndian);
  const int32 = (at: number) => view.getInt32(at, littleEndian);
  const int64 = (at: number) => Number(view.getBigInt64(at, littleEndian));
  const float = (at: number) => view.getFloat32(at, littleEndian);
  const double = (at: number) => view.getFloat64(at, littleEndian);
  const one = version === 1;
  const real = one ? float : double;
  const realBytes = one ? 4 : 8;
  const reals = (at: number, count: number) => Array.from({ length: count }, (_, i) => real(at + i * realBytes));

  const dimensions = one ? int16(40) : int64(16);
  if (!(dimensions >= 1 && dimensions <= 7)) throw damaged(`The header claims ${dimensions} dimensions.`);
  const sizes = Array.from({ length: dimensions }, (_, i) => (one ? int16(42 + 2 * i) : int64(24 + 8 * i)));
  if (sizes.some((size) => !Number.isSafeInteger(size) || size < 1))
    throw damaged(`The header claims an impossible size: ${sizes.join(" × ")}.`);
  const code = int16(one ? 70 : 12);
  const type = TYPES[code];
  if (!type)
    throw new Problem({
      tag: "nifti-pixel-type",
      what: `Voxels that are ${REFUSED_TYPES[code] ?? `of type ${code}`} are not read.`,
      where,
      hint: "Save the volume with integers or 32-bit floats.",
    });
  const voxelsAt = one ? float(108) : int64(168);
  if (!Number.isSafeInteger(voxelsAt) || voxelsAt < (one ? 348 : 540))
    throw damaged(`The header says that the voxels begin at byte ${voxelsAt}.`);
  const zooms = reals(one ? 80 : 112, 3).map(Math.abs);
  const hasAffine = (one ? int16(254) : int32(348)) > 0;
  const hasQuaternion = (one ? int16(252) : int32(344)) > 0;
  const rows = [0, 1, 2].map((row) => reals((one ? 280 : 400) + row * 4 * realBytes, 3));
  const [b, c, d] = reals(one ? 256 : 352, 3);
  const handedness = real(one ? 76 : 104) < 0 ? -1 : 1;
  return {
    version,
    littleEndian,
    sizes,
    type,
    samples: SAMPLES[code] ?? 1,
    voxelsAt,
    slope: real(one ? 112 : 176),
    intercept: real(one ? 116 : 184),
    zooms: [zooms[0], zooms[1], zooms[2]],
    unitUm: UNITS_UM[(one ? view.getUint8(123) : int32(500)) & 7] ?? null,
    affine: hasAffine ? [0, 1, 2].map((column) => rows.map((row) => row[column])) : null,
    rotation: hasQuaternion ? rotationOf(b, c, d, handedness) : null,
    isLabels: (one ? int16(68) : int32(504)) === INTENT_LABEL,
  };
}

/** Columns of the rotation of a unit quaternion whose first part follows from the other three (nifti1.h, method 2). */
function rotationOf(b: number, c: number, d: number, handedness: 1 | -1): number[][] {
  const a = Math.sqrt(Math.max(0, 1 - (b * b + c * c + d * d)));
  return [
    [a * a + b * b - c * c - d * d, 2 * (b * c + a * d), 2 * (b * d - a * c)],
    [2 * (b * c - a * d), a * a + c * c - b * b - d * d, 2 * (c * d + a * b)],
    [2 * (b * d + a * c), 2 * (c * d - a * b), a * a + d * d - c * c - b * b].map((part) => part * handedness),
  ];
}
