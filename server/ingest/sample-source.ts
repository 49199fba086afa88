import {
  generateSample,
  keepShare,
  SAMPLE_SPACE,
  type SampleVolume,
} from "../../core/simulator/sample/generate-sample.ts";
import type { PixelArray, PixelType } from "../../core/volume/voxel-space.ts";
import type { VolumeSource } from "./voxels/volume-source.ts";

/** The generated sample as an import source: 3 million voxels, made in memory. */
function sourceInMemory(pixelType: PixelType, pixels: PixelArray): VolumeSource {
  const [, sizeY, sizeX] = SAMPLE_SPACE.shapeZyx;
  return {
    shapeZyx: SAMPLE_SPACE.shapeZyx,
    pixelType,
    blockZy: [1, sizeY],
    read: async (zMin, _zMax, yMin, yMax) => pixels.slice((zMin * sizeY + yMin) * sizeX, (zMin * sizeY + yMax) * sizeX),
  };
}

/** Image and labels are made together; the import asks for one after the other. */
let last: { seed: number; sample: SampleVolume } | null = null;
function sampleOf(seed: number): SampleVolume {
  if (last?.seed !== seed) last = { seed, sample: generateSample(seed) };
  return last.sample;
}

export const sampleImageSource = (seed: number): VolumeSource => sourceInMemory("uint16", sampleOf(seed).image);

/** True labels of a share of the nuclei, 0…1. */
export const sampleLabelSource = (seed: number, share: number): VolumeSource =>
  sourceInMemory("uint32", keepShare(sampleOf(seed).labels, share));
