import type { VoxelSpace, Zyx } from "../volume/voxel-space.ts";
import { awayUm, type ImageBlobs, placeOf } from "./image-blobs.ts";

/** Where a nucleus may have been missed: a blob of the image that no proposal has for itself. */
export interface MissedPlace {
  /** The blob's middle, a voxel. */
  readonly middle: number;
  /** Ascending. */
  readonly voxels: readonly number[];
}

/** A missed nucleus is drawn as a ball of its size, as far as it is bright and nobody else's. */
const RADIUS = 0.5;
/** Of a ball of a nucleus' diameter: what is smaller is no nucleus. */
const LEAST_SHARE = 1 / 8;

const leastVoxels = ([z, y, x]: Zyx, diameterUm: number): number =>
  (LEAST_SHARE * (Math.PI / 6) * diameterUm ** 3) / (z * y * x);

/** How far from its middle a place may reach, voxels to each side. */
export function placeReachZyx(voxelSizeZyx: Zyx, diameterUm: number): Zyx {
  const along = (axis: 0 | 1 | 2) => Math.floor((RADIUS * diameterUm) / voxelSizeZyx[axis]);
  return [along(0), along(1), along(2)];
}

/**
 * The places of the blobs that are asked for and lie in nothing that is taken. Each has the voxels round its middle, and connected
 * with it, that are brighter than what is round them, not taken, and nearer to it than to any other blob; at equal distance to
 * the stronger one. Small ones are left out.
 */
export function placesOutside(
  { middles, strength }: ImageBlobs,
  { shapeZyx, voxelSizeZyx }: VoxelSpace,
  diameterUm: number,
  isAsked: (middle: number) => boolean,
  isTaken: (voxel: number) => boolean,
): MissedPlace[] {
  const radiusUm = RADIUS * diameterUm;
  const space = { shapeZyx, voxelSizeZyx };
  const nearby = neighboursOf(middles, space, 2 * radiusUm);
  return middles.flatMap((middle, rank) => {
    if (!isAsked(middle) || isTaken(middle)) return [];
    const rivals = nearby(rank);
    const isOwn = (voxel: number) => {
      if (isTaken(voxel) || strength[voxel] <= 0) return false;
      const away = awayUm(voxel, middle, space);
      if (away > radiusUm * (1 + 1e-6)) return false;
      return rivals.every((other) => {
        const theirs = awayUm(voxel, middles[other], space);
        return theirs > away || (theirs === away && other > rank);
      });
    };
    const voxels = connected(middle, shapeZyx, isOwn);
    return voxels.length < leastVoxels(voxelSizeZyx, diameterUm) ? [] : [{ middle, voxels }];
  });
}

/** Ranks of the middles within a distance of one. */
function neighboursOf(middles: readonly number[], space: VoxelSpace, reachUm: number) {
  const cells = new Map<string, number[]>();
  const cellOf = (middle: number) =>
    placeOf(middle, space.shapeZyx).map((at, axis) => Math.floor((at * space.voxelSizeZyx[axis]) / reachUm));
  middles.forEach((middle, rank) => {
    const key = cellOf(middle).join();
    cells.set(key, [...(cells.get(key) ?? []), rank]);
  });
  return (rank: number): number[] => {
    const [cz, cy, cx] = cellOf(middles[rank]);
    const near: number[] = [];
    for (let z = cz - 1; z <= cz + 1; z++)
      for (let y = cy - 1; y <= cy + 1; y++)
        for (let x = cx - 1; x <= cx + 1; x++)
          for (const other of cells.get([z, y, x].join()) ?? [])
            if (other !== rank && awayUm(middles[other], middles[rank], space) <= reachUm * (1 + 1e-6))
              near.push(other);
    return near;
  };
}

/** What is reached from a voxel through faces. */
function connected(first: number, shapeZyx: Zyx, belongs: (voxel: number) => boolean): number[] {
  const [depth, rows, columns] = shapeZyx;
  const plane = rows * columns;
  const found = new Set([first]);
  const open = [first];
  const visit = (exists: boolean, voxel: number) => {
    if (!exists || found.has(voxel) || !belongs(voxel)) return;
    found.add(voxel);
    open.push(voxel);
  };
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const z = Math.floor(at / plane);
    const y = Math.floor(at / columns) % rows;
    const x = at % columns;
    visit(z > 0, at - plane);
    visit(z + 1 < depth, at + plane);
    visit(y > 0, at - columns);
    visit(y + 1 < rows, at + columns);
    visit(x > 0, at - 1);
    visit(x + 1 < columns, at + 1);
  }
  return [...found].sort((a, b) => a - b);
}
