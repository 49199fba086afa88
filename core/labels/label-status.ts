/** Status of a nucleus: one enumeration for the database, the wire and the screen. `unfinished` is unknown to training. */
export const labelStatuses = ["proposed", "accepted", "corrected", "rejected", "unfinished"] as const;

export type LabelStatus = (typeof labelStatuses)[number];

/** Statuses whose voxels are truth for training and for export. */
export const isTruth = (status: LabelStatus): boolean => status === "accepted" || status === "corrected";
