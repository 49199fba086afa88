import path from "node:path";
import type { ImageOrigin, ImportRequest } from "../../core/import/import-request.ts";
import { scratchRoot } from "./data-root.ts";

/** Where the parts of an import lie: blob prefixes (ending in `/`) and paths under the data root. */
export const volumePrefix = (volumeId: string): string => `volumes/${volumeId}/`;
export const imagePrefix = (volumeId: string): string => `volumes/${volumeId}/image.ome.zarr/`;
/** The channels beside the labelled one, each an image of its own. */
export const channelsPrefix = (volumeId: string): string => `volumes/${volumeId}/channels/`;
export const channelPrefix = (volumeId: string, index: number): string =>
  `${channelsPrefix(volumeId)}${index}.ome.zarr/`;
export const basePrefix = (volumeId: string): string => `volumes/${volumeId}/base/`;

/** Label images that belong to the image lie in its own `labels` group. */
export const IMPORTED_LABELS = "imported";
export const importedLabelsPrefix = (volumeId: string): string => `${imagePrefix(volumeId)}labels/${IMPORTED_LABELS}/`;

/** Labels as they were in the file, until they are proposals or records. */
export const incomingLabelsPrefix = (volumeId: string, jobId: string): string =>
  `volumes/${volumeId}/incoming/${jobId}.ome.zarr/`;

export const uploadsFolder = (dataRoot: string): string => path.join(dataRoot, "uploads");
export const uploadFolder = (dataRoot: string, uploadId: string): string =>
  path.join(uploadsFolder(dataRoot), uploadId);
export const uploadFile = (dataRoot: string, uploadId: string): string =>
  path.join(uploadFolder(dataRoot, uploadId), "file");

export const scratchFolder = (dataRoot: string, jobId: string): string => path.join(scratchRoot(dataRoot), jobId);

/** Uploads that a request reads from. */
export function uploadsOf(request: ImportRequest): string[] {
  const ids = [request.image, request.labels?.origin].flatMap((origin?: ImageOrigin | null) =>
    origin?.kind === "upload" ? [origin.uploadId] : [],
  );
  return [...new Set(ids)];
}
