import type { BlobStore } from "../../storage/blob-store.ts";
import { type FrozenNucleus, frozenNucleiSchema } from "./dataset-description.ts";

/** Where a dataset version keeps what its snapshot does not have. Never changed once the version is ready. */
export const datasetFolder = (versionId: string): string => `datasets/${versionId}/`;

/** Mask of known voxels, OME-Zarr: 0 unknown, 1 background, 2 nucleus. */
export const knownMaskFolder = (versionId: string, volumeId: string): string =>
  `${datasetFolder(versionId)}${volumeId}/known.ome.zarr/`;

const nucleiKey = (versionId: string, volumeId: string): string => `${datasetFolder(versionId)}${volumeId}/nuclei.json`;

export const writeFrozenNuclei = (
  blobs: BlobStore,
  versionId: string,
  volumeId: string,
  nuclei: readonly FrozenNucleus[],
): Promise<void> => blobs.put(nucleiKey(versionId, volumeId), Buffer.from(JSON.stringify(nuclei)));

export async function readFrozenNuclei(
  blobs: BlobStore,
  versionId: string,
  volumeId: string,
): Promise<FrozenNucleus[]> {
  const bytes = await blobs.get(nucleiKey(versionId, volumeId));
  if (!bytes) throw new Error(`dataset version ${versionId} has no nuclei of volume ${volumeId}`);
  return frozenNucleiSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
}
