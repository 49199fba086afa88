import type { Zyx } from "../../../core/volume/voxel-space.ts";

/** A ray in fractional voxel coordinates; `direction` of any length. */
export interface VoxelRay {
  readonly originZyx: Zyx;
  readonly directionZyx: Zyx;
}

/** The first voxel along a ray for which `isHit`, and where the ray enters it (Amanatides and Woo 1987). Null: none. */
export function pickAlongRay(
  { originZyx, directionZyx }: VoxelRay,
  shapeZyx: Zyx,
  isHit: (z: number, y: number, x: number) => boolean,
): Zyx | null {
  const span = clipToVolume(originZyx, directionZyx, shapeZyx);
  if (!span) return null;
  let t = span.enter;
  const at = (axis: number) => originZyx[axis] + t * directionZyx[axis];
  const voxel = [0, 1, 2].map((axis) => Math.min(Math.max(Math.floor(at(axis)), 0), shapeZyx[axis] - 1));
  const step = directionZyx.map((d) => Math.sign(d));
  const delta = directionZyx.map((d) => (d === 0 ? Infinity : Math.abs(1 / d)));
  const next = directionZyx.map((d, axis) =>
    d === 0 ? Infinity : (voxel[axis] + (d > 0 ? 1 : 0) - originZyx[axis]) / d,
  );
  for (;;) {
    if (isHit(voxel[0], voxel[1], voxel[2]))
      return [at(0), at(1), at(2)].map((v, i) => inVoxel(v, voxel[i])) as unknown as Zyx;
    const axis = next[0] <= next[1] && next[0] <= next[2] ? 0 : next[1] <= next[2] ? 1 : 2;
    t = next[axis];
    if (t > span.leave) return null;
    voxel[axis] += step[axis];
    if (voxel[axis] < 0 || voxel[axis] >= shapeZyx[axis]) return null;
    next[axis] += delta[axis];
  }
}

/** Rounding must not put the entry point into the voxel before. */
const inVoxel = (value: number, index: number): number => Math.min(Math.max(value, index), index + 1 - 1e-6);

function clipToVolume(origin: Zyx, direction: Zyx, shape: Zyx): { enter: number; leave: number } | null {
  let enter = 0;
  let leave = Infinity;
  for (let axis = 0; axis < 3; axis++) {
    if (direction[axis] === 0) {
      if (origin[axis] < 0 || origin[axis] >= shape[axis]) return null;
      continue;
    }
    const a = -origin[axis] / direction[axis];
    const b = (shape[axis] - origin[axis]) / direction[axis];
    enter = Math.max(enter, Math.min(a, b));
    leave = Math.min(leave, Math.max(a, b));
  }
  return enter < leave ? { enter, leave } : null;
}
