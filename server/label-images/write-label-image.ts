import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { JsonObject } from "../../core/ome-zarr/multiscales.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import type { LabelExtent } from "../ingest/labels/label-statistics.ts";
import { writeLabelPyramid } from "../ingest/pyramid/write-labels.ts";
import type { BlobStore } from "../storage/blob-store.ts";
import { createBrickVolumeSource, type ReadLabelBrick } from "./brick-volume-source.ts";

export interface LabelImageJob {
  readonly blobs: BlobStore;
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

/** Bricks become an OME-Zarr 0.5 label image. Returns every label with its size and place. */
export async function writeLabelImage(job: LabelImageJob): Promise<LabelExtent[]> {
  const scratchFolder = await mkdtemp(path.join(os.tmpdir(), "karyoloop-labels-"));
  try {
    const { extents } = await writeLabelPyramid({
      ...job,
      source: createBrickVolumeSource(job.shapeZyx, job.readBrick),
      scratchFolder,
    });
    return extents;
  } finally {
    await rm(scratchFolder, { recursive: true, force: true });
  }
}
