import { imageGroup } from "../../../core/ome-zarr/multiscales.ts";
import type { PixelArray } from "../../../core/volume/voxel-space.ts";
import type { QualityCard, StoredLevel } from "../../../db/schema/volume.ts";
import { createIntensityStatistics } from "../quality/intensity-statistics.ts";
import { type PyramidJob, writePyramid } from "./write-pyramid.ts";

export type ImageJob = Omit<PyramidJob, "reduction" | "onBlock" | "onRead" | "onChunk"> & {
  readonly name: string;
  /** `RRGGBB`, where the file states one. */
  readonly color?: string | null;
};

export interface WrittenImage {
  readonly levels: StoredLevel[];
  readonly quality: QualityCard;
}

/**
 * NaN and infinite voxels become 0, in place; returns how many there were. Programs write them where there is no data: one of
 * them would make every coarser level and every loss around it NaN, too.
 */
export function zeroNonFinite(pixels: PixelArray): number {
  if (!(pixels instanceof Float32Array)) return 0;
  let count = 0;
  for (let i = 0; i < pixels.length; i++) {
    if (Number.isFinite(pixels[i])) continue;
    pixels[i] = 0;
    count++;
  }
  return count;
}

/** Writes an image of finite numbers as OME-Zarr 0.5 below `prefix` and measures it on the way. `zarr.json` comes last: no half image opens. */
export async function writeImagePyramid(job: ImageJob): Promise<WrittenImage> {
  const statistics = createIntensityStatistics(job.source.shapeZyx, job.source.pixelType);
  let nonFiniteVoxels = 0;
  const levels = await writePyramid({
    ...job,
    reduction: "mean",
    onBlock(block) {
      nonFiniteVoxels += zeroNonFinite(block.pixels);
      statistics.add(block);
    },
  });
  const quality = { ...statistics.finish(), nonFiniteVoxels };
  const group = imageGroup({
    name: job.name,
    color: job.color,
    levels,
    voxelSizeZyx: job.voxelSizeZyx,
    window: { min: quality.min, max: quality.max, start: quality.percentile1, end: quality.percentile998 },
  });
  await job.blobs.put(`${job.prefix}zarr.json`, Buffer.from(JSON.stringify(group)));
  return {
    levels: levels.map(({ scaleLevel, shapeZyx, factorZyx }) => ({ scaleLevel, shapeZyx, factorZyx })),
    quality,
  };
}
