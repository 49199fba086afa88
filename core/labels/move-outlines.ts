import { boxShape, type VoxelSpace, voxelCount } from "../volume/voxel-space.ts";
import { distanceToNearest } from "./distance-transform.ts";
import { findObjects, growBox } from "./object-boxes.ts";

/** Labels farther out or in than this are another thing than a habit of drawing. */
export const MAX_OUTLINE_UM = 1000;

/** A nucleus that shrinks keeps everything that lies deeper than this share of its largest depth. */
const KEPT_CORE = 0.5;

/**
 * Every object grown by `byUm`, or shrunk where that is negative: all voxels whose centres lie within the distance of the
 * object's, exact in micrometres. None grows into another or into a voxel where `blocked` is not 0; between two that would
 * take the same voxel the nearer one gets it, at equal distance the smaller label.
 */
export function moveOutlines(
  labels: Uint32Array,
  space: VoxelSpace,
  byUm: number,
  blocked?: ArrayLike<number>,
): Uint32Array<ArrayBuffer> {
  const moved = Uint32Array.from(labels);
  const nearest = new Float32Array(byUm > 0 ? labels.length : 0).fill(Number.POSITIVE_INFINITY);
  for (const { label, box } of findObjects(labels, space.shapeZyx)) {
    const { indices, signedUm } = signedDistances(labels, space, label, box, Math.max(0, byUm));
    let deepest = 0;
    for (const value of signedUm) deepest = Math.min(deepest, value);
    const least = Math.max(byUm, KEPT_CORE * deepest);
    indices.forEach((index, i) => {
      if (byUm < 0) {
        if (labels[index] === label && signedUm[i] > least) moved[index] = 0;
        return;
      }
      if (labels[index] !== 0 || blocked?.[index] || signedUm[i] > byUm || signedUm[i] >= nearest[index]) return;
      nearest[index] = signedUm[i];
      moved[index] = label;
    });
  }
  return moved;
}

/**
 * Distance of every voxel round an object to it, in micrometres between voxel centres: positive outside of it; inside,
 * less than 0, to the nearest voxel that is not its own. Voxels up to `marginUm` outside of its box are asked.
 */
export function signedDistances(
  labels: Uint32Array,
  { shapeZyx, voxelSizeZyx }: VoxelSpace,
  label: number,
  box: Parameters<typeof boxShape>[0],
  marginUm: number,
): { indices: Float64Array; signedUm: Float32Array } {
  // One voxel more, so that the inside has an outside; beyond the volume's border there is none.
  const margin = voxelSizeZyx.map((size) => Math.floor(marginUm / size + 1e-6) + 1) as [number, number, number];
  const seen = growBox(box, margin, shapeZyx);
  const shape = boxShape(seen);
  const own = new Uint8Array(voxelCount(shape));
  const other = new Uint8Array(own.length);
  const indices = new Float64Array(own.length);
  let at = 0;
  for (let z = seen.minZyx[0]; z < seen.maxZyx[0]; z++)
    for (let y = seen.minZyx[1]; y < seen.maxZyx[1]; y++)
      for (let x = seen.minZyx[2]; x < seen.maxZyx[2]; x++, at++) {
        const index = (z * shapeZyx[1] + y) * shapeZyx[2] + x;
        indices[at] = index;
        if (labels[index] === label) own[at] = 1;
        else other[at] = 1;
      }
  const outward = distanceToNearest(own, shape, voxelSizeZyx);
  const inward = distanceToNearest(other, shape, voxelSizeZyx);
  return { indices, signedUm: outward.map((value, i) => (own[i] ? -Math.min(inward[i], Number.MAX_VALUE) : value)) };
}
