import { labelRgba } from "../../../core/ome-zarr/label-color.ts";
import { type JsonObject, labelGroup, labelsIndex } from "../../../core/ome-zarr/multiscales.ts";
import type { StoredLevel } from "../../../db/schema/volume.ts";
import type { LabelNumbering, LabelSurvey } from "../labels/label-numbering.ts";
import { createLabelStatistics, type LabelExtent } from "../labels/label-statistics.ts";
import { type BlobSink, type PyramidJob, writePyramid } from "./write-pyramid.ts";

export interface LabelJob extends Omit<PyramidJob, "reduction" | "onBlock" | "onRead"> {
  /** Name of the label image, e.g. `nuclei`. */
  readonly name: string;
  /** Relative path from the label image to its image. */
  readonly sourceImage: string;
  /** Free keys per label, e.g. status; `label-value` is added. */
  readonly propertiesOf?: (extent: LabelExtent) => JsonObject;
  /** Labels of a file: looked at part by part, and numbered before anything is written. Without it they are stored as they come. */
  readonly numbering?: { readonly survey: LabelSurvey; number(): LabelNumbering };
}

export interface WrittenLabels {
  readonly levels: readonly StoredLevel[];
  /** As stored, ascending. */
  readonly extents: readonly LabelExtent[];
  /** Null where they are stored as they came. */
  readonly numbered: LabelNumbering | null;
}

/** Writes a uint32 label image as OME-Zarr 0.5 below `prefix`. */
export async function writeLabelPyramid(job: LabelJob): Promise<WrittenLabels> {
  const statistics = createLabelStatistics(job.source.shapeZyx[2]);
  const { numbering } = job;
  let extents: readonly LabelExtent[] = [];
  let numbered: LabelNumbering | null = null;
  const levels = await writePyramid({
    ...job,
    reduction: "mode",
    onBlock: (block) => (numbering ? numbering.survey.add(block, true) : statistics.add(block)),
    onRead: async () => {
      if (!numbering) {
        extents = statistics.finish();
        return undefined;
      }
      numbered = numbering.number();
      extents = numbered.extents;
      const { labelOf } = numbered;
      return (band) => {
        for (let i = 0; i < band.length; i++) band[i] = labelOf[band[i]];
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
    numbered,
  };
}

/** `labels/zarr.json` below an image: names every label image that lies there. */
export const writeLabelsIndex = (blobs: BlobSink, imagePrefix: string, names: readonly string[]): Promise<void> =>
  blobs.put(`${imagePrefix}labels/zarr.json`, Buffer.from(JSON.stringify(labelsIndex(names))));
