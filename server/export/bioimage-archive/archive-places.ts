import type { FrozenVolume } from "../frozen/dataset-description.ts";

/** What is uploaded: the paths of the file lists begin here. */
export const ARCHIVE_FOLDER = "bioimage-archive/";

export const IMAGE_LIST = "image_file_list.tsv";
export const ANNOTATION_LIST = "annotation_file_list.tsv";
/** Of the RO-Crate. */
export const FILE_LIST = "file_list.tsv";

export const imageZip = (name: string): string => `images/${name}.ome.zarr.zip`;

/** What was annotated, with MIFA's word for its type. */
export const annotationKinds = [
  { kind: "labels", ending: "_nuclei.ome.tif", type: "segmentation_mask" },
  { kind: "known", ending: "_known.ome.tif", type: "other" },
  { kind: "table", ending: "_nuclei.csv", type: "derived_annotations" },
] as const;
export type AnnotationKind = (typeof annotationKinds)[number]["kind"];

export const annotationPath = ({ fileName }: Pick<FrozenVolume, "fileName">, wanted: AnnotationKind): string =>
  `annotations/${fileName}${annotationKinds.find(({ kind }) => kind === wanted)?.ending}`;

/** The archive takes these two; MIFA's words for them. */
export const archiveLicences: Readonly<Record<string, "CC0" | "CC_BY">> = { "CC0-1.0": "CC0", "CC-BY-4.0": "CC_BY" };
