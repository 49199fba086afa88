/** Formats as the page offers them; the values are the server's. */
export interface FormatOffer {
  readonly value: "ome-zarr" | "ome-tiff" | "imagej" | "model" | "bioimageio";
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

/** Where a model belongs to the version. */
export const modelOffers: readonly FormatOffer[] = [
  {
    value: "model",
    label: "Trained model",
    text: "TensorFlow.js weights, configuration, and the command that runs it.",
  },
  {
    value: "bioimageio",
    label: "bioimage.io model package",
    text: "The model as ONNX and TensorFlow.js with test tensors and documentation, and a Python file that finds nuclei with it. For deepImageJ, ilastik, napari, Python.",
  },
];

/** ImageJ's label stacks have 16 bits. */
export const IMAGEJ_MAX_NUCLEI = 65_535;
