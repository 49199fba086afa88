import { distanceToNearest } from "../labels/distance-transform.ts";
import { boxShape, type VoxelBox, voxelCount, type Zyx } from "../volume/voxel-space.ts";
import type { VoxelSet } from "./voxel-set.ts";

/** Beyond it the middle of the longest run does: a distance costs some 10 bytes per voxel of the box. */
const MAX_VOXELS = 8_000_000;

/** The voxel farthest from the surface, in µm: a place that surely means this nucleus. Null of an empty set. */
export function deepestVoxel(voxels: VoxelSet, voxelSizeZyx: Zyx): Zyx | null {
  const tight = voxels.boundingBox();
  if (!tight) return null;
  // One voxel of margin: the surface must be seen from outside on every side.
  const box: VoxelBox = {
    minZyx: [tight.minZyx[0] - 1, tight.minZyx[1] - 1, tight.minZyx[2] - 1],
    maxZyx: [tight.maxZyx[0] + 1, tight.maxZyx[1] + 1, tight.maxZyx[2] + 1],
  };
  const shapeZyx = boxShape(box);
  if (voxelCount(shapeZyx) > MAX_VOXELS) return middleOfLongestRun(voxels);
  const outside = new Uint8Array(voxelCount(shapeZyx)).fill(1);
  const indexOf = (z: number, y: number, x: number): number =>
    ((z - box.minZyx[0]) * shapeZyx[1] + y - box.minZyx[1]) * shapeZyx[2] + x - box.minZyx[2];
  voxels.forEachRun((z, y, xFirst, xEnd) => {
    outside.fill(0, indexOf(z, y, xFirst), indexOf(z, y, xEnd));
  });
  const depthUm = distanceToNearest(outside, shapeZyx, voxelSizeZyx);
  let best: Zyx | null = null;
  let deepest = 0;
  voxels.forEachRun((z, y, xFirst, xEnd) => {
    for (let x = xFirst; x < xEnd; x++) {
      const depth = depthUm[indexOf(z, y, x)];
      if (depth <= deepest) continue;
      deepest = depth;
      best = [z, y, x];
    }
  });
  return best;
}

function middleOfLongestRun(voxels: VoxelSet): Zyx | null {
  let best: Zyx | null = null;
  let longest = 0;
  voxels.forEachRun((z, y, xFirst, xEnd) => {
    if (xEnd - xFirst <= longest) return;
    longest = xEnd - xFirst;
    best = [z, y, Math.floor((xFirst + xEnd) / 2)];
  });
  return best;
}
