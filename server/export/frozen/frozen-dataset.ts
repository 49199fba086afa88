import type { BlobStore } from "../../storage/blob-store.ts";
import { channelPrefix, imagePrefix } from "../../storage/import-places.ts";
import { knownMaskFolder, readFrozenNuclei } from "./dataset-blobs.ts";
import type { DatasetDescription, FrozenNucleus, FrozenVolume } from "./dataset-description.ts";
import { openStoredImage, type StoredImage } from "./stored-image.ts";

/** A volume of a dataset version as the targets read it: the three images and the table that belong together. */
export interface ReadableVolume {
  readonly volume: FrozenVolume;
  readonly image: StoredImage;
  /** Channels that are there to look at, by their place in the imported file. */
  readonly channels: readonly { readonly index: number; readonly image: StoredImage }[];
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
    const others = (volume.channels ?? []).filter(({ labelled }) => !labelled);
    const channels = await Promise.all(
      others.map(async ({ index }) => ({
        index,
        image: await openStoredImage(blobs, channelPrefix(volume.id, index)),
      })),
    );
    const [image, labels, known, nuclei] = await Promise.all([
      openStoredImage(blobs, imagePrefix(volume.id)),
      openStoredImage(blobs, `snapshots/${description.snapshotId}/${volume.id}/labels.ome.zarr/`),
      openStoredImage(blobs, knownMaskFolder(description.id, volume.id)),
      readFrozenNuclei(blobs, description.id, volume.id),
    ]);
    return { volume, image, channels, labels, known, nuclei };
  },
});
