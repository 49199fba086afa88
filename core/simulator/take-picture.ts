import { blur, blurWidely } from "../volume/blur.ts";
import type { VoxelSpace } from "../volume/voxel-space.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { SimulatorDraw } from "./simulator-ranges.ts";

const UINT8_MAX = 255;
const UINT16_MAX = 65_535;

/** Camera counts of the light: shot and read noise, gain, offset, the camera's maximum, whole numbers where it stores those. */
export function takePicture(
  light: Float32Array,
  volume: VoxelSpace,
  diameterUm: number,
  drawn: SimulatorDraw,
  random: SeededRandom,
): Float32Array | Uint16Array {
  const isDark = drawn.zeroBelow > 0 ? darkSurroundings(light, volume, diameterUm, drawn, random) : null;
  const readNoise = drawn.readNoise * Math.sqrt(drawn.photons);
  const photons = new Float32Array(light.length);
  for (let i = 0; i < light.length; i++)
    photons[i] = random.poisson(drawn.photons * light[i]) + readNoise * random.normal();
  if (drawn.noiseBlur > 0) {
    const sigmaUm = drawn.noiseBlur * volume.voxelSizeZyx[2];
    blur(photons, volume, [0.3 * volume.voxelSizeZyx[0], sigmaUm, sigmaUm]);
  }
  const isByte = drawn.storage === "uint8";
  // Eight bits are scaled to what is there, as programs do when they convert.
  const brightest = quantile(photons, 1 - drawn.saturation);
  const offset = isByte ? Math.min(drawn.offset / 10, 20) : drawn.offset;
  const gain = isByte ? (UINT8_MAX - offset) / Math.max(brightest, 1) : drawn.gain;
  const max = drawn.saturation > 0 ? offset + gain * brightest : isByte ? UINT8_MAX : UINT16_MAX;
  const image = drawn.storage === "float32" ? photons : new Uint16Array(light.length);
  for (let i = 0; i < light.length; i++) {
    const counts = Math.min(max, offset + gain * photons[i]);
    image[i] = isDark?.[i] ? 0 : drawn.storage === "float32" ? counts : Math.max(0, Math.round(counts));
  }
  return image;
}

/** Where software has set the surroundings to 0: dark for some way around, with a ragged edge. */
function darkSurroundings(
  light: Float32Array,
  volume: VoxelSpace,
  diameterUm: number,
  { zeroBelow }: SimulatorDraw,
  random: SeededRandom,
): Uint8Array {
  const around = light.slice();
  const reachUm = (0.1 + 0.4 * random.uniform()) * diameterUm;
  blurWidely(around, volume, [reachUm, reachUm, reachUm]);
  const threshold = Math.max(zeroBelow, 1.1 * quantile(around, 0.05));
  const isDark = new Uint8Array(around.length);
  for (let i = 0; i < isDark.length; i++) if (around[i] < threshold) isDark[i] = 1;
  return isDark;
}

export function quantile(values: Float32Array, share: number): number {
  const every = Math.ceil(values.length / 100_000) || 1;
  const sorted = new Float32Array(Math.ceil(values.length / every)).map((_, i) => values[i * every]).sort();
  return sorted[Math.round(share * (sorted.length - 1))];
}
