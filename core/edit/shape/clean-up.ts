import { distanceToNearest } from "../../labels/distance-transform.ts";
import { faceIndices, flood } from "../../labels/flood.ts";
import { blur } from "../../volume/blur.ts";
import type { SlicePlane } from "../slice-plane.ts";
import { ERASE, type NucleusRegion, PAINT } from "./nucleus-region.ts";
import { sectionOf, sliceWalk } from "./section.ts";

/** A hair of tolerance: distances come in 32 bits. */
const EPSILON = 1e-5;
/** Of a blurred nucleus, from outside to inside. */
const LEVELS = 4096;

/** Background that the nucleus encloses in 3D; what lies at the border of the volume is open. */
export function fillHoles({ shapeZyx, own, blocked }: NucleusRegion): Uint8Array {
  const open = new Uint8Array(own.length);
  flood(shapeZyx, faceIndices(shapeZyx), (i) => {
    if (own[i] !== 0 || open[i] !== 0) return false;
    open[i] = 1;
    return true;
  });
  return own.map((inside, i) => (inside === 0 && open[i] === 0 && blocked[i] === 0 ? PAINT : 0));
}

/** Background that the nucleus encloses within a slice: the inside of a ring that was drawn with the brush. */
export function fillHolesOfSlices(region: NucleusRegion, plane: SlicePlane): Uint8Array {
  const walk = sliceWalk(region.shapeZyx, plane);
  const writes = new Uint8Array(region.own.length);
  const flat = [1, walk.rows, walk.columns] as const;
  const edge: number[] = [];
  for (let r = 0; r < walk.rows; r++)
    for (let c = 0; c < walk.columns; c++)
      if (r === 0 || c === 0 || r === walk.rows - 1 || c === walk.columns - 1) edge.push(r * walk.columns + c);
  for (let slice = 0; slice < walk.slices; slice++) {
    const closed = sectionOf(region.own, walk, slice);
    flood(flat, edge, (i) => {
      if (closed[i] !== 0) return false;
      closed[i] = 2;
      return true;
    });
    for (let r = 0; r < walk.rows; r++)
      for (let c = 0; c < walk.columns; c++) {
        const at = slice * walk.across + r * walk.down + c * walk.along;
        if (closed[r * walk.columns + c] === 0 && region.blocked[at] === 0) writes[at] = PAINT;
      }
  }
  return writes;
}

/**
 * Smooths the surface: a Gaussian blur of the nucleus, cut where as many voxels are inside as before, so that it neither
 * shrinks nor moves. At the border of the volume it goes on as mirrored.
 */
export function smooth(region: NucleusRegion, sigmaUm: number): Uint8Array {
  const soft = Float32Array.from(region.own);
  blur(soft, region, [sigmaUm, sigmaUm, sigmaUm]);
  const counts = new Uint32Array(LEVELS + 1);
  let wanted = 0;
  for (let i = 0; i < soft.length; i++) {
    if (region.blocked[i] !== 0) continue;
    wanted += region.own[i];
    counts[Math.round(soft[i] * LEVELS)]++;
  }
  let level = LEVELS;
  let inside = counts[LEVELS];
  // As near to the count as whole levels allow: voxels of one value stay together, so that a symmetric shape stays symmetric.
  while (level > 1 && Math.abs(inside + counts[level - 1] - wanted) <= Math.abs(inside - wanted))
    inside += counts[--level];
  return region.own.map((before, i) => {
    const after = Math.round(soft[i] * LEVELS) >= level && region.blocked[i] === 0;
    return after === (before !== 0) ? 0 : after ? PAINT : ERASE;
  });
}

/** Adds what lies within `byUm` of the nucleus and can be reached from it without crossing another one. */
export function grow({ shapeZyx, voxelSizeZyx, own, blocked }: NucleusRegion, byUm: number): Uint8Array {
  const away = distanceToNearest(own, shapeZyx, voxelSizeZyx);
  const reached = new Uint8Array(own.length);
  flood(shapeZyx, indicesOf(own), (i) => {
    if (reached[i] !== 0 || blocked[i] !== 0 || away[i] > byUm + EPSILON) return false;
    reached[i] = 1;
    return true;
  });
  return reached.map((inside, i) => (inside !== 0 && own[i] === 0 ? PAINT : 0));
}

/** Takes away what lies within `byUm` of the outside. Beyond the border of the volume nobody knows of an outside. */
export function shrink({ shapeZyx, voxelSizeZyx, own }: NucleusRegion, byUm: number): Uint8Array {
  const away = distanceToNearest(
    own.map((inside) => 1 - inside),
    shapeZyx,
    voxelSizeZyx,
  );
  return own.map((inside, i) => (inside !== 0 && away[i] <= byUm + EPSILON ? ERASE : 0));
}

function* indicesOf(voxels: Uint8Array): Generator<number> {
  for (let i = 0; i < voxels.length; i++) if (voxels[i] !== 0) yield i;
}
