/** Formats as the page offers them; the values are the server's. */
export interface FormatOffer {
  readonly value:
    | "ome-zarr"
    | "ome-tiff"
    | "imagej"
    | "nifti"
    | "nrrd"
    | "cellprofiler"
    | "nnunet"
    | "stardist"
    | "cellpose"
    | "embedseg"
    | "tracking"
    | "hdf5"
    | "neuroglancer"
    | "ply"
    | "obj"
    | "vtk"
    | "webknossos"
    | "bioimage-archive"
    | "idr"
    | "bbbc"
    | "model"
    | "bioimageio";
  readonly label: string;
  readonly text: string;
}

export interface FormatGroup {
  readonly id: string;
  readonly title: string;
  readonly offers: readonly FormatOffer[];
  /** Where only a version with a model has them. */
  readonly ofModel?: true;
}

export const formatGroups: readonly FormatGroup[] = [
  {
    id: "analysis",
    title: "For analysis and archives",
    offers: [
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
      {
        value: "nifti",
        label: "NIfTI",
        text: "Image, labels and mask as .nii, sizes in millimetres. For 3D Slicer, ITK-SNAP, nibabel.",
      },
      {
        value: "nrrd",
        label: "NRRD",
        text: "Image, labels and mask, sizes in micrometres. For 3D Slicer, SimpleITK, pynrrd.",
      },
      {
        value: "cellprofiler",
        label: "CellProfiler tables",
        text: "A line per image and per nucleus under CellProfiler's names. For CellProfiler Analyst, pycytominer, R.",
      },
    ],
  },
  {
    id: "training",
    title: "To train or test other tools",
    offers: [
      {
        value: "nnunet",
        label: "nnU-Net v2",
        text: "Inside and border of nuclei as classes, unknown voxels ignored, folds that never divide a specimen.",
      },
      {
        value: "stardist",
        label: "StarDist",
        text: "Pairs of images and masks; unknown voxels are -1, which StarDist does not learn from.",
      },
      {
        value: "cellpose",
        label: "Cellpose",
        text: "Planes of boxes that are labelled completely, each with its masks: Cellpose cannot be told what is unknown.",
      },
      {
        value: "embedseg",
        label: "EmbedSeg",
        text: "Parts of boxes that are labelled completely, in train, val and test, with masks of 16 bits.",
      },
      {
        value: "tracking",
        label: "Cell Tracking Challenge",
        text: "Each volume as a sequence of one frame, with its ground truth, for programs that measure segmentations.",
      },
      {
        value: "hdf5",
        label: "HDF5",
        text: "raw, label and known in one file per volume. For PlantSeg, pytorch-3dunet, ilastik.",
      },
    ],
  },
  {
    id: "viewing",
    title: "To look at",
    offers: [
      {
        value: "neuroglancer",
        label: "Neuroglancer precomputed",
        text: "Image and nuclei in several resolutions, with class and volume of every nucleus. For a web server; also tensorstore, CloudVolume.",
      },
      {
        value: "webknossos",
        label: "webKnossos",
        text: "The OME-Zarr of each volume as a data set of webKnossos, with every nucleus as a segment.",
      },
      {
        value: "ply",
        label: "Surfaces as PLY",
        text: "A closed surface in µm for every nucleus, with the volume of its voxels. For MeshLab, CloudCompare, Blender.",
      },
      {
        value: "obj",
        label: "Surfaces as OBJ",
        text: "The same surfaces as text. For Blender and most programs of 3D graphics.",
      },
      {
        value: "vtk",
        label: "Surfaces as VTK",
        text: "The same surfaces for ParaView, 3D Slicer, PyVista.",
      },
    ],
  },
  {
    id: "archives",
    title: "To hand in to an archive",
    offers: [
      {
        value: "bioimage-archive",
        label: "BioImage Archive package",
        text: "A zip per image, lists of files, MIFA and RO-Crate, and in words how to submit. It takes CC0 and CC BY 4.0 only.",
      },
      {
        value: "idr",
        label: "IDR templates",
        text: "The submitter's templates of the Image Data Resource, filled in as far as this version says it. Its curators choose what they take.",
      },
      {
        value: "bbbc",
        label: "Benchmark zips",
        text: "A zip of images, a zip of ground truth and a page about them, as benchmarks of the Broad collection (BBBC) are handed out.",
      },
    ],
  },
  {
    id: "model",
    title: "The trained model",
    ofModel: true,
    offers: [
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
    ],
  },
];
