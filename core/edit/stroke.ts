import type { Zyx } from "../volume/voxel-space.ts";
import { addPiercedVoxels } from "./pierced-voxels.ts";
import { planeAxes, type SlicePlane } from "./slice-plane.ts";
import type { VoxelSet } from "./voxel-set.ts";

/** `disc` paints one slice, `ball` all three axes; both are round in micrometres, not in voxels. */
export type BrushShape = "disc" | "ball";

export interface Brush {
  readonly shape: BrushShape;
  readonly radiusUm: number;
  /** The slice plane that is painted in; a disc lies in it. */
  readonly plane: SlicePlane;
}

/**
 * Adds the voxels of one piece of a stroke, from one pointer sample to the next: those whose centre lies within the
 * radius of the segment, and those the segment passes through, so that a brush thinner than a voxel still paints.
 * A disc whose ends lie in different slices (the wheel was turned) paints only at its end, in that slice.
 */
export function addStrokePiece(set: VoxelSet, fromZyx: Zyx, toZyx: Zyx, brush: Brush, voxelSizeZyx: Zyx): void {
  const { normal } = planeAxes(brush.plane);
  const sliceFrom = Math.floor(fromZyx[normal]);
  const sliceTo = Math.floor(toZyx[normal]);
  const start = brush.shape === "disc" && sliceFrom !== sliceTo ? toZyx : fromZyx;
  const a = inSlice(start, normal, brush.shape === "disc" ? sliceTo : sliceFrom);
  const b = inSlice(toZyx, normal, sliceTo);
  addPiercedVoxels(set, a, b);
  if (brush.shape === "ball") addCapsule(set, a, b, brush.radiusUm, voxelSizeZyx, [true, true, true]);
  else addCapsule(set, a, b, brush.radiusUm, voxelSizeZyx, [normal !== 0, normal !== 1, normal !== 2]);
}

/** Voxels of a whole stroke. */
export function addStroke(set: VoxelSet, pathZyx: readonly Zyx[], brush: Brush, voxelSizeZyx: Zyx): void {
  for (let i = 0; i < pathZyx.length; i++)
    addStrokePiece(set, pathZyx[Math.max(0, i - 1)], pathZyx[i], brush, voxelSizeZyx);
}

/** The pointer says which slice is meant, not a depth inside it: the brush sits on the centre of the slice. */
function inSlice(pointZyx: Zyx, normal: 0 | 1 | 2, slice: number): Zyx {
  const moved: [number, number, number] = [pointZyx[0], pointZyx[1], pointZyx[2]];
  moved[normal] = slice + 0.5;
  return moved;
}

/**
 * A capsule is convex, so a row along x meets it in one interval: the hull of the intervals of its two end balls and of
 * the cylinder between them. `spread[axis]` false keeps that axis to the slice of the segment.
 */
function addCapsule(
  set: VoxelSet,
  a: Zyx,
  b: Zyx,
  radiusUm: number,
  voxelSizeZyx: Zyx,
  spread: readonly [boolean, boolean, boolean],
): void {
  const [sz, sy, sx] = voxelSizeZyx;
  const [zFirst, zEnd] = spread[0] ? rowRange(a[0], b[0], radiusUm / sz) : sliceRange(a[0]);
  const [yFirst, yEnd] = spread[1] ? rowRange(a[1], b[1], radiusUm / sy) : sliceRange(a[1]);
  const a3 = [a[0] * sz, a[1] * sy, a[2] * sx] as const;
  const b3 = [b[0] * sz, b[1] * sy, b[2] * sx] as const;
  for (let z = Math.max(0, zFirst); z < Math.min(zEnd, set.shapeZyx[0]); z++)
    for (let y = Math.max(0, yFirst); y < Math.min(yEnd, set.shapeZyx[1]); y++) {
      const interval = rowInCapsule((z + 0.5) * sz, (y + 0.5) * sy, a3, b3, radiusUm);
      if (!interval) continue;
      if (spread[2]) {
        // Centres at (x + 0.5)·sx; a hair of tolerance keeps symmetric brushes symmetric.
        set.addRun(z, y, Math.ceil(interval[0] / sx - 0.5 - 1e-9), Math.floor(interval[1] / sx - 0.5 + 1e-9) + 1);
      } else if (interval[0] <= a3[2] + 1e-9 && interval[1] >= a3[2] - 1e-9) {
        const x = Math.floor(a[2]);
        set.addRun(z, y, x, x + 1);
      }
    }
}

const rowRange = (a: number, b: number, reach: number): [number, number] => [
  Math.floor(Math.min(a, b) - reach),
  Math.ceil(Math.max(a, b) + reach) + 1,
];

const sliceRange = (a: number): [number, number] => [Math.floor(a), Math.floor(a) + 1];

/** Interval of x (µm) where the row at (z, y) lies within `radius` of the segment a–b (zyx, µm); null when it misses. */
function rowInCapsule(
  z: number,
  y: number,
  a: readonly [number, number, number],
  b: readonly [number, number, number],
  radius: number,
): [number, number] | null {
  let low = Infinity;
  let high = -Infinity;
  for (const end of [a, b]) {
    const rest = radius * radius - (z - end[0]) ** 2 - (y - end[1]) ** 2;
    if (rest < 0) continue;
    const half = Math.sqrt(rest);
    low = Math.min(low, end[2] - half);
    high = Math.max(high, end[2] + half);
  }
  const d = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const dd = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
  if (dd > 0) {
    // Squared distance of (z, y, x) to the infinite line is a quadratic in x; keep where its foot lies on the segment.
    const pz = z - a[0];
    const py = y - a[1];
    const along = pz * d[0] + py * d[1];
    const qa = 1 - (d[2] * d[2]) / dd;
    const qb = (-2 * along * d[2]) / dd;
    const qc = pz * pz + py * py - (along * along) / dd - radius * radius;
    const root = quadraticInterval(qa, qb, qc);
    if (root) {
      // Foot t = (along + x·dx) / dd must lie in [0, 1].
      let [first, last] = root;
      if (Math.abs(d[2]) > 1e-12) {
        const x0 = -along / d[2];
        const x1 = (dd - along) / d[2];
        first = Math.max(first, Math.min(x0, x1));
        last = Math.min(last, Math.max(x0, x1));
      } else if (along < 0 || along > dd) first = Infinity;
      if (first <= last) {
        low = Math.min(low, first + a[2]);
        high = Math.max(high, last + a[2]);
      }
    }
  }
  return low <= high ? [low, high] : null;
}

/** Where q(x) = ax² + bx + c ≤ 0, for a ≥ 0. */
function quadraticInterval(a: number, b: number, c: number): [number, number] | null {
  if (a < 1e-12) return c <= 0 ? [-Infinity, Infinity] : null; // the segment runs along x: b is 0 too
  const discriminant = b * b - 4 * a * c;
  if (discriminant < 0) return null;
  const half = Math.sqrt(discriminant);
  return [(-b - half) / (2 * a), (-b + half) / (2 * a)];
}
