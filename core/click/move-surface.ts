import { distanceToNearest } from "../labels/distance-transform.ts";
import { cubicSpace, resampleLinear } from "../volume/resample.ts";
import { boxShape, type VoxelBox, type VoxelSpace, voxelCount, type Zyx } from "../volume/voxel-space.ts";

/** Bounds time and memory: a huge object is moved on coarser cubes. */
const MAX_CUBES = 2_000_000;
/** Where a mask has no inside or no outside; far from all that is mixed with it. */
const MOST_UM = 1e6;
/** Of its largest depth: what lies deeper stays, however far the surface moves inward. */
const KEPT_CORE = 0.5;

/**
 * One object whose surface, which lies between voxels, is moved outward (inward where negative) by micrometres. Worked out on cubes, so
 * that thick slices gain and lose as many as thin ones; moves of less than a voxel take those voxels that are mostly covered then.
 * None where `blocked` is not 0.
 */
export function moveSurface(mask: Uint8Array, space: VoxelSpace, byUm: number, blocked: ArrayLike<number>): Uint8Array {
  const box = boxAround(mask, space, Math.max(0, byUm));
  if (!box || byUm === 0) return mask;
  const part: VoxelSpace = { shapeZyx: boxShape(box), voxelSizeZyx: space.voxelSizeZyx };
  const cubes = cubicSpace(part, Math.min(...space.voxelSizeZyx), MAX_CUBES);
  // By distances and not by the mask itself: between two slices a surface slants, and makes no stair.
  const own = signedDistances(cut(mask, space.shapeZyx, box), part, 0);
  const inside = Uint8Array.from(resampleLinear(own, part, cubes), (um) => (um < 0 ? 1 : 0));
  const signed = signedDistances(inside, cubes, Math.min(...cubes.voxelSizeZyx) / 2);
  const deepest = signed.reduce((least, um) => Math.min(least, um), 0);
  const least = Math.max(byUm, KEPT_CORE * deepest);
  const moved = resampleLinear(signed, cubes, part);
  const result = mask.slice();
  let i = 0;
  for (let z = box.minZyx[0]; z < box.maxZyx[0]; z++)
    for (let y = box.minZyx[1]; y < box.maxZyx[1]; y++) {
      const row = (z * space.shapeZyx[1] + y) * space.shapeZyx[2];
      for (let x = box.minZyx[2]; x < box.maxZyx[2]; x++, i++)
        result[row + x] = moved[i] < least && (mask[row + x] || !blocked[row + x]) ? 1 : 0;
    }
  return result;
}

/** Between voxel centres, less `nearerUm`: to the nearest voxel of the mask, below 0 in it, to the nearest that is not. */
function signedDistances(mask: Uint8Array, { shapeZyx, voxelSizeZyx }: VoxelSpace, nearerUm: number): Float32Array {
  const outward = distanceToNearest(mask, shapeZyx, voxelSizeZyx);
  const inward = distanceToNearest(
    mask.map((is) => 1 - is),
    shapeZyx,
    voxelSizeZyx,
  );
  return outward.map((um, i) => (mask[i] ? nearerUm - Math.min(inward[i], MOST_UM) : Math.min(um, MOST_UM) - nearerUm));
}

/** The mask's box, with room for the move and two voxels; null where it is empty. */
function boxAround(mask: Uint8Array, { shapeZyx, voxelSizeZyx }: VoxelSpace, byUm: number): VoxelBox | null {
  const [, rows, columns] = shapeZyx;
  const min = [Infinity, Infinity, Infinity];
  const max = [-1, -1, -1];
  for (let i = mask.indexOf(1); i >= 0; i = mask.indexOf(1, i + 1)) {
    const row = Math.floor(i / columns);
    const at = [Math.floor(row / rows), row % rows, i % columns];
    for (let axis = 0; axis < 3; axis++) {
      min[axis] = Math.min(min[axis], at[axis]);
      max[axis] = Math.max(max[axis], at[axis]);
    }
  }
  if (max[0] < 0) return null;
  const room = voxelSizeZyx.map((size) => Math.ceil(byUm / size) + 2);
  const first = (axis: 0 | 1 | 2) => Math.max(0, min[axis] - room[axis]);
  const end = (axis: 0 | 1 | 2) => Math.min(shapeZyx[axis], max[axis] + 1 + room[axis]);
  return { minZyx: [first(0), first(1), first(2)], maxZyx: [end(0), end(1), end(2)] };
}

function cut(mask: Uint8Array, [, rows, columns]: Zyx, box: VoxelBox): Uint8Array {
  const shape = boxShape(box);
  const part = new Uint8Array(voxelCount(shape));
  let to = 0;
  for (let z = box.minZyx[0]; z < box.maxZyx[0]; z++)
    for (let y = box.minZyx[1]; y < box.maxZyx[1]; y++, to += shape[2]) {
      const from = (z * rows + y) * columns;
      part.set(mask.subarray(from + box.minZyx[2], from + box.maxZyx[2]), to);
    }
  return part;
}
