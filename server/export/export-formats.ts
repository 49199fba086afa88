/** What a person can ask for; a zip holds one or several. */
export const exportFormats = [
  "ome-zarr",
  "ome-tiff",
  "imagej",
  "nifti",
  "nrrd",
  "cellprofiler",
  "nnunet",
  "stardist",
  "cellpose",
  "embedseg",
  "tracking",
  "hdf5",
  "neuroglancer",
  "ply",
  "obj",
  "vtk",
  "webknossos",
  "bioimage-archive",
  "idr",
  "bbbc",
  "model",
  "bioimageio",
] as const;

export type ExportFormat = (typeof exportFormats)[number];

/** Formats of images and labels, whose files are listed beside a version. */
export type DataFormat = Exclude<ExportFormat, "model" | "bioimageio">;

export const isDataFormat = (format: ExportFormat): format is DataFormat =>
  format !== "model" && format !== "bioimageio";
