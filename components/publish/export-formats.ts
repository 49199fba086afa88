/** Formats as the page offers them; the values are the server's. */
export interface FormatOffer {
  readonly value: "ome-zarr" | "ome-tiff" | "imagej";
  readonly label: string;
  readonly text: string;
}

export const formatOffers: readonly FormatOffer[] = [
  {
    value: "ome-zarr",
    label: "OME-Zarr 0.5",
    text: "Image, labels, mask of what is known, and who did what, in one store. For napari, Neuroglancer, Python; for archives.",
  },
  {
    value: "ome-tiff",
    label: "OME-TIFF",
    text: "One file each for image, labels (32 bits, the same numbers as in the table) and mask. For Fiji, QuPath, Imaris, Python.",
  },
  {
    value: "imagej",
    label: "ImageJ TIFF",
    text: "Stacks that ImageJ opens by drag and drop. Nuclei are numbered 1, 2, 3…; a table says which is which.",
  },
];

/** ImageJ's label stacks have 16 bits. */
export const IMAGEJ_MAX_NUCLEI = 65_535;
