import { type FileContents, shapeObjection } from "../../../core/import/file-contents.ts";
import { Problem } from "../../../core/problem.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { narrowingNote } from "../voxels/stored-numbers.ts";
import type { VolumeFile } from "../voxels/volume-source.ts";
import {
  channelCount,
  checkArray,
  pixelTypeOfArray,
  type StoredArray,
  shapeOfArray,
  sourceOfArray,
  timeCount,
} from "./stored-array.ts";

export interface ArrayImage {
  readonly path: string;
  readonly array: StoredArray;
  readonly voxelSizeZyx: Zyx | null;
  readonly voxelSizeNote: string;
  /** As many as the array has; numbered where they have no names. */
  readonly channels?: readonly string[];
  readonly isLabels?: boolean;
}

/** A file of arrays. Images that are no volumes are left out with a note; a Problem where none is left. */
export function arrayFile(
  format: FileContents["format"],
  images: readonly ArrayImage[],
  said: readonly string[],
): VolumeFile {
  const notes = new Set(said);
  const usable = images.filter(({ array, path }) => {
    const objection = shapeObjection(shapeOfArray(array));
    if (!objection) return true;
    if (images.length === 1)
      throw new Problem({ tag: "not-a-volume", ...withOtherAxes(array, objection), where: path });
    notes.add(`${path} was left out: ${objection.what}`);
    return false;
  });
  if (usable.length === 0)
    throw new Problem({
      tag: "not-a-volume",
      what: "The file holds no volume.",
      where: [...notes].join(" ").slice(0, 500),
      hint: "Save the stack as one array of z, y and x.",
    });
  for (const { array, path } of usable) {
    for (const note of checkArray(array, path)) notes.add(note);
    const narrowing = narrowingNote(array.type);
    if (narrowing) notes.add(narrowing);
  }
  return {
    contents: { format, notes: [...notes], images: usable.map(describe) },
    async open({ image, channel, time }) {
      const chosen = usable.find(({ path }) => path === image);
      if (chosen && channel < channelCount(chosen.array) && time < timeCount(chosen.array))
        return sourceOfArray(chosen.array, channel, time);
      throw new Problem({
        tag: "no-such-image",
        what: "The chosen image, channel or time is not in the file.",
        where: `${image}, channel ${channel + 1}, time ${time + 1}`,
        hint: "Choose again.",
      });
    },
    close: async () => {},
  };
}

const describe = ({ path, array, voxelSizeZyx, voxelSizeNote, channels, isLabels }: ArrayImage) => ({
  path,
  shapeZyx: shapeOfArray(array),
  pixelType: pixelTypeOfArray(array),
  voxelSizeZyx,
  voxelSizeNote,
  channels: channels ?? Array.from({ length: channelCount(array) }, (_, i) => `channel ${i + 1}`),
  times: timeCount(array),
  looksLikeLabels: isLabels ?? false,
});

/** A plane of many times or channels is often a stack whose axes have the wrong names. */
function withOtherAxes(array: StoredArray, objection: { what: string; hint: string }): { what: string; hint: string } {
  const others = [
    timeCount(array) > 1 && `${timeCount(array)} times`,
    channelCount(array) > 1 && `${channelCount(array)} channels`,
  ].filter((text) => text !== false);
  if (others.length === 0 || shapeOfArray(array)[0] !== 1) return objection;
  return {
    what: `${objection.what} It has ${others.join(" and ")}, but one z slice.`,
    hint: "If they are z slices, save the stack again with its slices along z.",
  };
}
