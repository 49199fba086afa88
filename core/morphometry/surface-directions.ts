import type { Zyx } from "../volume/voxel-space.ts";

/** A step along which inside/outside crossings are counted, and the surface in µm² that one crossing stands for. */
export interface SurfaceDirection {
  readonly stepZyx: Zyx;
  readonly areaPerCrossingUm2: number;
}

/** A step that long bridges about one thickest voxel; beyond that the grid is a stack of unrelated pictures. */
const MAX_STEP_VOXELS = 32;
/** Points on the sphere for the weights: 20 000 give them to 0.5 %. */
const SPHERE_POINTS = 20_000;
const GOLDEN_ANGLE_RAD = Math.PI * (3 - Math.sqrt(5));

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

/**
 * The 13 directions of a cubic neighbourhood, stretched so that they point in 13 nearly even *physical* directions:
 * with voxels of 5 × 1 × 1 µm the diagonal step is (1, 5, 0), not (1, 1, 0).
 */
function thirteenSteps(voxelSizeZyx: Zyx): Zyx[] {
  const thickest = Math.max(...voxelSizeZyx);
  const reach = voxelSizeZyx.map((size) => Math.min(MAX_STEP_VOXELS, Math.max(1, Math.round(thickest / size))));
  const steps: Zyx[] = [];
  for (let z = -1; z <= 1; z++)
    for (let y = -1; y <= 1; y++)
      for (let x = -1; x <= 1; x++) {
        if (z * 9 + y * 3 + x <= 0) continue; // one of each opposite pair
        const step = [z * reach[0], y * reach[1], x * reach[2]];
        const common = step.reduce((divisor, part) => greatestDivisor(divisor, Math.abs(part)), 0);
        steps.push([step[0] / common, step[1] / common, step[2] / common]);
      }
  return steps;
}

/** Share of the sphere that is nearest to each direction (or its opposite); the shares sum to 1. */
function sphereShares(units: readonly Zyx[]): number[] {
  const counts = units.map(() => 0);
  for (let i = 0; i < SPHERE_POINTS; i++) {
    const z = 1 - (2 * (i + 0.5)) / SPHERE_POINTS;
    const radius = Math.sqrt(1 - z * z);
    const y = radius * Math.cos(i * GOLDEN_ANGLE_RAD);
    const x = radius * Math.sin(i * GOLDEN_ANGLE_RAD);
    let nearest = 0;
    let best = -1;
    units.forEach((unit, index) => {
      const cosine = Math.abs(unit[0] * z + unit[1] * y + unit[2] * x);
      if (cosine > best) {
        best = cosine;
        nearest = index;
      }
    });
    counts[nearest]++;
  }
  return counts.map((count) => count / SPHERE_POINTS);
}

/**
 * Crofton's formula, S = 2 · Σ share · crossings · voxel volume / step length, over 13 directions and both senses of
 * each, as Legland et al. 2007 (doi:10.5566/ias.v26.p83-92), with steps and shares for unequal voxels.
 * Measured on digital ellipsoids: within 1 % from a half-axis of 5 voxels on, at thickness 1, 2 and 5; an iso-surface
 * of the smoothed mask was up to 10 % too large at thickness 5, and summed voxel faces are 50 % too large everywhere.
 */
export function surfaceDirections(voxelSizeZyx: Zyx): SurfaceDirection[] {
  const [vz, vy, vx] = voxelSizeZyx;
  const steps = thirteenSteps(voxelSizeZyx);
  const lengthsUm = steps.map(([z, y, x]) => Math.hypot(z * vz, y * vy, x * vx));
  const units = steps.map(
    ([z, y, x], i): Zyx => [(z * vz) / lengthsUm[i], (y * vy) / lengthsUm[i], (x * vx) / lengthsUm[i]],
  );
  const shares = sphereShares(units);
  return steps.map((stepZyx, i) => ({ stepZyx, areaPerCrossingUm2: (2 * shares[i] * vz * vy * vx) / lengthsUm[i] }));
}
