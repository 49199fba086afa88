import type { FilledBodies } from "./fill-bodies.ts";
import { ownPosition, voxelCenterUm } from "./fill-bodies.ts";
import type { FineGrid } from "./fine-grid.ts";
import type { NucleusBody, Spot } from "./nucleus-body.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { SimulatorDraw } from "./simulator-ranges.ts";
import { createValueNoise } from "./value-noise.ts";

/** Dye in every voxel of the fine grid, 1 in a nucleus of usual brightness without texture. */
export function stainNuclei(
  grid: FineGrid,
  bodies: readonly NucleusBody[],
  { owner, coverage, depth }: FilledBodies,
  diameterUm: number,
  drawn: SimulatorDraw,
  random: SeededRandom,
): Float32Array {
  const [sizeZ, sizeY, sizeX] = grid.shapeZyx;
  const dye = new Float32Array(owner.length);
  const chromatin = createValueNoise(random);
  const coarse = 1 / (drawn.chromatinGrain * diameterUm);
  const rimRadii = 2 * drawn.rimThickness;
  const positions = bodies.map(ownPosition);
  const own = new Float64Array(3);
  for (let z = 0, at = 0; z < sizeZ; z++) {
    const pz = voxelCenterUm(grid, 0, z);
    for (let y = 0; y < sizeY; y++) {
      const py = voxelCenterUm(grid, 1, y);
      for (let x = 0; x < sizeX; x++, at++) {
        if (owner[at] === 0) continue;
        const body = bodies[owner[at] - 1];
        const px = voxelCenterUm(grid, 2, x);
        const tz = pz * coarse;
        const ty = py * coarse;
        const tx = px * coarse;
        const grain = 0.75 * chromatin(tz, ty, tx) + 0.45 * chromatin(2.3 * tz + 7, 2.3 * ty + 7, 2.3 * tx + 7);
        let light = Math.max(0.1, 1 + drawn.chromatinContrast * grain);
        if (body.isHollow) light *= hollow(depth[at], rimRadii, drawn.hollowLevel);
        if (body.nucleoli.length > 0 || body.chromocentres.length > 0) {
          positions[owner[at] - 1](pz - body.centerUm[0], py - body.centerUm[1], px - body.centerUm[2], own);
          light *= 1 - drawn.nucleolusDarkness * insideSpots(body.nucleoli, own);
          light += drawn.chromocentreBrightness * insideSpots(body.chromocentres, own);
        }
        dye[at] = coverage[at] * body.brightness * light;
      }
    }
  }
  return dye;
}

/** 1 in the rim, `level` farther in. */
function hollow(depth: number, rimRadii: number, level: number): number {
  const inwards = Math.max(0, Math.min(1, (1 - depth - 0.6 * rimRadii) / (0.8 * rimRadii)));
  return 1 - (1 - level) * inwards;
}

/** 1 in the middle of a spot, 0 outside of all. */
function insideSpots(spots: readonly Spot[], own: Float64Array): number {
  let most = 0;
  for (let i = 0; i < spots.length; i++) {
    const { at, radius } = spots[i];
    const far2 = (own[0] - at[0]) ** 2 + (own[1] - at[1]) ** 2 + (own[2] - at[2]) ** 2;
    const soft = 1.5 * (1.5 - far2 / (radius * radius));
    if (soft > most) most = Math.min(1, soft);
  }
  return most;
}
