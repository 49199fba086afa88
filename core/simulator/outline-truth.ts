import { findPieces } from "../labels/label-pieces.ts";
import { type VoxelSpace, voxelCount, type Zyx } from "../volume/voxel-space.ts";
import { boxOfBody, type FilledBodies } from "./fill-bodies.ts";
import { type FineGrid, finePlaneOf } from "./fine-grid.ts";
import { depthShare, type PointSpread, spreadAt } from "./look-through-microscope.ts";
import type { NucleusBody } from "./nucleus-body.ts";
import type { SimulatorDraw } from "./simulator-ranges.ts";

/** Blurred bodies on the volume's own grid, each with its brightest voxel at 1. */
export interface BlurredBodies {
  /** Highest of all nuclei. */
  readonly level: Float32Array;
  /** Whose that is: index plus one. */
  readonly owner: Int32Array;
}

/** Every body alone, evenly bright, as the microscope shows it. */
export function blurBodies(
  grid: FineGrid,
  volume: VoxelSpace,
  bodies: readonly NucleusBody[],
  filled: FilledBodies,
  spread: PointSpread,
  drawn: SimulatorDraw,
): BlurredBodies {
  const level = new Float32Array(voxelCount(volume.shapeZyx));
  const owner = new Int32Array(level.length);
  bodies.forEach((body, index) => {
    const slice = body.centerUm[0] / volume.voxelSizeZyx[0];
    const sigmaUm = spreadAt(spread, depthShare(drawn, slice, volume.shapeZyx[0]));
    blurOne(grid, volume, body, index + 1, filled, sigmaUm, (at, value) => {
      if (value <= level[at]) return;
      level[at] = value;
      owner[at] = index + 1;
    });
  });
  return { level, owner };
}

/** Below this level nothing of a nucleus is asked for. */
const FAINT = 0.02;

function blurOne(
  grid: FineGrid,
  { shapeZyx }: VoxelSpace,
  body: NucleusBody,
  name: number,
  { owner, coverage }: FilledBodies,
  sigmaUm: Zyx,
  visit: (at: number, level: number) => void,
): void {
  const box = boxOfBody(grid, body);
  const kernels = sigmaUm.map((sigma, axis) => gaussian(sigma / grid.voxelSizeZyx[axis]));
  const [kz, ky, kx] = kernels;
  const low = (axis: 0 | 1 | 2): number => Math.max(0, box.min[axis] - (kernels[axis].length - 1));
  const high = (axis: 0 | 1 | 2): number => Math.min(grid.shapeZyx[axis], box.max[axis] + (kernels[axis].length - 1));
  const [oy, ox] = [low(1), low(2)];
  const [height, width] = [high(1) - oy, high(2) - ox];
  const slices: number[] = [];
  for (let z = 0; z < shapeZyx[0]; z++) {
    const plane = finePlaneOf(grid, z);
    if (plane >= low(0) && plane < high(0)) slices.push(z);
  }
  if (slices.length === 0 || height <= 0 || width <= 0) return;
  const [, fineHeight, fineWidth] = grid.shapeZyx;
  const plane = height * width;
  const along = new Float32Array(slices.length * plane);
  slices.forEach((slice, k) => {
    const middle = finePlaneOf(grid, slice);
    const from = Math.max(box.min[0], middle - kz.length + 1);
    const to = Math.min(box.max[0] - 1, middle + kz.length - 1);
    for (let z = from; z <= to; z++) {
      const weight = kz[Math.abs(z - middle)];
      for (let y = box.min[1]; y < box.max[1]; y++) {
        const row = (z * fineHeight + y) * fineWidth;
        const into = k * plane + (y - oy) * width - ox;
        for (let x = box.min[2]; x < box.max[2]; x++)
          if (owner[row + x] === name) along[into + x] += weight * coverage[row + x];
      }
    }
  });
  const acrossY = filter(along, plane * slices.length, width, height, ky);
  const all = filter(acrossY, plane * slices.length, 1, width, kx);
  let peak = 0;
  for (const value of all) if (value > peak) peak = value;
  if (peak < 1e-3) return;
  const [my, mx] = [grid.marginZyx[1], grid.marginZyx[2]];
  slices.forEach((slice, k) => {
    for (let y = Math.max(0, my - oy); y < height && y + oy - my < shapeZyx[1]; y++)
      for (let x = Math.max(0, mx - ox); x < width && x + ox - mx < shapeZyx[2]; x++) {
        const value = all[k * plane + y * width + x] / peak;
        if (value > FAINT) visit((slice * shapeZyx[1] + y + oy - my) * shapeZyx[2] + x + ox - mx, value);
      }
  });
}

