import type { VoxelBox, VoxelSpace, Zyx } from "../volume/voxel-space.ts";

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
  const { height, shapeZyx, voxelSizeZyx, minSeparationUm } = search;
  const candidates = findPeaks(search, trusted);
  candidates.sort((a, b) => height[b] - height[a] || a - b);
  const placed = createNeighbourhood(shapeZyx, voxelSizeZyx, minSeparationUm);
  const doubtful = createNeighbourhood(shapeZyx, voxelSizeZyx, minSeparationUm);
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
      for (let i = row + minZyx[2]; i < row + maxZyx[2]; i++)
        if (mask[i] && height[i] >= least && isPeak(height, i, [z, y, i - row], shapeZyx)) peaks.push(i);
    }
  return peaks;
}

/** Places in cells as wide as the separation: only those of the cells around can be near. */
function createNeighbourhood([, rows, columns]: Zyx, voxelSizeZyx: Zyx, separationUm: number) {
  const cells = new Map<number, Zyx[]>();
  const [sizeZ, sizeY, sizeX] = voxelSizeZyx.map((size) => Math.max(1, Math.ceil(separationUm / size)));
  const across = Math.ceil(columns / sizeX) + 2;
  const along = Math.ceil(rows / sizeY) + 2;
  const keyOf = (z: number, y: number, x: number) => ((z + 1) * along + y + 1) * across + x + 1;
  const cellOf = ([z, y, x]: Zyx) => [Math.floor(z / sizeZ), Math.floor(y / sizeY), Math.floor(x / sizeX)];
  const isNear = (a: Zyx, b: Zyx) =>
    Math.hypot((a[0] - b[0]) * voxelSizeZyx[0], (a[1] - b[1]) * voxelSizeZyx[1], (a[2] - b[2]) * voxelSizeZyx[2]) <
    separationUm;
  return {
    add(at: Zyx): void {
      const [z, y, x] = cellOf(at);
      const cell = cells.get(keyOf(z, y, x));
      if (cell) cell.push(at);
      else cells.set(keyOf(z, y, x), [at]);
    },
    holdsNear(at: Zyx): boolean {
      const [cz, cy, cx] = cellOf(at);
      for (let z = cz - 1; z <= cz + 1; z++)
        for (let y = cy - 1; y <= cy + 1; y++)
          for (let x = cx - 1; x <= cx + 1; x++)
            if (cells.get(keyOf(z, y, x))?.some((other) => isNear(at, other))) return true;
      return false;
    },
  };
}

function isPeak(height: Float32Array, at: number, [z, y, x]: Zyx, [depth, rows, columns]: Zyx): boolean {
  // Most voxels have a higher one beside them.
  if ((x > 0 && height[at - 1] > height[at]) || (x + 1 < columns && height[at + 1] > height[at])) return false;
  const plane = rows * columns;
  for (let dz = z > 0 ? -1 : 0; dz <= (z + 1 < depth ? 1 : 0); dz++)
    for (let dy = y > 0 ? -1 : 0; dy <= (y + 1 < rows ? 1 : 0); dy++)
      for (let dx = x > 0 ? -1 : 0; dx <= (x + 1 < columns ? 1 : 0); dx++)
        if (height[at + dz * plane + dy * columns + dx] > height[at]) return false;
  return true;
}
