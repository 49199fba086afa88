import { writeLabelPyramid } from "../../ingest/pyramid/write-labels.ts";
import type { BlobStore } from "../../storage/blob-store.ts";
import { imagePrefix } from "../../storage/import-places.ts";
import { snapshotVolumeFolder } from "../../storage/snapshot-places.ts";
import { knownMaskFolder } from "../frozen/dataset-blobs.ts";
import { openStoredImage, type StoredImage } from "../frozen/stored-image.ts";
import { createKnownMaskSource } from "./known-mask-source.ts";
import { measureFrozenVolume } from "./measure-frozen-volume.ts";
import type { MeasuredVolume, MeasureTask } from "./worker/freeze-messages.ts";

/** Making the mask and its pyramid takes about this share of the time, measuring the rest. */
const MASK_SHARE = 0.6;

/** Writes the mask of known voxels and measures the finished nuclei; for a process of its own. */
export async function measureVolume(
  blobs: BlobStore,
  task: MeasureTask,
  onProgress: (done: number) => void,
): Promise<MeasuredVolume> {
  const { manifest, snapshotId } = task;
  const frozenFolder = snapshotVolumeFolder(snapshotId, manifest.volumeId);
  const [image, labels, proposals] = await Promise.all([
    openStoredImage(blobs, imagePrefix(manifest.volumeId)),
    openStoredImage(blobs, `${frozenFolder}labels.ome.zarr/`),
    manifest.rejectedProposals && openStoredImage(blobs, `${frozenFolder}proposals.ome.zarr/`),
  ]);
  const knownShare = await writeKnownMask(blobs, task, labels, proposals, (done) => onProgress(MASK_SHARE * done));
  const shapes = await measureFrozenVolume(manifest, image, labels, (done) =>
    onProgress(MASK_SHARE + (1 - MASK_SHARE) * done),
  );
  return { knownShare, shapes };
}

async function writeKnownMask(
  blobs: BlobStore,
  { manifest, versionId, scratchFolder }: MeasureTask,
  labels: StoredImage,
  proposals: StoredImage | null,
  onProgress: (done: number) => void,
): Promise<number> {
  const { extents } = await writeLabelPyramid({
    blobs,
    prefix: knownMaskFolder(versionId, manifest.volumeId),
    name: "known",
    sourceImage: "../../../volumes",
    source: createKnownMaskSource(manifest, labels, proposals),
    voxelSizeZyx: manifest.voxelSizeZyx,
    scratchFolder,
    onProgress,
  });
  const [depth, height, width] = manifest.shapeZyx;
  return extents.reduce((sum, { voxels }) => sum + voxels, 0) / (depth * height * width);
}
