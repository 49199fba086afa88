import { faceIndices, flood } from "../../labels/flood.ts";
import { brickKeysOfBox } from "../../volume/brick.ts";
import { boxShape, intersectBoxes, type VoxelBox, voxelCount, wholeBox, type Zyx } from "../../volume/voxel-space.ts";
import type { ImageVoxels } from "../image-voxels.ts";
import type { LabelBrickSource, LabelValue } from "../label-document.ts";
import { VoxelReader } from "../voxel-reader.ts";
import { VoxelSet } from "../voxel-set.ts";
import { findBasin } from "./nucleus-basin.ts";

/** What bounds a fill besides its reach: the threshold alone, or the edge of the nucleus, also where it touches others. */
export const fillBounds = ["edges", "brightness"] as const;

export type FillBound = (typeof fillBounds)[number];

/** Memory of a field: 10 bytes per voxel. */
export const MAX_FIELD_VOXELS = 8_000_000;

export interface ThresholdSeed {
  readonly seedZyx: Zyx;
  /** The fill stays within this distance of the seed, or farther where nuclei are known to be larger. */
  readonly reachUm: number;
  readonly voxelSizeZyx: Zyx;
  /** Null = every voxel may be filled. */
  readonly mayOverwrite: ((present: LabelValue) => boolean) | null;
  readonly bound: FillBound;
  /** Of the project's nuclei; null where there are too few to know. */
  readonly diameterUm: number | null;
}

/** The surroundings of a click, read once, so that the threshold can follow the pointer. */
export interface ThresholdField {
  readonly box: VoxelBox;
  readonly shapeZyx: Zyx;
  readonly volumeShapeZyx: Zyx;
  /** Image, mean of 3×3 voxels in the slice against shot noise; x fastest. */
  readonly values: Float32Array;
  /** 1 = may be filled, 2 = beyond the reach, 0 = may not. */
  readonly entry: Uint8Array;
  /** Where a fill starts: the seed, or with edges the brightest place of its nucleus. */
  readonly startIndex: number;
  /** 20th percentile of what is in reach. */
  readonly background: number;
  /** Brightness that a threshold is a share of, above the background. */
  readonly top: number;
  /** The threshold to begin with: half of the way to the seed's brightness, or where the edge is steepest. */
  readonly firstShare: number;
  readonly reachUm: number;
}

/** The brightness at a share of the way from the background (0) to the nucleus (1). */
export const thresholdAtShare = ({ background, top }: ThresholdField, share: number): number =>
  background + share * (top - background);

export interface ThresholdFill {
  readonly voxels: VoxelSet;
  /** The region goes on beyond the reach: the person must be told. */
  readonly reachedBound: boolean;
}

/** How far a nucleus may reach from a click in it, of its diameter. */
const WIDEST = 1.25;

/** Loads what a fill can touch: the bricks within reach of the seed, no others. */
export async function loadThresholdField(
  image: ImageVoxels,
  labels: LabelBrickSource,
  wished: ThresholdSeed,
  signal?: AbortSignal,
): Promise<ThresholdField> {
  const seed = { ...wished, reachUm: Math.max(wished.reachUm, WIDEST * (wished.diameterUm ?? 0)) };
  const box = reachBox(seed, image.shapeZyx);
  const keys = brickKeysOfBox(box);
  await Promise.all([image.loadBricks(keys, signal), seed.mayOverwrite ? labels.loadBricks(keys, signal) : undefined]);
  return readField(image, labels, seed, box);
}

function reachBox(seed: ThresholdSeed, shapeZyx: Zyx): VoxelBox {
  for (let reachUm = seed.reachUm; ; reachUm *= 0.8) {
    const reach = seed.voxelSizeZyx.map((size) => Math.ceil(reachUm / size));
    const box = intersectBoxes(wholeBox(shapeZyx), {
      minZyx: [seed.seedZyx[0] - reach[0], seed.seedZyx[1] - reach[1], seed.seedZyx[2] - reach[2]],
      maxZyx: [seed.seedZyx[0] + reach[0] + 1, seed.seedZyx[1] + reach[1] + 1, seed.seedZyx[2] + reach[2] + 1],
    }) ?? { minZyx: seed.seedZyx, maxZyx: seed.seedZyx };
    if (voxelCount(boxShape(box)) <= MAX_FIELD_VOXELS) return box;
  }
}

