/** Where a snapshot and the labels and proposals of its volumes lie: blob prefixes, ending in `/`. */
export const snapshotFolder = (snapshotId: string): string => `snapshots/${snapshotId}/`;

export const snapshotVolumeFolder = (snapshotId: string, volumeId: string): string =>
  `${snapshotFolder(snapshotId)}${volumeId}/`;
