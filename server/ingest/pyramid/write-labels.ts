import { labelRgba } from "../../../core/ome-zarr/label-color.ts";
import { type JsonObject, labelGroup, labelsIndex } from "../../../core/ome-zarr/multiscales.ts";
import type { StoredLevel } from "../../../db/schema/volume.ts";
import { createLabelStatistics, type LabelExtent } from "../labels/label-statistics.ts";
import { type BlobSink, type PyramidJob, writePyramid } from "./write-pyramid.ts";

export interface LabelJob extends Omit<PyramidJob, "reduction" | "onBlock" | "onRead"> {
  /** Name of the label image, e.g. `nuclei`. */
  readonly name: string;
  /** Relative path from the label image to its image. */
  readonly sourceImage: string;
  /** Free keys per label, e.g. status; `label-value` is added. */
  readonly propertiesOf?: (extent: LabelExtent) => JsonObject;
  /** Told what the source holds before anything is written; its map gives the stored value of every label. */
  readonly rename?: (extents: readonly LabelExtent[]) => Promise<ReadonlyMap<number, number> | undefined>;
}

/** Writes a uint32 label image as OME-Zarr 0.5 below `prefix`. Returns the labels as stored. */
export async function writeLabelPyramid(job: LabelJob): Promise<{ levels: StoredLevel[]; extents: LabelExtent[] }> {
  const statistics = createLabelStatistics(job.source.shapeZyx[2]);
  let extents: LabelExtent[] = [];
  const levels = await writePyramid({
    ...job,
    reduction: "mode",
    onBlock: (block) => statistics.add(block),
    onRead: async () => {
      extents = statistics.finish();
      const names = await job.rename?.(extents);
      if (!names) return undefined;
      extents = extents.map((extent) => ({ ...extent, label: names.get(extent.label) ?? extent.label }));
      return (band) => {
        for (let i = 0; i < band.length; i++) if (band[i] !== 0) band[i] = names.get(band[i]) ?? band[i];
      };
    },
  });
  const group = labelGroup({
    name: job.name,
    levels,
    voxelSizeZyx: job.voxelSizeZyx,
    colors: extents.map(({ label }) => ({ "label-value": label, rgba: labelRgba(label) })),
    properties: extents.map((extent) => ({ ...job.propertiesOf?.(extent), "label-value": extent.label })),
    sourceImage: job.sourceImage,
  });
  await job.blobs.put(`${job.prefix}zarr.json`, Buffer.from(JSON.stringify(group)));
  return {
    levels: levels.map(({ scaleLevel, shapeZyx, factorZyx }) => ({ scaleLevel, shapeZyx, factorZyx })),
    extents,
  };
}

/** `labels/zarr.json` below an image: names every label image that lies there. */
export const writeLabelsIndex = (blobs: BlobSink, imagePrefix: string, names: readonly string[]): Promise<void> =>
  blobs.put(`${imagePrefix}labels/zarr.json`, Buffer.from(JSON.stringify(labelsIndex(names))));
