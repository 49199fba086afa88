import { distanceToNearest } from "../../core/labels/distance-transform.ts";
import { growBox, type LabelObject } from "../../core/labels/object-boxes.ts";
import { boxShape, type Zyx } from "../../core/volume/voxel-space.ts";
import type { RealVolume } from "../simulator/real-kinds.ts";

/** A place in a slice, in voxels; the middle of voxel 3 is 3.5. */
export type Yx = readonly [y: number, x: number];

/** The true voxels of a nucleus in one slice, with a free margin round them. */
export interface SliceMask {
  readonly z: number;
  /** Of the mask's first voxel. */
  readonly fromYx: Yx;
  readonly shapeYx: Yx;
  /** Of a voxel (y, x), µm. */
  readonly voxelYx: Yx;
  readonly inside: Uint8Array;
}

/** Rays from the middle to the outline: a hand draws no more corners. */
const RAYS = 48;

/** Slices that hold some of the nucleus, in order. */
export function slicesOf({ labels, shapeZyx, voxelSizeZyx }: RealVolume, { label, box }: LabelObject): SliceMask[] {
  const around = growBox(box, [0, 1, 1], shapeZyx);
  const [, height, width] = boxShape(around);
  const slices: SliceMask[] = [];
  for (let z = box.minZyx[0]; z < box.maxZyx[0]; z++) {
    const inside = new Uint8Array(height * width);
    for (let i = 0; i < inside.length; i++) {
      const [y, x] = [around.minZyx[1] + Math.floor(i / width), around.minZyx[2] + (i % width)];
      inside[i] = Number(labels?.[(z * shapeZyx[1] + y) * shapeZyx[2] + x] === label);
    }
    const fromYx = [around.minZyx[1], around.minZyx[2]] as const;
    const voxelYx = [voxelSizeZyx[1], voxelSizeZyx[2]] as const;
    if (inside.includes(1)) slices.push({ z, fromYx, shapeYx: [height, width], voxelYx, inside });
  }
  return slices;
}

/** So many of them, evenly apart, with the first and the last. */
export const evenly = <T>(all: readonly T[], count: number): T[] =>
  all.length <= count
    ? [...all]
    : Array.from({ length: count }, (_, i) => all[Math.round((i * (all.length - 1)) / (count - 1))]);

/** A closed line along the edge of the mask, as seen from its middle; `widen` > 1 draws it looser. */
export function outlineOf(mask: SliceMask, widen = 1): Yx[] {
  const [middleY, middleX] = middleOf(mask);
  return Array.from({ length: RAYS + 1 }, (_, i) => {
    const [dy, dx] = [Math.sin((2 * Math.PI * i) / RAYS), Math.cos((2 * Math.PI * i) / RAYS)];
    let reach = 0;
    for (let r = 0; r < Math.hypot(...mask.shapeYx); r += 0.1)
      if (isInside(mask, middleY + r * dy, middleX + r * dx)) reach = r;
    // A line takes in the voxels whose middle it goes round: on the edge itself it would take or leave them by chance.
    const r = Math.max(0.4, reach - 0.05) * widen;
    return [middleY + r * dy, middleX + r * dx];
  });
}

/** One stroke of a disc that fills the mask: forth and back over the places from which the disc does not leave it. */
export function fillingStroke(mask: SliceMask, radiusUm: number): Yx[] {
  const [height, width] = mask.shapeYx;
  const outside = mask.inside.map((is) => 1 - is);
  const depth = distanceToNearest(outside, [1, height, width], [1, ...mask.voxelYx]);
  const deepest = depth.reduce((most, um) => Math.max(most, um), 0);
  // Where the slice is narrower than the brush: along its middle.
  const least = Math.min(radiusUm, deepest * 0.99);
  const rowsApart = Math.max(1, Math.floor(radiusUm / mask.voxelYx[0]));
  const rows = [...Array(height).keys()]
    .map((y) => [...Array(width).keys()].filter((x) => depth[y * width + x] >= least).map((x): Yx => [y, x]))
    .filter((row) => row.length > 0);
  const drawn = rows.filter((_, i) => i % rowsApart === 0 || i === rows.length - 1);
  return drawn
    .flatMap((row, i) => (i % 2 === 0 ? [row[0], row[row.length - 1]] : [row[row.length - 1], row[0]]))
    .map(([y, x]) => [mask.fromYx[0] + y + 0.5, mask.fromYx[1] + x + 0.5]);
}

/** Place of the mask's voxel that is farthest from its edge. */
export function deepestOf(mask: SliceMask): Zyx {
  const [height, width] = mask.shapeYx;
  const depth = distanceToNearest(
    mask.inside.map((is) => 1 - is),
    [1, height, width],
    [1, ...mask.voxelYx],
  );
  const i = depth.reduce((best, um, at) => (um > depth[best] ? at : best), 0);
  return [mask.z, mask.fromYx[0] + Math.floor(i / width), mask.fromYx[1] + (i % width)];
}

/** The voxel nearest to the middle of the mask's area may lie outside of it: then its deepest one. */
function middleOf(mask: SliceMask): Yx {
  let [sumY, sumX, count] = [0, 0, 0];
  mask.inside.forEach((is, i) => {
    sumY += is * Math.floor(i / mask.shapeYx[1]);
    sumX += is * (i % mask.shapeYx[1]);
    count += is;
  });
  const middle: Yx = [mask.fromYx[0] + sumY / count + 0.5, mask.fromYx[1] + sumX / count + 0.5];
  if (isInside(mask, ...middle)) return middle;
  const [, y, x] = deepestOf(mask);
  return [y + 0.5, x + 0.5];
}

function isInside({ fromYx, shapeYx, inside }: SliceMask, y: number, x: number): boolean {
  const [row, column] = [Math.floor(y - fromYx[0]), Math.floor(x - fromYx[1])];
  return row >= 0 && column >= 0 && row < shapeYx[0] && column < shapeYx[1] && inside[row * shapeYx[1] + column] === 1;
}
