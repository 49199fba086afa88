import { brickKeysOfBox } from "../../volume/brick.ts";
import { boxShape, intersectBoxes, type VoxelBox, voxelCount, wholeBox, type Zyx } from "../../volume/voxel-space.ts";
import type { ImageVoxels } from "../image-voxels.ts";
import type { LabelBrickSource, LabelValue } from "../label-document.ts";
import { VoxelReader } from "../voxel-reader.ts";
import { VoxelSet } from "../voxel-set.ts";

/** Memory of a field: 5 bytes per voxel. */
export const MAX_FIELD_VOXELS = 8_000_000;

export interface ThresholdSeed {
  readonly seedZyx: Zyx;
  /** The fill stays within this distance of the seed. */
  readonly reachUm: number;
  readonly voxelSizeZyx: Zyx;
  /** Null = every voxel may be filled. */
  readonly mayOverwrite: ((present: LabelValue) => boolean) | null;
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
  /** Of the seed in `values`. */
  readonly seedIndex: number;
  /** Half of the way from the background (20th percentile) to the brightness of the seed. */
  readonly halfHeight: number;
  readonly background: number;
}

export interface ThresholdFill {
  readonly voxels: VoxelSet;
  /** The region goes on beyond the reach: the person must be told. */
  readonly reachedBound: boolean;
}

/** Loads what a fill can touch: the bricks within reach of the seed, no others. */
export async function loadThresholdField(
  image: ImageVoxels,
  labels: LabelBrickSource,
  seed: ThresholdSeed,
  signal?: AbortSignal,
): Promise<ThresholdField> {
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
  const seedIndex =
    ((seed.seedZyx[0] - box.minZyx[0]) * shapeZyx[1] + seed.seedZyx[1] - box.minZyx[1]) * shapeZyx[2] +
    seed.seedZyx[2] -
    box.minZyx[2];
  const background = values.slice().sort()[Math.floor(values.length * 0.2)];
  const halfHeight = background + (values[seedIndex] - background) / 2;
  return { box, shapeZyx, volumeShapeZyx: image.shapeZyx, values, entry, seedIndex, halfHeight, background };
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

/** The face-connected region of the seed at or above the threshold, holes inside it filled. */
export function fillAboveThreshold(field: ThresholdField, threshold: number): ThresholdFill {
  const { values, entry, shapeZyx } = field;
  const voxels = new VoxelSet(field.volumeShapeZyx);
  if (entry[field.seedIndex] !== 1 || values[field.seedIndex] < threshold) return { voxels, reachedBound: false };
  const region = new Uint8Array(values.length);
  let reachedBound = false;
  flood(shapeZyx, [field.seedIndex], (i) => {
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

/** Walks face neighbours from the start for as long as `enter` says so. */
function flood([nz, ny, nx]: Zyx, start: readonly number[], enter: (index: number) => boolean): void {
  const stack = start.filter(enter);
  while (stack.length > 0) {
    const i = stack.pop() as number;
    const x = i % nx;
    const y = Math.floor(i / nx) % ny;
    const z = Math.floor(i / (nx * ny));
    if (x > 0 && enter(i - 1)) stack.push(i - 1);
    if (x < nx - 1 && enter(i + 1)) stack.push(i + 1);
    if (y > 0 && enter(i - nx)) stack.push(i - nx);
    if (y < ny - 1 && enter(i + nx)) stack.push(i + nx);
    if (z > 0 && enter(i - nx * ny)) stack.push(i - nx * ny);
    if (z < nz - 1 && enter(i + nx * ny)) stack.push(i + nx * ny);
  }
}

function faceIndices([nz, ny, nx]: Zyx): number[] {
  const indices: number[] = [];
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) {
      const whole = z === 0 || z === nz - 1 || y === 0 || y === ny - 1;
      for (let x = 0; x < nx; x += whole || nx === 1 ? 1 : nx - 1) indices.push((z * ny + y) * nx + x);
    }
  return indices;
}
