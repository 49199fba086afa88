import type { Dataset } from "h5wasm";
import { isProblem, Problem } from "../../../core/problem.ts";
import { voxelCount } from "../../../core/volume/voxel-space.ts";
import type { VolumeFile } from "../voxels/volume-source.ts";
import { imagesOfBigDataViewer, isBigDataViewer } from "./bigdataviewer.ts";
import { datasetsBelow } from "./find-datasets.ts";
import type { FoundImage, FoundImages } from "./found-image.ts";
import type { OpenHdf5 } from "./hdf5-sandbox.ts";
import { openInSandbox } from "./hdf5-sandbox.ts";
import { imagesOfImaris, isImaris } from "./imaris.ts";
import { imagesOfDataset } from "./plain-images.ts";

const MAX_IMAGES = 64;
const MAX_NOTES = 20;

/**
 * The volumes of an HDF5 file: as Imaris or BigDataViewer lay them out, else every dataset that has three axes of space. Axes and
 * voxel sizes as the file states them, or C order z, y, x.
 */
export async function openHdf5(path: string): Promise<VolumeFile> {
  const opened = await openInSandbox(path).catch((cause) => {
    throw damaged("The HDF5 file cannot be opened: its structure is damaged or cut off.", "file header", cause);
  });
  try {
    const { images: found, notes } = findImages(opened);
    if (found.length === 0)
      throw new Problem({
        tag: "hdf5-no-volume",
        what: "The HDF5 file holds no 3D dataset of numbers.",
        where: bounded(notes).join(" ") || "root group",
        hint: "Store the volume as one dataset with axes z, y, x.",
      });
    return {
      contents: { format: "HDF5", images: found.map(({ image }) => image), notes: bounded(notes) },
      async open(choice) {
        const chosen = found.find(({ image }) => image.path === choice.image);
        if (chosen && choice.channel < chosen.image.channels.length && choice.time < chosen.image.times)
          return chosen.source(choice.channel, choice.time);
        throw new Problem({
          tag: "no-such-image",
          what: "The chosen dataset, channel or time is not in the file.",
          where: `${choice.image}, channel ${choice.channel + 1}, time ${choice.time + 1}`,
          hint: "Choose again.",
        });
      },
      close: async () => opened.close(),
    };
  } catch (error) {
    opened.close();
    if (isProblem(error)) throw error;
    throw damaged("The structure of the HDF5 file is damaged.", "root group", error);
  }
}

function findImages(opened: OpenHdf5): FoundImages {
  if (isImaris(opened)) return imagesOfImaris(opened);
  if (isBigDataViewer(opened)) return imagesOfBigDataViewer(opened);
  const notes: string[] = [];
  const images: FoundImage[] = [];
  for (const dataset of datasetsBelow(opened.file, opened.addressOf, notes)) {
    const result = describeSafely(opened, dataset);
    if (typeof result === "string") notes.push(`${dataset.path} was left out: ${result}`);
    else {
      images.push(...result.images);
      notes.push(...result.notes);
    }
    if (images.length >= MAX_IMAGES) break;
  }
  const pictures = images.filter(({ image }) => !image.looksLikeLabels).length;
  if (pictures > 1) notes.unshift(`The file holds ${pictures} images; they are not parts of one volume. Choose one.`);
  // A reduced copy is not what is meant where the whole is there.
  return { images: images.toSorted((a, b) => voxelCount(b.image.shapeZyx) - voxelCount(a.image.shapeZyx)), notes };
}

/** What the library throws of a dataset's own description is about that dataset only. */
function describeSafely(opened: OpenHdf5, dataset: Dataset): FoundImages | string {
  try {
    return imagesOfDataset(opened, dataset);
  } catch (error) {
    if (isProblem(error)) throw error;
    return "its description is damaged.";
  }
}

const bounded = (notes: readonly string[]): string[] =>
  notes.length > MAX_NOTES
    ? [...notes.slice(0, MAX_NOTES), `${notes.length - MAX_NOTES} more were left out.`]
    : [...notes];

const damaged = (what: string, where: string, cause?: unknown): Problem =>
  new Problem(
    {
      tag: "hdf5-damaged",
      what,
      where,
      hint: "Compare the file with the original and upload it again, or export it as TIFF.",
    },
    { cause },
  );
