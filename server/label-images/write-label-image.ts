import type { JsonObject } from "../../core/ome-zarr/multiscales.ts";
import { voxelCount, type Zyx } from "../../core/volume/voxel-space.ts";
import type { LabelExtent } from "../ingest/labels/label-statistics.ts";
import { writeLabelPyramid } from "../ingest/pyramid/write-labels.ts";
import type { BlobSink } from "../ingest/pyramid/write-pyramid.ts";
import { inScratchFolder } from "../storage/scratch-folder.ts";
import { createBrickVolumeSource, type ReadLabelBrick } from "./brick-volume-source.ts";

export interface LabelImageJob {
  readonly blobs: BlobSink;
  /** Raw levels lie below it while they are written. */
  readonly dataRoot: string;
  /** Ends in `/`. */
  readonly prefix: string;
  readonly name: string;
  /** Relative path from the label image to its image. */
  readonly sourceImage: string;
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  readonly readBrick: ReadLabelBrick;
  readonly propertiesOf?: (extent: LabelExtent) => JsonObject;
}

/** A uint32 each, and half as much again for the coarser levels. */
export const labelScratchBytes = (shapeZyx: Zyx): number => 1.5 * 4 * voxelCount(shapeZyx);

/** Bricks become an OME-Zarr 0.5 label image. Returns every label with its size and place. */
export const writeLabelImage = (job: LabelImageJob): Promise<readonly LabelExtent[]> =>
  inScratchFolder(
    { dataRoot: job.dataRoot, neededBytes: labelScratchBytes(job.shapeZyx), what: "Writing the labels" },
    async (scratchFolder) => {
      const source = createBrickVolumeSource(job.shapeZyx, job.readBrick);
      return (await writeLabelPyramid({ ...job, source, scratchFolder })).extents;
    },
  );
