import { blur, blurWidely } from "../../volume/blur.ts";
import { type VoxelSpace, voxelCount } from "../../volume/voxel-space.ts";
import { createSeededRandom, type SeededRandom } from "../seeded-random.ts";
import { placeNuclei } from "./place-nuclei.ts";
import { renderNuclei } from "./render-nuclei.ts";

/** A synthetic volume with its truth: image and labels in C order z, y, x; labels 1…count without gaps. */
export interface SampleVolume extends VoxelSpace {
  readonly image: Uint16Array;
  readonly labels: Uint32Array;
  readonly count: number;
}

/** About a tenth of a millimetre of tissue, thick slices as a confocal makes them. */
export const SAMPLE_SPACE: VoxelSpace = { shapeZyx: [48, 256, 256], voxelSizeZyx: [1, 0.4, 0.4] };

const TARGET_NUCLEI = 110;
/** Point spread, µm: three times as long along the optical axis. */
const BLUR_SIGMA_UM = [1.3, 0.42, 0.42] as const;
/** Out-of-focus light: part of the signal spread widely. */
const HAZE_HALF_WIDTH_UM = [5, 4, 4] as const;
const HAZE_SHARE = 0.12;
/** Signal falls to 1/e at this depth. */
const ATTENUATION_UM = 55;
/** Photons of a voxel in a nucleus of brightness 1 at the top. */
const PHOTONS = 110;
const BACKGROUND_PHOTONS = 4;
const GAIN = 14;
const OFFSET = 100;
const READ_NOISE = 9;

/**
 * Packed, touching, textured nuclei seen through a microscope: blur along z, attenuation with depth, shot noise. The
 * same seed gives the same volume.
 */
export function generateSample(seed: number, space: VoxelSpace = SAMPLE_SPACE, target = TARGET_NUCLEI): SampleVolume {
  const random = createSeededRandom(seed);
  const nuclei = placeNuclei(space, target, random);
  const { labels, density } = renderNuclei(space, nuclei, seed);
  const image = expose(density, space, random);
  return { ...space, image, ...withoutGaps(labels) };
}

/** Of an image with labels, the first `share` of the nuclei, evenly drawn by number; others become background. */
export function keepShare(labels: Uint32Array, share: number): Uint32Array {
  const kept = (label: number): boolean => Math.floor(label * share) > Math.floor((label - 1) * share);
  return labels.map((label) => (label !== 0 && kept(label) ? label : 0));
}

function expose(density: Float32Array, space: VoxelSpace, random: SeededRandom): Uint16Array {
  const haze = density.slice();
  blur(density, space, BLUR_SIGMA_UM);
  blurWidely(haze, space, HAZE_HALF_WIDTH_UM);
  const image = new Uint16Array(voxelCount(space.shapeZyx));
  const planeVoxels = space.shapeZyx[1] * space.shapeZyx[2];
  for (let i = 0; i < image.length; i++) {
    const depthUm = Math.floor(i / planeVoxels) * space.voxelSizeZyx[0];
    const signal =
      ((1 - HAZE_SHARE) * density[i] + HAZE_SHARE * haze[i]) * PHOTONS * Math.exp(-depthUm / ATTENUATION_UM);
    const counts = random.poisson(signal + BACKGROUND_PHOTONS) * GAIN + OFFSET + READ_NOISE * random.normal();
    image[i] = Math.max(0, Math.min(65_535, Math.round(counts)));
  }
  return image;
}

/** Nuclei that others cover whole leave gaps in the numbers. */
function withoutGaps(labels: Uint32Array): { labels: Uint32Array; count: number } {
  const names = new Map<number, number>([[0, 0]]);
  for (const label of labels) if (!names.has(label)) names.set(label, names.size);
  return { labels: labels.map((label) => names.get(label) ?? 0), count: names.size - 1 };
}
