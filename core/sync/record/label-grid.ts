import type { BrickKey } from "../../volume/brick.ts";
import type { Zyx } from "../../volume/voxel-space.ts";
import type { LocalBox } from "./record.ts";

/**
 * The grid that records are cut by. The product's bricks have 64³ voxels; the size is a parameter so that tests
 * reach seams with small volumes. Keys are those of core/volume/brick.ts.
 */
export interface LabelGrid {
  readonly shapeZyx: Zyx;
  readonly brickSize: number;
}

const KEY_BASE = 1024;

export const gridKeyOf = (bz: number, by: number, bx: number): BrickKey => bx + (by + bz * KEY_BASE) * KEY_BASE;

export function gridPositionZyx(key: BrickKey): Zyx {
  return [Math.floor(key / (KEY_BASE * KEY_BASE)), Math.floor(key / KEY_BASE) % KEY_BASE, key % KEY_BASE];
}

/** Part of a brick that lies inside the volume, or null where the key names no brick of the grid. */
export function brickExtent(grid: LabelGrid, key: BrickKey): LocalBox | null {
  const [bz, by, bx] = gridPositionZyx(key);
  const size = grid.brickSize;
  const x1 = Math.min(size, grid.shapeZyx[2] - bx * size);
  const y1 = Math.min(size, grid.shapeZyx[1] - by * size);
  const z1 = Math.min(size, grid.shapeZyx[0] - bz * size);
  return x1 > 0 && y1 > 0 && z1 > 0 ? { x0: 0, y0: 0, z0: 0, x1, y1, z1 } : null;
}

/** Keys of all bricks of a volume, ascending. */
export function allBrickKeys(grid: LabelGrid): BrickKey[] {
  const [nz, ny, nx] = grid.shapeZyx.map((size) => Math.ceil(size / grid.brickSize));
  const keys: BrickKey[] = [];
  for (let bz = 0; bz < nz; bz++)
    for (let by = 0; by < ny; by++) for (let bx = 0; bx < nx; bx++) keys.push(gridKeyOf(bz, by, bx));
  return keys;
}

export const isInside = (box: LocalBox, outer: LocalBox): boolean =>
  box.x0 >= outer.x0 &&
  box.y0 >= outer.y0 &&
  box.z0 >= outer.z0 &&
  box.x1 <= outer.x1 &&
  box.y1 <= outer.y1 &&
  box.z1 <= outer.z1;

export const boxesMeet = (a: LocalBox, b: LocalBox): boolean =>
  a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1 && a.z0 < b.z1 && b.z0 < a.z1;

export const unionBox = (a: LocalBox, b: LocalBox): LocalBox => ({
  x0: Math.min(a.x0, b.x0),
  y0: Math.min(a.y0, b.y0),
  z0: Math.min(a.z0, b.z0),
  x1: Math.max(a.x1, b.x1),
  y1: Math.max(a.y1, b.y1),
  z1: Math.max(a.z1, b.z1),
});
