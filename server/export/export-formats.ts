/** What a person can ask for; a zip holds one or several. */
export const exportFormats = ["ome-zarr", "ome-tiff", "imagej", "model", "bioimageio"] as const;

export type ExportFormat = (typeof exportFormats)[number];
