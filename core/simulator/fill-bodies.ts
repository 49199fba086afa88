import { voxelCount, type Zyx } from "../volume/voxel-space.ts";
import type { FineGrid } from "./fine-grid.ts";
import { bodyReach, type NucleusBody } from "./nucleus-body.ts";

/** Whose every voxel is. C order z, y, x on the fine grid. */
export interface FilledBodies {
  /** Index of the nucleus plus one; 0 outside of all. */
  readonly owner: Int32Array;
  /** Share of the voxel inside of its owner, soft at the surface. */
  readonly coverage: Float32Array;
  /** Distance from the owner's centre, 1 at its surface. */
  readonly depth: Float32Array;
}

/** The fine grid's first corner lies outside of the volume by its margin. */
export const voxelCenterUm = (grid: FineGrid, axis: 0 | 1 | 2, index: number): number =>
  (index - grid.marginZyx[axis] + 0.5) * grid.voxelSizeZyx[axis];

/**
 * Where nuclei meet, a voxel belongs to the one it lies deeper in, measured in that nucleus' own radii: flat faces between touching
 * nuclei, as in a power diagram. `gapUm` of dark is left between them.
 */
export function fillBodies(grid: FineGrid, bodies: readonly NucleusBody[], gapUm: number): FilledBodies {
  const owner = new Int32Array(voxelCount(grid.shapeZyx));
  const depth = new Float32Array(owner.length).fill(2);
  const next = new Float32Array(owner.length).fill(2);
  bodies.forEach((body, index) => {
    visitBody(grid, body, (at, distance) => {
      if (distance < depth[at]) {
        next[at] = depth[at];
        depth[at] = distance;
        owner[at] = index + 1;
      } else if (distance < next[at]) next[at] = distance;
    });
  });
  const coverage = new Float32Array(owner.length);
  const softUm = grid.voxelSizeZyx[2];
  for (let at = 0; at < owner.length; at++) {
    if (owner[at] === 0) continue;
    const { radiusUm } = bodies[owner[at] - 1];
    const insideUm = (1 - depth[at]) * radiusUm;
    const fromOtherUm = ((next[at] - depth[at]) * radiusUm - gapUm) / 2;
    const nearest = gapUm > 0 ? Math.min(insideUm, fromOtherUm) : insideUm;
    coverage[at] = Math.max(0, Math.min(1, 0.5 + nearest / softUm));
    if (coverage[at] === 0) owner[at] = 0;
  }
  return { owner, coverage, depth };
}

/** How far out a surface is still soft, in radii. */
const softReach = (grid: FineGrid, body: NucleusBody): number => 1 + (0.6 * grid.voxelSizeZyx[2]) / body.radiusUm;

/** Voxels within a box round the body, half-open, on the fine grid. */
export function boxOfBody(grid: FineGrid, body: NucleusBody): { min: Zyx; max: Zyx } {
  const reachUm = Math.max(...body.semiAxesUm) * (bodyReach(body) + softReach(grid, body) - 1);
  const at = (axis: 0 | 1 | 2, um: number): number =>
    Math.max(0, Math.min(grid.shapeZyx[axis], Math.floor(um / grid.voxelSizeZyx[axis]) + grid.marginZyx[axis]));
  const corner = (sign: -1 | 1, extra: number): Zyx => [
    at(0, body.centerUm[0] + sign * reachUm) + extra,
    at(1, body.centerUm[1] + sign * reachUm) + extra,
    at(2, body.centerUm[2] + sign * reachUm) + extra,
  ];
  const max = corner(1, 1);
  const end = (axis: 0 | 1 | 2): number => Math.min(grid.shapeZyx[axis], max[axis]);
  return { min: corner(-1, 0), max: [end(0), end(1), end(2)] };
}

/** A position in the nucleus' own axes, in semi-axes. */
export function ownPosition(body: NucleusBody): (dz: number, dy: number, dx: number, into: Float64Array) => void {
  const [a, b, c] = body.axes.map((axis, i) => axis.map((part) => part / body.semiAxesUm[i]));
  const { bend } = body;
  return (dz, dy, dx, into) => {
    const p = dz * a[0] + dy * a[1] + dx * a[2];
    into[0] = p;
    // The middle is pushed one way, the ends the other: a bean.
    into[1] = dz * b[0] + dy * b[1] + dx * b[2] + bend * (p * p - 0.4);
    into[2] = dz * c[0] + dy * c[1] + dx * c[2];
  };
}

function visitBody(grid: FineGrid, body: NucleusBody, visit: (at: number, distance: number) => void): void {
  const { min, max } = boxOfBody(grid, body);
  const own = new Float64Array(3);
  const positionOf = ownPosition(body);
  const { bumpHeight, centerUm } = body;
  const waves = Float64Array.from(body.waves.flat());
  const soft = softReach(grid, body);
  const farthest2 = (soft + 2 * bumpHeight * soft) ** 2;
  for (let z = min[0]; z < max[0]; z++) {
    const dz = voxelCenterUm(grid, 0, z) - centerUm[0];
    for (let y = min[1]; y < max[1]; y++) {
      const dy = voxelCenterUm(grid, 1, y) - centerUm[1];
      for (let x = min[2]; x < max[2]; x++) {
        positionOf(dz, dy, voxelCenterUm(grid, 2, x) - centerUm[2], own);
        const radius2 = own[0] * own[0] + own[1] * own[1] + own[2] * own[2];
        if (radius2 > farthest2) continue;
        const radius = Math.sqrt(radius2);
        const scale = 1 / (radius + 0.1);
        let bump = 0;
        for (let w = 0; w < waves.length; w += 4)
          bump += wave((waves[w] * own[0] + waves[w + 1] * own[1] + waves[w + 2] * own[2]) * scale + waves[w + 3]);
        const distance = radius * (1 + bumpHeight * 0.5 * bump);
        if (distance < soft) visit((z * grid.shapeZyx[1] + y) * grid.shapeZyx[2] + x, distance);
      }
    }
  }
}

/** A sine made of parabolas, of period 1: quicker than the real one, and the same on every machine. */
function wave(turns: number): number {
  const t = turns - Math.floor(turns) - 0.5;
  return (Math.abs(t) - 0.5) * t * 16;
}
