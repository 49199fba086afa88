import type { Dataset } from "h5wasm";
import { colorOf, statedColors } from "../../../core/import/file-channels.ts";
import { shapeObjection } from "../../../core/import/file-contents.ts";
import { Problem } from "../../../core/problem.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { lengthInUm } from "../header/length-unit.ts";
import { decimalNumber, wholeNumber } from "../header/strict-numbers.ts";
import { narrowingNote, pixelTypeOf, type StoredType } from "../voxels/stored-numbers.ts";
import { sourceOfDataset } from "./dataset-volume.ts";
import { type FoundImage, type FoundImages, sparseNote, storageObjection } from "./found-image.ts";
import { textAttribute } from "./hdf5-attributes.ts";
import { filterObjection } from "./hdf5-filters.ts";
import { storedNumberOf } from "./hdf5-pixels.ts";
import type { OpenHdf5 } from "./hdf5-sandbox.ts";
import { datasetAt, groupAt, numberedMembers } from "./members.ts";

/**
 * Imaris 5.5 and newer, http://open.bitplane.com/Default.aspx?tabid=268: a dataset per level, time and channel, padded to whole
 * chunks; the real extent stands in attributes, letter by letter.
 */
const FINEST = "/DataSet/ResolutionLevel 0";

export const isImaris = ({ file }: OpenHdf5): boolean =>
  groupAt(file, FINEST) !== null && groupAt(file, `${FINEST}/TimePoint 0`) !== null;

interface Plane {
  readonly dataset: Dataset;
  readonly type: StoredType;
  readonly shapeZyx: Zyx;
}

export function imagesOfImaris(opened: OpenHdf5): FoundImages {
  const notes: string[] = [];
  const level = groupAt(opened.file, FINEST)!;
  const times = numberedMembers(level, "TimePoint ");
  const channels = numberedMembers(groupAt(opened.file, `${FINEST}/TimePoint ${times[0]}`)!, "Channel ");
  const at = (channel: number, time: number): Plane | string =>
    planeAt(opened, `${FINEST}/TimePoint ${times[time]}/Channel ${channels[channel]}`);
  const first = channels.length > 0 ? at(0, 0) : "it has no channels.";
  if (typeof first === "string") return { images: [], notes: [`${FINEST} was left out: ${first}`] };
  const objection = shapeObjection(first.shapeZyx);
  if (objection) return { images: [], notes: [`${FINEST} was left out: ${objection.what}`] };
  for (const note of [narrowingNote(first.type), sparseNote(first.dataset, opened.size)]) if (note) notes.push(note);
  const info = groupAt(opened.file, "/DataSetInfo/Image");
  const ofImage = info && ["Z", "Y", "X"].map((axis) => wholeNumber(textAttribute(info, axis) ?? "") ?? 0);
  if (ofImage?.every((size) => size > 0) && ofImage.join() !== first.shapeZyx.join())
    notes.push(
      `The image is said to have ${ofImage.join(" × ")} voxels, its channels ${first.shapeZyx.join(" × ")}; those of the channels are taken.`,
    );
  const found: FoundImage = {
    image: {
      path: "DataSet",
      shapeZyx: first.shapeZyx,
      pixelType: pixelTypeOf(first.type),
      ...voxelSizeOf(opened, first.shapeZyx),
      channels: channels.map((n, i) => nameOf(opened, n) ?? `channel ${i + 1}`),
      ...statedColors(channels.map((n) => colorIn(opened, n))),
      times: times.length,
      looksLikeLabels: false,
    },
    source(channel, time) {
      const plane = at(channel, time);
      const where = `TimePoint ${times[time]}, Channel ${channels[channel]}`;
      if (typeof plane === "string") throw damaged(`A channel of the Imaris file is not readable: ${plane}`, where);
      if (plane.type !== first.type || plane.shapeZyx.join() !== first.shapeZyx.join())
        throw damaged("A channel of the Imaris file has another size or other numbers than the first one.", where);
      const { dataset, type, shapeZyx } = plane;
      return sourceOfDataset(opened, { dataset, type, zyx: [0, 1, 2], shapeZyx, origin: [0, 0, 0] });
    },
  };
  return { images: [found], notes };
}

function planeAt(opened: OpenHdf5, path: string): Plane | string {
  const group = groupAt(opened.file, path);
  const dataset = datasetAt(opened.file, `${path}/Data`);
  if (!group || !dataset) return `${path}/Data is missing.`;
  const number = storedNumberOf(dataset.metadata);
  if (typeof number === "string") return number;
  const objection = storageObjection(dataset, opened.size) ?? filterObjection(dataset.filters);
  if (objection) return objection;
  const shape = dataset.metadata.shape ?? [];
  const info = groupAt(opened.file, "/DataSetInfo/Image");
  const extent = ["Z", "Y", "X"].map(
    (axis) => wholeNumber(textAttribute(group, `ImageSize${axis}`) ?? (info && textAttribute(info, axis)) ?? "") ?? 0,
  );
  if (shape.length !== 3 || extent.some((size) => size < 1))
    return "the real size of its image is not in its attributes, so that its padding cannot be told from voxels.";
  if (extent.some((size, axis) => size > shape[axis]))
    return `its attributes say ${extent.join(" × ")} voxels, its dataset has ${shape.join(" × ")}.`;
  return { dataset, type: number.type, shapeZyx: [extent[0], extent[1], extent[2]] };
}

/** Extents are of the whole image, in a unit that is µm unless the file says otherwise. */
function voxelSizeOf(opened: OpenHdf5, shapeZyx: Zyx): { voxelSizeZyx: Zyx | null; voxelSizeNote: string } {
  const info = groupAt(opened.file, "/DataSetInfo/Image");
  const number = (name: string): number =>
    decimalNumber(((info && textAttribute(info, name)) ?? "").trim()) ?? Number.NaN;
  const unit = (info && textAttribute(info, "Unit"))?.trim() || "um";
  // The three extents are x, y, z.
  const [z, y, x] = [2, 1, 0].map((i, axis) =>
    lengthInUm((number(`ExtMax${i}`) - number(`ExtMin${i}`)) / shapeZyx[axis], unit),
  );
  if (z !== null && y !== null && x !== null) return { voxelSizeZyx: [z, y, x], voxelSizeNote: "Imaris" };
  return { voxelSizeZyx: null, voxelSizeNote: "The Imaris file does not say its extent completely." };
}

const nameOf = (opened: OpenHdf5, channel: number): string | null => {
  const info = groupAt(opened.file, `/DataSetInfo/Channel ${channel}`);
  return (info && textAttribute(info, "Name"))?.trim().slice(0, 80) || null;
};

/** Red, green and blue from 0 to 1. */
function colorIn(opened: OpenHdf5, channel: number): string | null {
  const info = groupAt(opened.file, `/DataSetInfo/Channel ${channel}`);
  const parts = ((info && textAttribute(info, "Color")) ?? "").trim().split(/\s+/).map(decimalNumber);
  if (parts.length !== 3 || !parts.every((part) => part !== null && part >= 0 && part <= 1)) return null;
  return colorOf(
    parts
      .map((part) =>
        Math.round(255 * (part ?? 0))
          .toString(16)
          .padStart(2, "0"),
      )
      .join(""),
  );
}

const damaged = (what: string, where: string): Problem =>
  new Problem({
    tag: "hdf5-damaged",
    what,
    where,
    hint: "Open the file in Imaris and save it again, or choose another channel.",
  });
