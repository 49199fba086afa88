import type { Zyx } from "../../volume/voxel-space.ts";

/** Positions in voxels, z, y, x one after the other. */
export type PointsZyx = readonly number[];

/** Twice the signed area of the triangle: above 0 where the turn is to the left. */
const turn = (ax: number, ay: number, bx: number, by: number, cx: number, cy: number): number =>
  (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);

/** Places of the corners of the convex hull of points in a plane (Andrew's monotone chain). */
function hullOf(places: readonly number[], u: (place: number) => number, v: (place: number) => number): number[] {
  if (places.length < 3) return [...places];
  const sorted = [...places].sort((a, b) => u(a) - u(b) || v(a) - v(b));
  const half = (order: readonly number[]): number[] => {
    const chain: number[] = [];
    for (const place of order) {
      while (chain.length > 1) {
        const [a, b] = [chain[chain.length - 2], chain[chain.length - 1]];
        if (turn(u(a), v(a), u(b), v(b), u(place), v(place)) > 0) break;
        chain.pop();
      }
      chain.push(place);
    }
    return chain;
  };
  return [...new Set([...half(sorted), ...half(sorted.reverse())])];
}

/**
 * Points that are corners of the hull in each plane across each axis. A corner of the hull in space is one in every plane through it,
 * and the farthest two points are corners: none of them is left out.
 */
function cornersOf(points: PointsZyx): number[] {
  const at = (place: number, axis: number): number => points[3 * place + axis];
  let places = Array.from({ length: points.length / 3 }, (_, place) => place);
  for (const [across, u, v] of [
    [0, 1, 2],
    [1, 0, 2],
    [2, 0, 1],
  ]) {
    const planes = new Map<number, number[]>();
    for (const place of places) {
      const plane = planes.get(at(place, across));
      if (plane) plane.push(place);
      else planes.set(at(place, across), [place]);
    }
    places = [...planes.values()].flatMap((plane) =>
      hullOf(
        plane,
        (place) => at(place, u),
        (place) => at(place, v),
      ),
    );
  }
  return places;
}

/** The largest distance between two of the points, in µm; 0 where there is one. */
export function farthestPairUm(points: PointsZyx, voxelSizeZyx: Zyx): number {
  const corners = Float64Array.from(
    cornersOf(points).flatMap((place) => voxelSizeZyx.map((size, axis) => points[3 * place + axis] * size)),
  );
  let farthest = 0;
  for (let i = 0; i < corners.length; i += 3)
    for (let j = i + 3; j < corners.length; j += 3) {
      const dz = corners[i] - corners[j];
      const dy = corners[i + 1] - corners[j + 1];
      const dx = corners[i + 2] - corners[j + 2];
      farthest = Math.max(farthest, dz * dz + dy * dy + dx * dx);
    }
  return Math.sqrt(farthest);
}
