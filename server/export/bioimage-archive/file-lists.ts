import type { DatasetDescription, FrozenVolume } from "../frozen/dataset-description.ts";
import { annotationKinds, annotationPath, imageZip } from "./archive-places.ts";

/** A cell must not look like the end of itself. */
const cell = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

export const tsv = (lines: readonly (readonly string[])[]): string =>
  lines.map((cells) => `${cells.map(cell).join("\t")}\n`).join("");

/** An image of the package, and which volume it shows. */
export interface ArchivedImage {
  readonly name: string;
  readonly volume: FrozenVolume;
  /** Null where it is the labelled one. */
  readonly channel: string | null;
}

export function archivedImages({ volumes }: Pick<DatasetDescription, "volumes">): ArchivedImage[] {
  return volumes.flatMap((volume) => [
    { name: volume.fileName, volume, channel: null },
    ...(volume.channels ?? [])
      .filter(({ labelled }) => !labelled)
      .map(({ index, name }) => ({ name: `${volume.fileName}_channel-${index + 1}`, volume, channel: name })),
  ]);
}

/**
 * The list of images as the BioImage Archive takes it (https://www.ebi.ac.uk/bioimage-archive/help-file-list/): `Files` first, and no column
 * in which every image says the same.
 */
export function imageFileList(description: Pick<DatasetDescription, "volumes">): string {
  const images = archivedImages(description);
  const columns: readonly (readonly [string, (image: ArchivedImage) => string])[] = [
    ["Volume", ({ volume }) => volume.name],
    ["Specimen", ({ volume }) => volume.specimen],
    ["Split", ({ volume }) => volume.split],
    ["Channel", ({ volume, channel }) => channel ?? volume.channels?.find(({ labelled }) => labelled)?.name ?? ""],
    ["Annotated", ({ channel }) => (channel === null ? "yes" : "no")],
    ["Size z y x (voxels)", ({ volume }) => volume.shapeZyx.join(" ")],
    ["Voxel size z y x (micrometre)", ({ volume }) => volume.voxelSizeZyx.join(" ")],
    ["Nuclei", ({ volume }) => String(volume.nuclei)],
  ];
  const telling = columns.filter(([, of]) => new Set(images.map((image) => cell(of(image)))).size > 1);
  return tsv([
    ["Files", ...telling.map(([name]) => name)],
    ...images.map((image) => [imageZip(image.name), ...telling.map(([, of]) => of(image))]),
  ]);
}

/** The list of annotations, each with the image that it is of. */
export const annotationFileList = ({ volumes }: Pick<DatasetDescription, "volumes">): string =>
  tsv([
    ["Files", "source_image", "annotation_type", "content"],
    ...volumes.flatMap((volume) =>
      annotationKinds.map(({ kind, type }) => [
        annotationPath(volume, kind),
        imageZip(volume.fileName),
        type,
        contents[kind],
      ]),
    ),
  ]);

const contents = {
  labels: "nuclei: 0 is background, every nucleus has one number",
  known: "what was looked at: 0 unknown, 1 background, 2 nucleus",
  table: "shape, class, status and annotator of every nucleus",
} as const;
