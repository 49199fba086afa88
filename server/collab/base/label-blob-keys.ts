import type { BrickKey } from "../../../core/volume/brick.ts";

/** Voxels of a PAINTREF record, named by their SHA-256. */
export const paintBlobKey = (volumeId: string, sha256: string): string => `volumes/${volumeId}/paint/${sha256}`;

/** A brick of the base at rev 0: gzip of 64³ uint32, little-endian, x fastest. Nothing there = background. */
export const baseBrickKey = (volumeId: string, key: BrickKey): string => `volumes/${volumeId}/base/${key}`;

export const baseBrickPrefix = (volumeId: string): string => `volumes/${volumeId}/base/`;

/** Versions of folded bricks: gzip as above, each under a name of its own. */
export const foldedBrickPrefix = (volumeId: string): string => `volumes/${volumeId}/bricks/`;