/** Along one axis of a small block; nothing lies beyond its ends. */
function filter(values: Float32Array, count: number, stride: number, size: number, kernel: Float64Array): Float32Array {
  const result = new Float32Array(values.length);
  for (let at = 0; at < count; at++) {
    const value = values[at];
    if (value === 0) continue;
    const position = Math.floor(at / stride) % size;
    result[at] += kernel[0] * value;
    for (let k = 1; k < kernel.length; k++) {
      const part = kernel[k] * value;
      if (position >= k) result[at - k * stride] += part;
      if (position + k < size) result[at + k * stride] += part;
    }
  }
  return result;
}

function gaussian(sigma: number): Float64Array {
  const half = new Float64Array(Math.ceil(3 * sigma) + 1).map((_, i) => Math.exp(-(i * i) / (2 * sigma * sigma)));
  const sum = half.reduce((total, value) => total + 2 * value, -half[0]);
  return half.map((value) => value / sum);
}

/** Half maximum: where a blurred straight edge really lies. */
const OUTLINE_LEVEL = 0.5;

/** Labels (body index plus one) inside of the outline, `marginUm(z, y, x)` outside of the half maximum; inside of it where below 0. */
export function labelsAtOutline(
  { level, owner }: BlurredBodies,
  { shapeZyx, voxelSizeZyx }: VoxelSpace,
  marginUm: (z: number, y: number, x: number) => number,
  mostUm: number,
): Uint32Array {
  const labels = new Uint32Array(owner).map((name, at) => (level[at] >= OUTLINE_LEVEL ? name : 0));
  const inside = labels.slice();
  const [depth, height, width] = shapeZyx;
  const nearest = new Float32Array(labels.length).fill(Number.POSITIVE_INFINITY);
  const reach = voxelSizeZyx.map((size) => Math.ceil(mostUm / size));
  const [uz, uy, ux] = voxelSizeZyx;
  /** The outline crosses between two voxel centres here, in voxels: what lies nearer than the margin changes sides. */
  const cross = (cz: number, cy: number, cx: number, label: number): void => {
    const [zEnd, yEnd, xEnd] = [
      Math.min(depth - 1, Math.ceil(cz) + reach[0]),
      Math.min(height - 1, Math.ceil(cy) + reach[1]),
      Math.min(width - 1, Math.ceil(cx) + reach[2]),
    ];
    for (let z = Math.max(0, Math.floor(cz) - reach[0]); z <= zEnd; z++)
      for (let y = Math.max(0, Math.floor(cy) - reach[1]); y <= yEnd; y++)
        for (let x = Math.max(0, Math.floor(cx) - reach[2]); x <= xEnd; x++) {
          const at = (z * height + y) * width + x;
          const isOutside = inside[at] === 0;
          if (!isOutside && inside[at] !== label) continue;
          const away2 = ((z - cz) * uz) ** 2 + ((y - cy) * uy) ** 2 + ((x - cx) * ux) ** 2;
          if (away2 > mostUm * mostUm) continue;
          const away = Math.sqrt(away2);
          if (isOutside ? away >= nearest[at] : labels[at] === 0) continue;
          const margin = marginUm(z, y, x);
          if (isOutside && away <= margin) {
            nearest[at] = away;
            labels[at] = label;
          } else if (!isOutside && away < -margin) labels[at] = 0;
        }
  };
  const steps = [height * width, width, 1];
  for (let z = 0, at = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, at++)
        for (let axis = 0; axis < 3; axis++) {
          if (axis === 0 ? z + 1 === depth : axis === 1 ? y + 1 === height : x + 1 === width) continue;
          const there = at + steps[axis];
          if ((inside[at] === 0) === (inside[there] === 0)) continue;
          const share = Math.max(0, Math.min(1, (level[at] - OUTLINE_LEVEL) / (level[at] - level[there] || 1)));
          const label = inside[at] || inside[there];
          cross(axis === 0 ? z + share : z, axis === 1 ? y + share : y, axis === 2 ? x + share : x, label);
        }
  return labels;
}

/** Each label's largest face-connected piece, if it has `fewestVoxels`; nothing else stays. */
export function keepWholePieces(labels: Uint32Array, shapeZyx: Zyx, fewestVoxels: number): Uint32Array {
  const numbers = new Uint32Array(labels.length);
  const pieces = findPieces(labels, shapeZyx, numbers);
  const largest = new Map<number, number>();
  pieces.forEach(({ label, voxels }, i) => {
    const best = largest.get(label);
    if (voxels >= fewestVoxels && (best === undefined || voxels > pieces[best].voxels)) largest.set(label, i);
  });
  const isKept = Uint8Array.from(pieces, ({ label }, i) => (largest.get(label) === i ? 1 : 0));
  return labels.map((label, at) => (label !== 0 && isKept[numbers[at] - 1] === 1 ? label : 0));
}
