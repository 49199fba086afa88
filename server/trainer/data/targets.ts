import { distanceToNearest } from "../../../core/labels/distance-transform.ts";
import { separateDistantParts } from "../../../core/labels/distant-parts.ts";
import { findObjects } from "../../../core/labels/object-boxes.ts";
import { boxShape, type VoxelSpace, voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";

/** What the heads learn, per voxel of the whole volume: a patch edge is not a nucleus edge. */
export interface HeadTargets {
  /** Distance to the outside of the voxel's nucleus over the nucleus's own maximum; 0 in background. */
  readonly distance: Float32Array;
  /** 1 on the rim of every nucleus, on both sides where two touch. */
  readonly boundary: Uint8Array;
}

export function buildTargets(given: Uint32Array, { shapeZyx, voxelSizeZyx }: VoxelSpace): HeadTargets {
  const { labels } = separateDistantParts(given, shapeZyx);
  const distance = new Float32Array(voxelCount(shapeZyx));
  const boundary = new Uint8Array(distance.length);
  // One voxel in plane, as the definition of the rim says; face neighbours belong to it however thick the slices are.
  const rimUm = Math.max(voxelSizeZyx[1], voxelSizeZyx[2]) * 1.001;
  for (const { label, box } of findObjects(labels, shapeZyx)) {
    // A frame of one voxel of "outside", also at the volume's border.
    const shape = boxShape(box);
    const framed: Zyx = [shape[0] + 2, shape[1] + 2, shape[2] + 2];
    const outside = new Uint8Array(voxelCount(framed)).fill(1);
    forEachVoxel(box.minZyx, shape, framed, shapeZyx, (inFrame, inVolume) => {
      if (labels[inVolume] === label) outside[inFrame] = 0;
    });
    const toOutside = distanceToNearest(outside, framed, voxelSizeZyx);
    const plane = framed[1] * framed[2];
    const steps = [1, framed[2], plane];
    let largest = 0;
    for (const value of toOutside) if (value > largest) largest = value;
    forEachVoxel(box.minZyx, shape, framed, shapeZyx, (inFrame, inVolume) => {
      if (labels[inVolume] !== label) return;
      distance[inVolume] = toOutside[inFrame] / largest;
      const touchesOutside = steps.some((step) => outside[inFrame - step] || outside[inFrame + step]);
      if (toOutside[inFrame] <= rimUm || touchesOutside) boundary[inVolume] = 1;
    });
  }
  return { distance, boundary };
}

/** Visits a box of the volume and the same voxels in its copy with a frame of one voxel. */
function forEachVoxel(
  minZyx: Zyx,
  shape: Zyx,
  framed: Zyx,
  shapeZyx: Zyx,
  visit: (inFrame: number, inVolume: number) => void,
): void {
  for (let z = 0; z < shape[0]; z++)
    for (let y = 0; y < shape[1]; y++) {
      let inFrame = ((z + 1) * framed[1] + y + 1) * framed[2] + 1;
      let inVolume = ((z + minZyx[0]) * shapeZyx[1] + y + minZyx[1]) * shapeZyx[2] + minZyx[2];
      for (let x = 0; x < shape[2]; x++) visit(inFrame++, inVolume++);
    }
}
