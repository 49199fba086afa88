import { distanceToNearest } from "../labels/distance-transform.ts";
import { growBox, type LabelObject } from "../labels/object-boxes.ts";
import { boxShape, voxelCount, type Zyx } from "../volume/voxel-space.ts";

/** Binary entropy divided by ln 2, so in [0, 1]. */
export function normalisedEntropy(probability: number): number {
  if (probability <= 0 || probability >= 1) return 0;
  return -(probability * Math.log2(probability) + (1 - probability) * Math.log2(1 - probability));
}

/** The band reaches this many in-plane voxels to both sides of the surface. */
const BAND_VOXELS_XY = 1.5;

export interface ProbabilityVolume {
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  /** C order, 0…1. */
  readonly probability: Float32Array;
}

/**
 * u1: mean entropy of the foreground probability over voxels within ±1.5 in-plane voxels (in µm) of the object's
 * surface; surface voxels and their outer face neighbours always count. A mean, so that size does not decide.
 */
export function boundaryDoubt(labels: Uint32Array, object: LabelObject, volume: ProbabilityVolume): number {
  const { shapeZyx, voxelSizeZyx, probability } = volume;
  const reachUm = BAND_VOXELS_XY * Math.max(voxelSizeZyx[1], voxelSizeZyx[2]);
  const margin = voxelSizeZyx.map((size) => Math.max(1, Math.ceil(reachUm / size)));
  const crop = growBox(object.box, [margin[0], margin[1], margin[2]], shapeZyx);
  const size = boxShape(crop);
  const inside = new Uint8Array(voxelCount(size));
  const at: number[] = [];
  forEachVoxel(size, (i, z, y, x) => {
    const source = ((z + crop.minZyx[0]) * shapeZyx[1] + y + crop.minZyx[1]) * shapeZyx[2] + x + crop.minZyx[2];
    at[i] = source;
    inside[i] = labels[source] === object.label ? 1 : 0;
  });
  const plane = size[1] * size[2];
  const surface = new Uint8Array(inside.length);
  const outer = new Uint8Array(inside.length);
  forEachVoxel(size, (i, z, y, x) => {
    if (!inside[i]) return;
    const look = (exists: boolean, neighbour: number) => {
      if (!exists || inside[neighbour]) return;
      surface[i] = 1;
      outer[neighbour] = 1;
    };
    look(z > 0, i - plane);
    look(z + 1 < size[0], i + plane);
    look(y > 0, i - size[2]);
    look(y + 1 < size[1], i + size[2]);
    look(x > 0, i - 1);
    look(x + 1 < size[2], i + 1);
  });
  const distanceUm = distanceToNearest(surface, size, voxelSizeZyx);
  let sum = 0;
  let count = 0;
  for (let i = 0; i < inside.length; i++) {
    // The tolerance keeps a voxel exactly on the band's edge inside it, whatever the rounding.
    if (!outer[i] && distanceUm[i] > reachUm * (1 + 1e-6)) continue;
    sum += normalisedEntropy(probability[at[i]]);
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

function forEachVoxel(size: Zyx, visit: (i: number, z: number, y: number, x: number) => void): void {
  let i = 0;
  for (let z = 0; z < size[0]; z++)
    for (let y = 0; y < size[1]; y++) for (let x = 0; x < size[2]; x++, i++) visit(i, z, y, x);
}
