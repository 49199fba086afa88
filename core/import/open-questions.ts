import type { Zyx } from "../volume/voxel-space.ts";
import type { FileImage } from "./file-contents.ts";
import type { FileQuestion, QuestionTopic } from "./file-question.ts";

/** A channel of labels, or red, green and blue together: each colour is a nucleus. */
export type LabelChannel = number | "colours";

/** Whether the channels of an image may be red, green and blue (and opacity). */
export const mayBeColours = ({ pixelType, channels }: Pick<FileImage, "pixelType" | "channels">): boolean =>
  pixelType === "uint8" && (channels.length === 3 || channels.length === 4);

const shapeOf = ({ shapeZyx, pixelType }: FileImage): string => `${shapeZyx.join(" × ")}, ${pixelType}`;

export const imageQuestion = (images: readonly FileImage[], about: "image" | "labels-image"): FileQuestion => ({
  about,
  what:
    about === "image"
      ? `The file holds ${images.length} images. Which one is the volume?`
      : `The file holds ${images.length} images. Which one holds the labels?`,
  choices: images.map((image) => ({ answer: image.path, words: shapeOf(image) })),
});

const MOST_LISTED = 24;

const numbered = (about: QuestionTopic, what: string, names: readonly string[]): FileQuestion => ({
  about,
  what,
  choices: names.slice(0, MOST_LISTED).map((words, i) => ({ answer: String(i + 1), words })),
});

/** Null where there is only one. */
export const channelQuestion = ({ channels }: FileImage): FileQuestion | null =>
  channels.length === 1
    ? null
    : numbered("channel", `The image has ${channels.length} channels. Which one shows the nuclei?`, channels);

export const timeQuestion = ({ times }: FileImage): FileQuestion | null =>
  times === 1 ? null : { about: "time", what: `The image has ${times} time points. Which one?`, choices: [] };

/** Labels are one channel, or colours; never red alone without a word. */
export function labelChannelQuestion(labels: FileImage): FileQuestion | null {
  const { channels } = labels;
  if (channels.length === 1) return null;
  const asked = numbered(
    "labels-channel",
    mayBeColours(labels)
      ? `The label image has ${channels.length} channels of 8 bits: colours, or labels in one of them?`
      : `The label image has ${channels.length} channels. Which one holds the labels?`,
    channels,
  );
  if (!mayBeColours(labels)) return asked;
  return { ...asked, choices: [{ answer: "colours", words: "every colour is a nucleus" }, ...asked.choices] };
}

/** Labels of as many times as the image has go with the image's time. */
export const labelTimeQuestion = (labels: FileImage, imageTimes: number): FileQuestion | null =>
  labels.times === 1 || labels.times === imageTimes
    ? null
    : {
        about: "labels-time",
        what: `The label image has ${labels.times} time points, the image ${imageTimes}. Which one belongs to it?`,
        choices: [],
      };

/** Sizes that differ by less are one size, written with other digits. */
const SAME_SIZE = 0.01;

/** Labels that state another voxel size than the volume's may be of another stack. */
export function labelVoxelSizeQuestion(labels: FileImage, volumeSizeZyx: Zyx | null): FileQuestion | null {
  const { voxelSizeZyx: size } = labels;
  if (!size || !volumeSizeZyx || size.every((um, axis) => Math.abs(um / volumeSizeZyx[axis] - 1) <= SAME_SIZE))
    return null;
  return {
    about: "labels-voxel-size",
    what: `The label image says voxels of ${micrometres(size)}, the volume has ${micrometres(volumeSizeZyx)}: the labels may be of another stack. Take them all the same?`,
    choices: [{ answer: "as-image", words: "the volume's voxel size is right, the labels belong to it" }],
  };
}

/** What the file says of its voxel size is not enough, or cannot be. */
export const voxelSizeQuestion = (image: FileImage): FileQuestion | null =>
  image.voxelSizeZyx
    ? null
    : { about: "voxel-size", what: `${image.voxelSizeNote} How large are the voxels, in micrometres?`, choices: [] };

const micrometres = (sizeZyx: Zyx): string =>
  `${sizeZyx.map((um) => Number(um.toPrecision(4))).join(" × ")} µm (z, y, x)`;
