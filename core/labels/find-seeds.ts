import { type VoxelBox, type VoxelSpace, voxelCount, type Zyx } from "../volume/voxel-space.ts";

export interface SeedSearch extends VoxelSpace {
  readonly height: Float32Array;
  readonly mask: Uint8Array;
  /** Least height of a seed. */
  readonly least: number;
  readonly minSeparationUm: number;
}

export interface PlacedSeeds {
  /** Voxels, highest first. */
  readonly seeds: readonly number[];
  /** Peaks that something beyond the trusted box may forbid. */
  readonly uncertain: readonly number[];
}

/** `placeSeeds` in a whole volume. */
export const findSeeds = (
  height: Float32Array,
  mask: Uint8Array,
  { shapeZyx, voxelSizeZyx }: VoxelSpace,
  least: number,
  minSeparationUm: number,
): readonly number[] => placeSeeds({ height, mask, shapeZyx, voxelSizeZyx, least, minSeparationUm }).seeds;

/**
 * One seed per peak: voxels of the mask that no neighbour exceeds and that reach `least`, from the highest down, each at
 * least `minSeparationUm` from every seed before it. Equal heights go by linear index, so the result is deterministic.
 *
 * In a part of a volume heights are right, and all peaks seen, in the `trusted` box only. A peak is a seed there, or none,
 * where that follows whatever lies beyond; else it is uncertain.
 */
export function placeSeeds(search: SeedSearch, trusted?: VoxelBox): PlacedSeeds {
  const { height, shapeZyx } = search;
  const candidates = findPeaks(search, trusted);
  candidates.sort((a, b) => height[b] - height[a] || a - b);
  const placed = new Neighbourhood(search);
  const doubtful = new Neighbourhood(search);
  const seeds: number[] = [];
  const uncertain: number[] = [];
  for (const candidate of candidates) {
    const at = positionOf(candidate, shapeZyx);
    if (placed.holdsNear(at)) continue;
    if (doubtful.holdsNear(at) || (trusted && seesBeyond(at, trusted, search))) {
      doubtful.add(at);
      uncertain.push(candidate);
      continue;
    }
    placed.add(at);
    seeds.push(candidate);
  }
  return { seeds, uncertain };
}

function positionOf(voxel: number, [, rows, columns]: Zyx): Zyx {
  const row = Math.floor(voxel / columns);
  return [Math.floor(row / rows), row % rows, voxel % columns];
}

/** Whether a voxel outside of the trusted box, but inside the volume, is nearer than two seeds may be. */
function seesBeyond(at: Zyx, { minZyx, maxZyx }: VoxelBox, { shapeZyx, voxelSizeZyx, minSeparationUm }: SeedSearch) {
  return at.some(
    (place, axis) =>
      (minZyx[axis] > 0 && (place - minZyx[axis] + 1) * voxelSizeZyx[axis] < minSeparationUm) ||
      (maxZyx[axis] < shapeZyx[axis] && (maxZyx[axis] - place) * voxelSizeZyx[axis] < minSeparationUm),
  );
}

function findPeaks({ height, mask, shapeZyx, least }: SeedSearch, trusted?: VoxelBox): number[] {
  const [, rows, columns] = shapeZyx;
  const { minZyx, maxZyx } = trusted ?? { minZyx: [0, 0, 0], maxZyx: shapeZyx };
  const peaks: number[] = [];
  for (let z = minZyx[0]; z < maxZyx[0]; z++)
    for (let y = minZyx[1]; y < maxZyx[1]; y++) {
      const row = (z * rows + y) * columns;
      for (let i = row + minZyx[2]; i < row + maxZyx[2]; i++) {
        const own = height[i];
        if (mask[i] === 0 || !(own >= least)) continue;
        // Most voxels have a higher one beside them.
        if ((i > row && height[i - 1] > own) || (i + 1 < row + columns && height[i + 1] > own)) continue;
        if (isPeak(height, i, [z, y, i - row], shapeZyx)) peaks.push(i);
      }
    }
  return peaks;
}

