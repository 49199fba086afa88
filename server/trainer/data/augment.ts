import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { Random } from "../random.ts";

/** Which changes of the image may happen, and how often. */
export interface AugmentationOptions {
  /** Only where the optics look the same from both ends. */
  readonly flipZ: boolean;
  /** Chance of a free in-plane rotation with an isotropic scale, beyond quarter turns and flips. */
  readonly affineChance: number;
  readonly maxRotationDegrees: number;
  readonly scaleRange: readonly [number, number];
  readonly gainRange: readonly [number, number];
  readonly offsetRange: readonly [number, number];
  readonly gammaChance: number;
  readonly gammaRange: readonly [number, number];
  readonly maxNoise: number;
  readonly blurChance: number;
  readonly attenuationChance: number;
  readonly sliceDropChance: number;
}

export const defaultAugmentation: AugmentationOptions = {
  flipZ: true,
  affineChance: 0.5,
  maxRotationDegrees: 45,
  scaleRange: [0.8, 1.25],
  gainRange: [0.7, 1.4],
  offsetRange: [-0.1, 0.1],
  gammaChance: 0.3,
  gammaRange: [0.7, 1.5],
  maxNoise: 0.08,
  blurChance: 0.2,
  attenuationChance: 0.5,
  sliceDropChance: 0.05,
};

/**
 * Row-major 3×3 matrix from patch offsets to volume offsets, both in voxels, z, y, x. Always a similarity in micrometres
 * (flip, turn about z, one scale for all axes): the normalised distance of a nucleus is the same before and after, so it
 * can be sampled instead of computed again.
 */
export function drawTransform(options: AugmentationOptions, voxelSizeZyx: Zyx, random: Random): Float64Array {
  const flips = [options.flipZ && random.uniform() < 0.5, random.uniform() < 0.5, random.uniform() < 0.5];
  const [signZ, signY, signX] = flips.map((flip) => (flip ? -1 : 1));
  let angle = random.uniform() < 0.5 && voxelSizeZyx[1] === voxelSizeZyx[2] ? Math.PI / 2 : 0;
  let scale = 1;
  if (random.uniform() < options.affineChance) {
    const most = (options.maxRotationDegrees * Math.PI) / 180;
    angle += random.between(-most, most);
    scale = Math.exp(random.between(Math.log(options.scaleRange[0]), Math.log(options.scaleRange[1])));
  }
  const exact = (value: number) => (Math.abs(value) < 1e-12 ? 0 : value);
  const cos = exact(Math.cos(angle)) / scale;
  const sin = exact(Math.sin(angle)) / scale;
  const yPerX = voxelSizeZyx[2] / voxelSizeZyx[1];
  return Float64Array.of(
    signZ / scale,
    0,
    0,
    0,
    signY * cos,
    -signX * sin * yPerX,
    0,
    (signY * sin) / yPerX,
    signX * cos,
  );
}

/** Changes intensities in place, as microscopes do: gain, offset, gamma, blur along z, fading with depth, lost slices, noise. */
export function augmentIntensity(
  image: Float32Array,
  shapeZyx: Zyx,
  options: AugmentationOptions,
  random: Random,
): void {
  if (random.uniform() < options.blurChance) blurAlongZ(image, shapeZyx, random.between(0.1, 0.33));
  if (random.uniform() < options.gammaChance) {
    const gamma = random.between(...options.gammaRange);
    for (let i = 0; i < image.length; i++) image[i] = Math.max(0, image[i]) ** gamma;
  }
  if (random.uniform() < options.attenuationChance) attenuate(image, shapeZyx, random);
  const gain = random.between(...options.gainRange);
  const offset = random.between(...options.offsetRange);
  const gaussian = random.uniform() * options.maxNoise;
  const shot = random.uniform() < 0.5 ? random.uniform() * options.maxNoise : 0;
  for (let i = 0; i < image.length; i++) {
    const value = image[i] * gain + offset;
    // One draw for both: independent normal deviations add in squares; photon noise grows with the root of the signal.
    const deviation = Math.sqrt(gaussian * gaussian + shot * shot * Math.max(0, value));
    image[i] = value + random.normal() * deviation;
  }
  if (random.uniform() < options.sliceDropChance) {
    const plane = shapeZyx[1] * shapeZyx[2];
    const z = random.below(shapeZyx[0]);
    image.fill(offset, z * plane, (z + 1) * plane);
  }
}

/** `side` of each neighbouring slice mixed into every slice. */
function blurAlongZ(image: Float32Array, shapeZyx: Zyx, side: number): void {
  const [depth, height, width] = shapeZyx;
  const plane = height * width;
  const source = image.slice();
  for (let z = 0; z < depth; z++) {
    const above = Math.max(0, z - 1) * plane;
    const below = Math.min(depth - 1, z + 1) * plane;
    for (let i = 0; i < plane; i++)
      image[z * plane + i] = (1 - 2 * side) * source[z * plane + i] + side * (source[above + i] + source[below + i]);
  }
}

/** Signal fades linearly from one end of z to the other, down to between a third and all of it. */
function attenuate(image: Float32Array, shapeZyx: Zyx, random: Random): void {
  const plane = shapeZyx[1] * shapeZyx[2];
  const least = random.between(0.33, 1);
  const fromTop = random.uniform() < 0.5;
  for (let z = 0; z < shapeZyx[0]; z++) {
    const depth = (fromTop ? z : shapeZyx[0] - 1 - z) / Math.max(1, shapeZyx[0] - 1);
    const factor = 1 - (1 - least) * depth;
    for (let i = z * plane; i < (z + 1) * plane; i++) image[i] *= factor;
  }
}
