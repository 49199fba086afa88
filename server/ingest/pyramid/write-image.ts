import { imageGroup } from "../../../core/ome-zarr/multiscales.ts";
import type { QualityCard, StoredLevel } from "../../../db/schema/volume.ts";
import { createIntensityStatistics } from "../quality/intensity-statistics.ts";
import { type PyramidJob, writePyramid } from "./write-pyramid.ts";

export type ImageJob = Omit<PyramidJob, "reduction" | "onBlock" | "onRead" | "onChunk"> & { readonly name: string };

export interface WrittenImage {
  readonly levels: StoredLevel[];
  readonly quality: QualityCard;
}

/** Writes an image as OME-Zarr 0.5 below `prefix` and measures it on the way. `zarr.json` comes last: no half image opens. */
export async function writeImagePyramid(job: ImageJob): Promise<WrittenImage> {
  const statistics = createIntensityStatistics(job.source.shapeZyx, job.source.pixelType);
  const levels = await writePyramid({ ...job, reduction: "mean", onBlock: (block) => statistics.add(block) });
  const quality = statistics.finish();
  const group = imageGroup({
    name: job.name,
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
