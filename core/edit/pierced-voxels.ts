import type { Zyx } from "../volume/voxel-space.ts";
import type { VoxelSet } from "./voxel-set.ts";

/** Adds every voxel that the segment passes through (grid walk of Amanatides and Woo 1987), clipped to the volume. */
export function addPiercedVoxels(set: VoxelSet, fromZyx: Zyx, toZyx: Zyx): void {
  const at = fromZyx.map(Math.floor);
  const end = toZyx.map(Math.floor);
  const step = [0, 0, 0];
  const next = [Infinity, Infinity, Infinity]; // parameter in [0, 1] of the next wall on each axis
  const between = [Infinity, Infinity, Infinity];
  for (let axis = 0; axis < 3; axis++) {
    const delta = toZyx[axis] - fromZyx[axis];
    if (delta === 0) continue;
    step[axis] = Math.sign(delta);
    between[axis] = 1 / Math.abs(delta);
    const wall = delta > 0 ? at[axis] + 1 - fromZyx[axis] : fromZyx[axis] - at[axis];
    next[axis] = wall * between[axis];
  }
  const steps = Math.abs(end[0] - at[0]) + Math.abs(end[1] - at[1]) + Math.abs(end[2] - at[2]);
  set.addRun(at[0], at[1], at[2], at[2] + 1);
  for (let i = 0; i < steps; i++) {
    const axis = next[0] <= next[1] && next[0] <= next[2] ? 0 : next[1] <= next[2] ? 1 : 2;
    at[axis] += step[axis];
    next[axis] += between[axis];
    set.addRun(at[0], at[1], at[2], at[2] + 1);
  }
}
