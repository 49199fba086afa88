import { blur, blurWidely } from "../volume/blur.ts";
import type { VoxelSpace, Zyx } from "../volume/voxel-space.ts";
import { type FineGrid, sampleSlices } from "./fine-grid.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { SimulatorDraw } from "./simulator-ranges.ts";
import { createValueNoise } from "./value-noise.ts";

/** Standard deviations of the point spread, µm, at the near face and at the far one. */
export interface PointSpread {
  readonly nearUmZyx: Zyx;
  readonly farUmZyx: Zyx;
}

export function pointSpreadOf({ voxelSizeZyx }: VoxelSpace, diameterUm: number, drawn: SimulatorDraw): PointSpread {
  const inPlane = Math.min(drawn.blurSigma * voxelSizeZyx[2], drawn.mostBlur * diameterUm);
  const along = Math.min(drawn.blurStretchZ * inPlane, Math.max(inPlane, drawn.mostBlurZ * diameterUm));
  const growth = drawn.blurGrowth || 1;
  return {
    nearUmZyx: [along, inPlane, inPlane],
    farUmZyx: [along * Math.sqrt(growth), inPlane * growth, inPlane * growth],
  };
}

/** The point spread at a share of the way from the face that the light comes through. */
export const spreadAt = ({ nearUmZyx, farUmZyx }: PointSpread, share: number): Zyx => {
  const between = (axis: 0 | 1 | 2): number => nearUmZyx[axis] + share * (farUmZyx[axis] - nearUmZyx[axis]);
  return [between(0), between(1), between(2)];
};

/** 0 at the face that the light comes through, 1 at the far one. */
export const depthShare = (drawn: SimulatorDraw, slice: number, slices: number): number => {
  const fromAbove = slices > 1 ? Math.max(0, Math.min(1, slice / (slices - 1))) : 0;
  return drawn.attenuationSide === "above" ? fromAbove : 1 - fromAbove;
};

/** Light that reaches each voxel of the volume, before the camera: blurred, hazy, fading, striped. Changes `dye`. */
export function lookThroughMicroscope(
  dye: Float32Array,
  grid: FineGrid,
  volume: VoxelSpace,
  spread: PointSpread,
  diameterUm: number,
  drawn: SimulatorDraw,
  random: SeededRandom,
): Float32Array {
  const share = drawn.optics === "widefield" ? drawn.widefieldHazeShare : drawn.hazeShare;
  const reach = drawn.hazeReach * diameterUm;
  const haze = share > 0 ? hazeOf(dye, grid, volume, [reach * drawn.hazeStretchZ, reach, reach]) : null;
  const light = blurByDepth(dye, grid, volume, spread, drawn);
  if (haze) for (let i = 0; i < light.length; i++) light[i] = (1 - share) * light[i] + share * haze[i];
  fade(light, volume, drawn, random);
  return light;
}

function hazeOf(dye: Float32Array, grid: FineGrid, { shapeZyx }: VoxelSpace, reachUm: Zyx): Float32Array {
  const haze = dye.slice();
  blurWidely(haze, grid, [reachUm[0] / 2, reachUm[1] / 2, reachUm[2] / 2]);
  return sampleSlices(haze, grid, shapeZyx);
}

function blurByDepth(
  dye: Float32Array,
  grid: FineGrid,
  { shapeZyx }: VoxelSpace,
  { nearUmZyx, farUmZyx }: PointSpread,
  drawn: SimulatorDraw,
): Float32Array {
  const grows = farUmZyx[2] > nearUmZyx[2];
  const farDye = grows ? dye.slice() : null;
  blur(dye, grid, nearUmZyx);
  const light = sampleSlices(dye, grid, shapeZyx);
  if (!farDye) return light;
  blur(farDye, grid, farUmZyx);
  const far = sampleSlices(farDye, grid, shapeZyx);
  const plane = shapeZyx[1] * shapeZyx[2];
  for (let i = 0; i < light.length; i++) {
    const share = depthShare(drawn, Math.floor(i / plane), shapeZyx[0]);
    light[i] += share * (far[i] - light[i]);
  }
  return light;
}

/** Attenuation through the volume and across it, shadows of a light sheet, flicker of the lamp. */
function fade(light: Float32Array, { shapeZyx }: VoxelSpace, drawn: SimulatorDraw, random: SeededRandom): void {
  const [depth, height, width] = shapeZyx;
  const shadow = createValueNoise(random);
  const turn = random.uniform();
  const [fadeY, fadeX] = [Math.cos(2 * Math.PI * turn), Math.sin(2 * Math.PI * turn)];
  for (let z = 0, i = 0; z < depth; z++) {
    const flicker = Math.max(0.3, 1 + drawn.sliceFlicker * random.normal());
    const slice = flicker * Math.exp(-drawn.attenuation * depthShare(drawn, z, depth));
    for (let y = 0; y < height; y++) {
      const stripe =
        drawn.stripeContrast > 0 ? 1 + drawn.stripeContrast * shadow(z * 0.05, y / drawn.stripePeriod, 0.5) : 1;
      for (let x = 0; x < width; x++, i++) {
        const across = 0.5 + 0.5 * ((fadeY * (2 * y - height)) / height + (fadeX * (2 * x - width)) / width) * 0.7;
        light[i] *= slice * Math.max(0.2, stripe) * Math.exp(-drawn.lateralFade * across);
      }
    }
  }
}
