import { blur } from "../volume/blur.ts";
import type { VoxelSpace } from "../volume/voxel-space.ts";

export interface DarkBackgroundInput extends VoxelSpace {
  /** Raw or normalised intensities; only their order and range matter. */
  readonly image: ArrayLike<number>;
  /** All labels that people have painted, whatever their status. */
  readonly labels: Uint32Array;
  /** Mean diameter of a nucleus, µm. */
  readonly diameterUm: number;
}

export type DarkBackgroundRefusal =
  /** Nuclei lie in the dark: more than `MOST_LEAKED` of the labelled voxels. */
  | "dark-is-not-empty"
  /** The image has no dark part, or only one value. */
  | "nothing-is-dark";

export interface DarkBackground {
  /** 1 where the image is clearly dark and nobody has painted; all 0 where it was refused. */
  readonly mask: Uint8Array;
  /** Smoothed intensities below this are dark. */
  readonly threshold: number;
  readonly darkShare: number;
  /** Share of the labelled voxels that lie in the dark; null without labels. */
  readonly leakedShare: number | null;
  readonly refusal: DarkBackgroundRefusal | null;
}

/** Above this share of nucleus voxels in the dark, dark does not mean empty. */
const MOST_LEAKED = 0.005;
const FEWEST_DARK = 0.01;
/** Where most of a volume is nuclei its median lies in them: dark is never more than this part of the range. */
const DARK_PART = 0.25;
/** Where most of a volume is exactly 0, so is its median: what is this near to the lowest is dark all the same. */
const LEAST_PART = 0.01;

/**
 * Voxels that are surely background although nobody has said so: the image, smoothed over half a nucleus' radius, lies below its
 * median and in the lowest quarter of its range (1st to 99.8th percentile).
 */
export function findDarkBackground({ image, labels, diameterUm, ...space }: DarkBackgroundInput): DarkBackground {
  const smooth = Float32Array.from(image);
  const sigmaUm = diameterUm / 4;
  blur(smooth, space, [sigmaUm, sigmaUm, sigmaUm]);
  const sorted = smooth.slice().sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))];
  const [low, median, high] = [at(0.01), at(0.5), at(0.998)];
  const part = (share: number): number => low + share * (high - low);
  const threshold = Math.max(part(LEAST_PART), Math.min(median, part(DARK_PART)));
  const mask = new Uint8Array(smooth.length);
  let [dark, labelled, leaked] = [0, 0, 0];
  for (let i = 0; i < mask.length; i++) {
    const isDark = smooth[i] < threshold;
    if (labels[i] !== 0) labelled++;
    if (isDark && labels[i] !== 0) leaked++;
    else if (isDark) {
      mask[i] = 1;
      dark++;
    }
  }
  const leakedShare = labelled > 0 ? leaked / labelled : null;
  const darkShare = dark / (mask.length || 1);
  let refusal: DarkBackgroundRefusal | null = null;
  if (leakedShare !== null && leakedShare > MOST_LEAKED) refusal = "dark-is-not-empty";
  else if (!(darkShare >= FEWEST_DARK)) refusal = "nothing-is-dark";
  return { mask: refusal ? mask.fill(0) : mask, threshold, darkShare, leakedShare, refusal };
}