/** Rounding is far below this share of a square. */
const ROUNDING = 1e-9;

/** Voxels along an axis: smaller cells would be as many as voxels. */
const LEAST_CELL = 4;

/** Places in cells at least as wide as the separation: only those of the cells around can be near. */
class Neighbourhood {
  readonly #sizeZyx: Zyx;
  readonly #cellsZyx: Zyx;
  readonly #voxelSizeZyx: Zyx;
  readonly #separationUm: number;
  /** By cell: its last place, from 1. */
  readonly #last: Uint32Array;
  /** By place: the one before it in its cell. */
  readonly #before: number[] = [0];
  readonly #places: Zyx[] = [[0, 0, 0]];

  constructor({ shapeZyx, voxelSizeZyx, minSeparationUm }: SeedSearch) {
    const sizeOf = (axis: 0 | 1 | 2) => Math.max(LEAST_CELL, Math.ceil(minSeparationUm / voxelSizeZyx[axis]));
    this.#sizeZyx = [sizeOf(0), sizeOf(1), sizeOf(2)];
    const cellsOf = (axis: 0 | 1 | 2) => Math.ceil(shapeZyx[axis] / this.#sizeZyx[axis]);
    this.#cellsZyx = [cellsOf(0), cellsOf(1), cellsOf(2)];
    this.#last = new Uint32Array(voxelCount(this.#cellsZyx));
    this.#voxelSizeZyx = voxelSizeZyx;
    this.#separationUm = minSeparationUm;
  }

  add(at: Zyx): void {
    const cell = this.#cellAt(this.#along(at, 0), this.#along(at, 1), this.#along(at, 2));
    this.#before.push(this.#last[cell]);
    this.#last[cell] = this.#places.push(at) - 1;
  }

  holdsNear(at: Zyx): boolean {
    if (this.#places.length === 1) return false;
    const [depth, rows, columns] = this.#cellsZyx;
    const [cz, cy, cx] = [this.#along(at, 0), this.#along(at, 1), this.#along(at, 2)];
    for (let z = Math.max(0, cz - 1); z <= Math.min(depth - 1, cz + 1); z++)
      for (let y = Math.max(0, cy - 1); y <= Math.min(rows - 1, cy + 1); y++)
        for (let x = Math.max(0, cx - 1); x <= Math.min(columns - 1, cx + 1); x++)
          for (let other = this.#last[this.#cellAt(z, y, x)]; other > 0; other = this.#before[other])
            if (this.#isNear(at, this.#places[other])) return true;
    return false;
  }

  #along(at: Zyx, axis: 0 | 1 | 2): number {
    return Math.floor(at[axis] / this.#sizeZyx[axis]);
  }

  #cellAt(z: number, y: number, x: number): number {
    return (z * this.#cellsZyx[1] + y) * this.#cellsZyx[2] + x;
  }

  #isNear(a: Zyx, b: Zyx): boolean {
    const z = (a[0] - b[0]) * this.#voxelSizeZyx[0];
    const y = (a[1] - b[1]) * this.#voxelSizeZyx[1];
    const x = (a[2] - b[2]) * this.#voxelSizeZyx[2];
    const square = z * z + y * y + x * x;
    const least = this.#separationUm * this.#separationUm;
    if (Math.abs(square - least) > ROUNDING * least) return square < least;
    return Math.hypot(z, y, x) < this.#separationUm;
  }
}

function isPeak(height: Float32Array, at: number, [z, y, x]: Zyx, [depth, rows, columns]: Zyx): boolean {
  const plane = rows * columns;
  for (let dz = z > 0 ? -1 : 0; dz <= (z + 1 < depth ? 1 : 0); dz++)
    for (let dy = y > 0 ? -1 : 0; dy <= (y + 1 < rows ? 1 : 0); dy++)
      for (let dx = x > 0 ? -1 : 0; dx <= (x + 1 < columns ? 1 : 0); dx++)
        if (height[at + dz * plane + dy * columns + dx] > height[at]) return false;
  return true;
}