function readField(image: ImageVoxels, labels: LabelBrickSource, seed: ThresholdSeed, box: VoxelBox): ThresholdField {
  const shapeZyx = boxShape(box);
  const raw = new Float32Array(voxelCount(shapeZyx));
  const entry = new Uint8Array(raw.length);
  const pixels = new VoxelReader(image);
  const present = new VoxelReader(labels);
  const [sz, sy, sx] = seed.voxelSizeZyx;
  let i = 0;
  for (let z = box.minZyx[0]; z < box.maxZyx[0]; z++)
    for (let y = box.minZyx[1]; y < box.maxZyx[1]; y++)
      for (let x = box.minZyx[2]; x < box.maxZyx[2]; x++, i++) {
        raw[i] = pixels.at(z, y, x);
        const away =
          ((z - seed.seedZyx[0]) * sz) ** 2 + ((y - seed.seedZyx[1]) * sy) ** 2 + ((x - seed.seedZyx[2]) * sx) ** 2;
        const allowed = !seed.mayOverwrite || seed.mayOverwrite(present.at(z, y, x));
        entry[i] = !allowed ? 0 : away > seed.reachUm * seed.reachUm ? 2 : 1;
      }
  const values = meanInSlice(raw, shapeZyx);
  const indexOf = ([z, y, x]: Zyx): number => (z * shapeZyx[1] + y) * shapeZyx[2] + x;
  const seedZyx: Zyx = [
    seed.seedZyx[0] - box.minZyx[0],
    seed.seedZyx[1] - box.minZyx[1],
    seed.seedZyx[2] - box.minZyx[2],
  ];
  const background = values.slice().sort()[Math.floor(values.length * 0.2)];
  const field = { box, shapeZyx, volumeShapeZyx: image.shapeZyx, values, entry, background, reachUm: seed.reachUm };
  if (seed.bound === "brightness") {
    const startIndex = indexOf(seedZyx);
    return { ...field, startIndex, top: values[startIndex], firstShare: 0.5 };
  }
  const around = { shapeZyx, voxelSizeZyx: seed.voxelSizeZyx, values, free: entry, seedZyx, background };
  const { inside, topZyx, top, edgeShare } = findBasin(around, seed.diameterUm, seed.reachUm);
  for (let at = 0; at < entry.length; at++) if (inside[at] === 0) entry[at] = 0;
  return { ...field, startIndex: indexOf(topZyx), top, firstShare: edgeShare };
}

/** Mean of the 3×3 neighbours in the slice, fewer at the edge of the box. */
function meanInSlice(raw: Float32Array, [nz, ny, nx]: Zyx): Float32Array {
  const mean = new Float32Array(raw.length);
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++) {
        let sum = 0;
        let n = 0;
        for (let v = Math.max(0, y - 1); v <= Math.min(ny - 1, y + 1); v++)
          for (let u = Math.max(0, x - 1); u <= Math.min(nx - 1, x + 1); u++) {
            sum += raw[(z * ny + v) * nx + u];
            n++;
          }
        mean[(z * ny + y) * nx + x] = sum / n;
      }
  return mean;
}

/** The face-connected region of the start at or above the threshold, holes inside it filled. */
export function fillAboveThreshold(field: ThresholdField, threshold: number): ThresholdFill {
  const { values, entry, shapeZyx } = field;
  const voxels = new VoxelSet(field.volumeShapeZyx);
  if (entry[field.startIndex] !== 1 || values[field.startIndex] < threshold) return { voxels, reachedBound: false };
  const region = new Uint8Array(values.length);
  let reachedBound = false;
  flood(shapeZyx, [field.startIndex], (i) => {
    if (region[i] !== 0 || values[i] < threshold || entry[i] === 0) return false;
    if (entry[i] === 2) {
      reachedBound = true;
      return false;
    }
    region[i] = 1;
    return true;
  });
  const outside = new Uint8Array(values.length);
  flood(shapeZyx, faceIndices(shapeZyx), (i) => {
    if (region[i] !== 0 || outside[i] !== 0) return false;
    outside[i] = 1;
    return true;
  });
  const [nz, ny, nx] = shapeZyx;
  const [z0, y0, x0] = field.box.minZyx;
  for (let z = 0, i = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, i++) if (outside[i] === 0 && entry[i] === 1) voxels.add(z0 + z, y0 + y, x0 + x);
  return { voxels, reachedBound };
}
