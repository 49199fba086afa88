import type { SlicePlane } from "../slice-plane.ts";
import { ERASE, type NucleusRegion, PAINT } from "./nucleus-region.ts";
import { filledSlices, type SliceWalk, sectionOf, sliceWalk } from "./section.ts";

/**
 * Makes the nucleus in one slice what it is in another; nothing where it has no voxel in that one. Slices count from the
 * region's first. Voxels that it has already are written again: they stay when what is beneath is undone.
 */
export function copySlice(region: NucleusRegion, plane: SlicePlane, from: number, to: number): Uint8Array {
  const writes = new Uint8Array(region.own.length);
  const walk = sliceWalk(region.shapeZyx, plane);
  const section = sectionOf(region.own, walk, from);
  if (!section.includes(1)) return writes;
  writeSection(region, writes, walk, section, to);
  for (let r = 0; r < walk.rows; r++)
    for (let c = 0; c < walk.columns; c++) {
      const at = to * walk.across + r * walk.down + c * walk.along;
      if (region.own[at] !== 0 && writes[at] !== PAINT) writes[at] = ERASE;
    }
  return writes;
}

/** Goes on with the nearest filled slice up to this one; nothing where this one is filled already. */
export function extrude(region: NucleusRegion, plane: SlicePlane, to: number): Uint8Array {
  const writes = new Uint8Array(region.own.length);
  const walk = sliceWalk(region.shapeZyx, plane);
  const filled = filledSlices(region.own, walk);
  if (filled.length === 0) return writes;
  const from = filled.reduce((best, slice) => (Math.abs(slice - to) < Math.abs(best - to) ? slice : best));
  const section = sectionOf(region.own, walk, from);
  const step = Math.sign(to - from);
  for (let slice = from; slice !== to; ) {
    slice += step;
    writeSection(region, writes, walk, section, slice);
  }
  return writes;
}

function writeSection(
  { blocked }: NucleusRegion,
  writes: Uint8Array,
  walk: SliceWalk,
  section: Uint8Array,
  slice: number,
): void {
  for (let r = 0; r < walk.rows; r++)
    for (let c = 0; c < walk.columns; c++) {
      const at = slice * walk.across + r * walk.down + c * walk.along;
      if (section[r * walk.columns + c] !== 0 && blocked[at] === 0) writes[at] = PAINT;
    }
}
