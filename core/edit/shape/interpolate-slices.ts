import type { SlicePlane } from "../slice-plane.ts";
import { planeAxes } from "../slice-plane.ts";
import { type NucleusRegion, PAINT } from "./nucleus-region.ts";
import { filledSlices, planeOfNormal, type SliceWalk, sectionOf, sliceWalk } from "./section.ts";
import { measureSection, type SectionDistance } from "./section-distance.ts";

/**
 * The plane whose slices have gaps between them: the wished one if it has any, else the one with most. Null where no axis
 * has a gap.
 */
export function planeWithGaps(region: NucleusRegion, wished: SlicePlane): SlicePlane | null {
  const gapsIn = (plane: SlicePlane): number => {
    const filled = filledSlices(region.own, sliceWalk(region.shapeZyx, plane));
    return filled.length === 0 ? 0 : filled[filled.length - 1] - filled[0] + 1 - filled.length;
  };
  if (gapsIn(wished) > 0) return wished;
  const best = [...planeOfNormal].sort((a, b) => gapsIn(b) - gapsIn(a))[0];
  return gapsIn(best) > 0 ? best : null;
}

/**
 * Fills the empty slices between filled ones by shape-based interpolation (Raya and Udupa 1990): the signed distance to the
 * outline, µm in the plane, runs from slice to slice, and what is positive is inside. It follows a parabola where slices
 * farther on show how the shape bends, so that a ball between three outlines stays round. Sections that lie beside each
 * other are moved onto each other on the way. Never writes into a filled slice or over another nucleus.
 */
export function interpolateSlices(region: NucleusRegion, plane: SlicePlane): Uint8Array {
  const writes = new Uint8Array(region.own.length);
  const walk = sliceWalk(region.shapeZyx, plane);
  const { row, column } = planeAxes(plane);
  const um = [region.voxelSizeZyx[row], region.voxelSizeZyx[column]] as const;
  const measured = new Map<number, SectionDistance>();
  const distanceOf = (slice: number): SectionDistance => {
    let found = measured.get(slice);
    if (!found) {
      found = measureSection(sectionOf(region.own, walk, slice), slice, [walk.rows, walk.columns], um);
      measured.set(slice, found);
    }
    return found;
  };
  const filled = filledSlices(region.own, walk);
  for (let i = 0; i + 1 < filled.length; i++) {
    const [from, to] = [filled[i], filled[i + 1]];
    if (to - from < 2) continue;
    const knots = knotsOfGap(filled, i).map(distanceOf);
    const [a, b] = [distanceOf(from), distanceOf(to)];
    const moves = overlap(a, b, walk, true) > overlap(a, b, walk, false);
    for (let slice = from + 1; slice < to; slice++)
      fillSlice(region, writes, walk, slice, weigh(knots, a, b, slice), moves);
  }
  return writes;
}

/** The slices of the gap, and on each side the next one that is at least half of the gap away: nearer ones say little of the bend. */
function knotsOfGap(filled: readonly number[], i: number): number[] {
  const [from, to] = [filled[i], filled[i + 1]];
  const far = (to - from) / 2;
  const before = filled.slice(0, i).findLast((slice) => from - slice >= far);
  const after = filled.slice(i + 2).find((slice) => slice - to >= far);
  return [before, from, to, after].filter((slice) => slice !== undefined);
}

interface Weighed {
  readonly knot: SectionDistance;
  readonly weight: number;
}

/**
 * How much each knot counts at a slice of the gap a–b: a straight line through two; through more, the cubic whose slopes at
 * both ends are those of the parabolas through three neighbours (Bessel).
 */
function weigh(knots: readonly SectionDistance[], a: SectionDistance, b: SectionDistance, slice: number): Weighed[] {
  const weights = new Map(knots.map((knot) => [knot, 0]));
  const add = (knot: SectionDistance, weight: number) => weights.set(knot, (weights.get(knot) as number) + weight);
  const gap = b.slice - a.slice;
  const t = (slice - a.slice) / gap;
  if (knots.length === 2) {
    add(a, 1 - t);
    add(b, t);
  } else {
    add(a, 2 * t ** 3 - 3 * t ** 2 + 1);
    add(b, -2 * t ** 3 + 3 * t ** 2);
    const first = knots.indexOf(a);
    for (const [end, weight] of [
      [a, (t ** 3 - 2 * t ** 2 + t) * gap],
      [b, (t ** 3 - t ** 2) * gap],
    ] as const) {
      // The three knots round this end, or at the end of the row the first or last three.
      const middle = Math.min(Math.max(end === a ? first : first + 1, 1), knots.length - 2);
      for (const [knot, slope] of parabolaSlopes(knots.slice(middle - 1, middle + 2), end.slice))
        add(knot, weight * slope);
    }
  }
  return [...weights].map(([knot, weight]) => ({ knot, weight }));
}

/** By how much each of three knots counts in the slope, per slice, of the parabola through them. */
function parabolaSlopes(knots: readonly SectionDistance[], at: number): (readonly [SectionDistance, number])[] {
  return knots.map((knot, i) => {
    const [p, q] = knots.filter((_, other) => other !== i).map((other) => other.slice);
    return [knot, (2 * at - p - q) / ((knot.slice - p) * (knot.slice - q))];
  });
}

function fillSlice(
  { own, blocked }: NucleusRegion,
  writes: Uint8Array,
  walk: SliceWalk,
  slice: number,
  weighed: readonly Weighed[],
  moves: boolean,
): void {
  const centre = [0, 1].map((axis) => weighed.reduce((sum, { knot, weight }) => sum + weight * knot.centre[axis], 0));
  const shifts = weighed.map(({ knot }) => (moves ? [knot.centre[0] - centre[0], knot.centre[1] - centre[1]] : [0, 0]));
  for (let r = 0; r < walk.rows; r++)
    for (let c = 0; c < walk.columns; c++) {
      let distance = 0;
      for (let k = 0; k < weighed.length; k++)
        distance += weighed[k].weight * weighed[k].knot.at(r + shifts[k][0], c + shifts[k][1]);
      if (distance <= 0) continue;
      const at = slice * walk.across + r * walk.down + c * walk.along;
      if (own[at] === 0 && blocked[at] === 0) writes[at] = PAINT;
    }
}

/** Voxels that two sections share, as they lie or with their centres on each other. */
function overlap(a: SectionDistance, b: SectionDistance, walk: SliceWalk, moved: boolean): number {
  const [down, right] = [0, 1].map((axis) => (moved ? Math.round(b.centre[axis] - a.centre[axis]) : 0));
  let shared = 0;
  for (let r = Math.max(0, -down); r < Math.min(walk.rows, walk.rows - down); r++)
    for (let c = Math.max(0, -right); c < Math.min(walk.columns, walk.columns - right); c++)
      if (a.section[r * walk.columns + c] !== 0 && b.section[(r + down) * walk.columns + c + right] !== 0) shared++;
  return shared;
}
