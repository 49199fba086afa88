import type { Zyx } from "../../volume/voxel-space.ts";
import { type Symmetric3, symmetricEigenvalues } from "../symmetric-eigenvalues.ts";
import { farthestPairUm } from "./farthest-pair.ts";
import type { NucleusMask } from "./mask-of-runs.ts";

/** What TANGO measures on a mask, under its own names (its class Simple_MeasureGeometrical, by mcib3d's Object3D). */
export interface MaskMeasures {
  /** Faces of voxels towards what is not the nucleus. */
  readonly surfacePix: number;
  /** The longest distance between two border voxels, µm. */
  readonly feretMaxUm: number;
  /** Volume over that of the ellipsoid with half-axes √(5 l); null where it is flat. */
  readonly ratioEllVolume: number | null;
  /** Mean and standard deviation of the distances from the centre to border voxels, µm; null where the centre is outside. */
  readonly dcAvgUm: number | null;
  readonly dcSdUm: number | null;
  /** From the middle of the first plane to that of the last, µm. */
  readonly zThicknessUm: number;
  /** Of the projection along z. */
  readonly xyFeretMaxUm: number;
  readonly xyAxisMaxUm: number;
  /** Null where the projection is one voxel wide. */
  readonly xyAxisMinUm: number | null;
}

/** Below that share of the largest a variance is rounding. */
const FLAT = 1e-9;

export function measureMask(mask: NucleusMask, voxelSizeZyx: Zyx): MaskMeasures {
  const border = borderOf(mask);
  const centre = centreOf(mask);
  const distances = distancesUm(border.points, centre, voxelSizeZyx);
  const isInside = mask.voxels[placeOf(mask, centre.map(Math.round) as unknown as Zyx)] === 1;
  const [l0, l1, l2] = variancesUm2(mask, voxelSizeZyx);
  const [vz, vy, vx] = voxelSizeZyx;
  const ellipsoidUm3 = ((4 * Math.PI) / 3) * Math.sqrt(125 * l0 * l1 * l2);
  const flat = projectionOf(mask);
  const [, p1, p2] = variancesUm2(flat, voxelSizeZyx);
  return {
    surfacePix: border.faces,
    feretMaxUm: farthestPairUm(border.points, voxelSizeZyx),
    ratioEllVolume: l0 > l2 * FLAT ? (countOf(mask) * vz * vy * vx) / ellipsoidUm3 : null,
    dcAvgUm: isInside ? distances.mean : null,
    dcSdUm: isInside ? distances.sd : null,
    zThicknessUm: (mask.shapeZyx[0] - 3) * vz,
    xyFeretMaxUm: farthestPairUm(borderOf(flat).points, voxelSizeZyx),
    xyAxisMaxUm: Math.sqrt(5 * p2),
    xyAxisMinUm: p1 > p2 * FLAT ? Math.sqrt(5 * p1) : null,
  };
}

const placeOf = ({ shapeZyx: [, height, width] }: NucleusMask, [z, y, x]: Zyx): number => (z * height + y) * width + x;

const countOf = ({ voxels }: NucleusMask): number => voxels.reduce((sum, voxel) => sum + voxel, 0);

/** Calls for each voxel of the nucleus with its place in the mask. */
function forEachVoxel({ voxels, shapeZyx }: NucleusMask, call: (z: number, y: number, x: number) => void): void {
  const [depth, height, width] = shapeZyx;
  for (let z = 0, at = 0; z < depth; z++)
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++, at++) if (voxels[at] === 1) call(z, y, x);
}

/** Voxels that have one of their six faces towards the outside, and how many faces those are. */
function borderOf(mask: NucleusMask): { points: number[]; faces: number } {
  const [, height, width] = mask.shapeZyx;
  const { voxels } = mask;
  const points: number[] = [];
  let faces = 0;
  forEachVoxel(mask, (z, y, x) => {
    const at = (z * height + y) * width + x;
    const open =
      6 -
      voxels[at - 1] -
      voxels[at + 1] -
      voxels[at - width] -
      voxels[at + width] -
      voxels[at - width * height] -
      voxels[at + width * height];
    if (open > 0) points.push(z, y, x);
    faces += open;
  });
  return { points, faces };
}

function centreOf(mask: NucleusMask): Zyx {
  const sums: [number, number, number, number] = [0, 0, 0, 0];
  forEachVoxel(mask, (z, y, x) => {
    sums[0] += z;
    sums[1] += y;
    sums[2] += x;
    sums[3]++;
  });
  return [sums[0] / sums[3], sums[1] / sums[3], sums[2] / sums[3]];
}

function distancesUm(points: readonly number[], centre: Zyx, voxelSizeZyx: Zyx): { mean: number; sd: number | null } {
  const count = points.length / 3;
  const distances = Array.from({ length: count }, (_, i) =>
    Math.hypot(
      (points[3 * i] - centre[0]) * voxelSizeZyx[0],
      (points[3 * i + 1] - centre[1]) * voxelSizeZyx[1],
      (points[3 * i + 2] - centre[2]) * voxelSizeZyx[2],
    ),
  );
  const mean = distances.reduce((sum, one) => sum + one, 0) / count;
  const squares = distances.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  return { mean, sd: count > 1 ? Math.sqrt(squares / (count - 1)) : null };
}

/** Ascending eigenvalues of the covariance of voxel centres in µm. */
function variancesUm2(mask: NucleusMask, [vz, vy, vx]: Zyx): readonly [number, number, number] {
  const [cz, cy, cx] = centreOf(mask);
  const sums = { zz: 0, yy: 0, xx: 0, zy: 0, zx: 0, yx: 0 };
  let count = 0;
  forEachVoxel(mask, (z, y, x) => {
    const [dz, dy, dx] = [(z - cz) * vz, (y - cy) * vy, (x - cx) * vx];
    sums.zz += dz * dz;
    sums.yy += dy * dy;
    sums.xx += dx * dx;
    sums.zy += dz * dy;
    sums.zx += dz * dx;
    sums.yx += dy * dx;
    count++;
  });
  const mean = Object.fromEntries(Object.entries(sums).map(([key, sum]) => [key, sum / count]));
  const [l0, l1, l2] = symmetricEigenvalues(mean as unknown as Symmetric3);
  return [Math.max(0, l0), Math.max(0, l1), Math.max(0, l2)];
}

/** The shadow of a nucleus along z, one plane thick. */
function projectionOf({ voxels, shapeZyx: [depth, height, width], originZyx }: NucleusMask): NucleusMask {
  const shadow = new Uint8Array(3 * height * width);
  for (let z = 0; z < depth; z++)
    for (let at = 0; at < height * width; at++)
      if (voxels[z * height * width + at] === 1) shadow[height * width + at] = 1;
  return { voxels: shadow, shapeZyx: [3, height, width], originZyx };
}
