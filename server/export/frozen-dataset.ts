import type { BlobStore } from "../storage/blob-store.ts";
import { knownMaskFolder, readFrozenNuclei } from "./dataset-blobs.ts";
import type { DatasetDescription, FrozenNucleus, FrozenVolume } from "./dataset-description.ts";
import { openStoredImage, type StoredImage } from "./stored-image.ts";

/** A volume of a dataset version as the targets read it: the three images and the table that belong together. */
export interface ReadableVolume {
  readonly volume: FrozenVolume;
  readonly image: StoredImage;
  /** All frozen labels, unfinished ones too: only the values in `nuclei` are truth. */
  readonly labels: StoredImage;
  /** 0 unknown, 1 background, 2 nucleus. */
  readonly known: StoredImage;
  readonly nuclei: readonly FrozenNucleus[];
}

export interface ReadableDataset {
  readonly description: DatasetDescription;
  readonly blobs: BlobStore;
  openVolume(volume: FrozenVolume): Promise<ReadableVolume>;
}

export const openDataset = (blobs: BlobStore, description: DatasetDescription): ReadableDataset => ({
  description,
  blobs,
  async openVolume(volume) {
    const [image, labels, known, nuclei] = await Promise.all([
      openStoredImage(blobs, `volumes/${volume.id}/image.ome.zarr/`),
      openStoredImage(blobs, `snapshots/${description.snapshotId}/${volume.id}/labels.ome.zarr/`),
      openStoredImage(blobs, knownMaskFolder(description.id, volume.id)),
      readFrozenNuclei(blobs, description.id, volume.id),
    ]);
    return { volume, image, labels, known, nuclei };
  },
});
