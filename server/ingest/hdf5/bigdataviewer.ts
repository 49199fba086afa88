import type { Dataset } from "h5wasm";
import { shapeObjection } from "../../../core/import/file-contents.ts";
import { Problem } from "../../../core/problem.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { narrowingNote, pixelTypeOf, type StoredType } from "../voxels/stored-numbers.ts";
import { sourceOfDataset } from "./dataset-volume.ts";
import { type FoundImage, type FoundImages, sparseNote, storageObjection } from "./found-image.ts";
import { filterObjection } from "./hdf5-filters.ts";
import { storedNumberOf } from "./hdf5-pixels.ts";
import type { OpenHdf5 } from "./hdf5-sandbox.ts";
import { datasetAt, groupAt, numberedMembers } from "./members.ts";

/**
 * BigDataViewer, https://imagej.net/plugins/bdv/#about-the-bigdataviewer-data-format: a set-up (channel, angle, tile) each in
 * `s00`, its voxels in `t00000/s00/<level>/cells`. Voxels are unsigned, and were stored as signed for want of the other in Java.
 */
const setupName = (setup: number): string => `s${String(setup).padStart(2, "0")}`;
const timeName = (time: number): string => `t${String(time).padStart(5, "0")}`;

export const isBigDataViewer = ({ file }: OpenHdf5): boolean => {
  const [setup] = numberedMembers(file, "s");
  return (
    setup !== undefined &&
    datasetAt(file, `${setupName(setup)}/resolutions`) !== null &&
    numberedMembers(file, "t").length > 0
  );
};

export function imagesOfBigDataViewer(opened: OpenHdf5): FoundImages {
  const times = numberedMembers(opened.file, "t").map((time) => ({
    time,
    setups: new Set(groupAt(opened.file, timeName(time))?.keys()),
  }));
  const images: FoundImage[] = [];
  const notes: string[] = [];
  for (const setup of numberedMembers(opened.file, "s").slice(0, 64)) {
    const result = imageOfSetup(opened, setup, times);
    if (typeof result === "string") notes.push(`set-up ${setup} was left out: ${result}`);
    else {
      images.push(result.found);
      notes.push(...result.notes);
    }
  }
  if (images.length > 1) notes.push(`The file holds ${images.length} set-ups (channels, angles or tiles). Choose one.`);
  notes.push("The voxel size is in the .xml beside this file, which is not read.");
  return { images, notes };
}

interface Cells {
  readonly dataset: Dataset;
  readonly type: StoredType;
  readonly shapeZyx: Zyx;
}

function imageOfSetup(
  opened: OpenHdf5,
  setup: number,
  allTimes: readonly { readonly time: number; readonly setups: ReadonlySet<string> }[],
): { found: FoundImage; notes: string[] } | string {
  const level = finestLevel(datasetAt(opened.file, `${setupName(setup)}/resolutions`));
  const pathAt = (time: number): string => `/${timeName(time)}/${setupName(setup)}/${level}/cells`;
  const times = allTimes.filter(({ setups }) => setups.has(setupName(setup))).map(({ time }) => time);
  if (times.length === 0) return "it has no voxels in this file.";
  const first = cellsAt(opened, pathAt(times[0]));
  if (typeof first === "string") return first;
  const objection = shapeObjection(first.shapeZyx);
  if (objection) return objection.what;
  const isSigned = first.dataset.metadata.signed && first.type === "uint16";
  const notes = [
    narrowingNote(first.type),
    sparseNote(first.dataset, opened.size),
    isSigned && "Voxels are stored as signed numbers and taken as unsigned ones, as BigDataViewer means them.",
    times.length < allTimes.length && `set-up ${setup} has ${times.length} of ${allTimes.length} times.`,
  ].filter((note) => typeof note === "string");
  return {
    found: {
      image: {
        path: `set-up ${setup}`,
        shapeZyx: first.shapeZyx,
        pixelType: pixelTypeOf(first.type),
        voxelSizeZyx: null,
        voxelSizeNote: "The voxel size is in the .xml beside the file.",
        channels: ["channel 1"],
        times: times.length,
        looksLikeLabels: false,
      },
      source(_channel, time) {
        const cells = cellsAt(opened, pathAt(times[time]));
        if (typeof cells === "string" || cells.type !== first.type || cells.shapeZyx.join() !== first.shapeZyx.join())
          throw new Problem({
            tag: "hdf5-damaged",
            what: `A time of the file is not readable: ${typeof cells === "string" ? cells : "it has another size than the first."}`,
            where: pathAt(times[time]),
            hint: "Export the data set again, or choose another time.",
          });
        return sourceOfDataset(opened, { ...cells, zyx: [0, 1, 2], origin: [0, 0, 0] });
      },
    },
    notes,
  };
}

/** Rows of factors x, y, z; levels are the rows. Usually from fine to coarse. */
function finestLevel(resolutions: Dataset | null): number {
  const { shape, total_size } = resolutions?.metadata ?? { shape: null, total_size: 0 };
  if (!resolutions || shape?.length !== 2 || shape[1] !== 3 || total_size > 300) return 0;
  const factors = Array.from(resolutions.value as ArrayLike<number>, Number);
  const products = Array.from(
    { length: shape[0] },
    (_, row) => factors[3 * row] * factors[3 * row + 1] * factors[3 * row + 2],
  );
  return products.indexOf(Math.min(...products));
}

function cellsAt(opened: OpenHdf5, path: string): Cells | string {
  const dataset = datasetAt(opened.file, path);
  if (!dataset) return `${path} is missing.`;
  const number = storedNumberOf(dataset.metadata);
  if (typeof number === "string") return number;
  const objection = storageObjection(dataset, opened.size) ?? filterObjection(dataset.filters);
  if (objection) return objection;
  const [z, y, x, ...more] = dataset.metadata.shape ?? [];
  if (x === undefined || more.length > 0) return "its cells are no volume.";
  return { dataset, type: number.type === "int16" ? "uint16" : number.type, shapeZyx: [z, y, x] };
}
