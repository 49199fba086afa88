import type { FileContents, FileImage } from "../../../core/import/file-contents.ts";
import { type FileQuestion, flagHint } from "../../../core/import/file-question.ts";
import {
  channelQuestion,
  imageQuestion,
  labelChannelQuestion,
  labelTimeQuestion,
  labelVoxelSizeQuestion,
  timeQuestion,
  voxelSizeQuestion,
} from "../../../core/import/open-questions.ts";
import { Problem } from "../../../core/problem.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { ImportOptions } from "./import-options.ts";

/** What the options leave open is refused with the flag that answers it: nothing is guessed. */
export function assertAnswered(question: FileQuestion | null, file: string): void {
  if (!question) return;
  throw new Problem({ tag: question.about, what: question.what, where: file, hint: flagHint(question) });
}

export interface ChosenVolume {
  readonly image: FileImage;
  readonly channel: number;
  /** The first of them where every time is taken. */
  readonly time: number;
  readonly everyTime: boolean;
  /** Null: as the file says. */
  readonly voxelSizeZyx: [number, number, number] | null;
  /** Sentences for the person. */
  readonly notes: readonly string[];
}

/** The volume of a file, as the options say. */
export function chooseVolume(contents: FileContents, file: string, options: ImportOptions): ChosenVolume {
  const image = chooseImage(contents, file, options.image, "image");
  if (options.channel === null) assertAnswered(channelQuestion(image), file);
  if (options.time === null) assertAnswered(timeQuestion(image), file);
  if (!options.voxelSizeZyx) assertAnswered(voxelSizeQuestion(image), file);
  const stated = image.voxelSizeZyx;
  const overridden = stated && options.voxelSizeZyx?.some((um, axis) => um !== stated[axis]);
  return {
    image,
    channel: options.channel ?? 0,
    time: options.time === "all" ? 0 : (options.time ?? 0),
    everyTime: options.time === "all" && image.times > 1,
    voxelSizeZyx: options.voxelSizeZyx && [...options.voxelSizeZyx],
    notes: overridden
      ? [
          `${image.voxelSizeNote} says voxels of ${stated.join(" × ")} µm; --voxel-size ${options.voxelSizeZyx?.join(",")} is taken instead.`,
        ]
      : [],
  };
}

export interface LabelAnswers {
  readonly image: string;
  readonly channel?: number | "colours";
  readonly time?: number;
  readonly parts?: "as-numbered" | "one-per-part";
  readonly otherVoxelSize: boolean;
}

/** The labels of a file, as the options say, for the volume that was chosen. */
export function chooseLabels(
  contents: FileContents,
  file: string,
  volume: { readonly times: number; readonly voxelSizeZyx: Zyx | null },
  options: ImportOptions,
): LabelAnswers {
  const image = chooseImage(contents, file, options.labelsImage, "labels-image");
  if (options.labelsChannel === null) assertAnswered(labelChannelQuestion(image), file);
  if (options.labelsTime === null) assertAnswered(labelTimeQuestion(image, volume.times), file);
  if (!options.labelsOtherVoxelSize) assertAnswered(labelVoxelSizeQuestion(image, volume.voxelSizeZyx), file);
  return {
    image: image.path,
    ...(options.labelsChannel !== null && { channel: options.labelsChannel }),
    ...(options.labelsTime !== null && { time: options.labelsTime }),
    ...(options.parts && { parts: options.parts }),
    otherVoxelSize: options.labelsOtherVoxelSize,
  };
}

/** The image that is named, else the only one of its kind. */
function chooseImage(
  contents: FileContents,
  file: string,
  wanted: string | undefined,
  about: "image" | "labels-image",
): FileImage {
  const { images } = contents;
  const named = wanted === undefined ? [] : images.filter(({ path }) => path === wanted);
  if (wanted !== undefined && named.length === 0)
    throw new Problem({
      tag: "no-such-image",
      what: `There is no image ${wanted} in the file.`,
      where: `${file}: ${images.map(({ path }) => path).join(", ")}`,
      hint: "Name one of these.",
    });
  const ofKind = images.filter(({ looksLikeLabels }) => looksLikeLabels === (about === "labels-image"));
  const candidates = named.length > 0 ? named : ofKind.length > 0 ? ofKind : images;
  if (candidates.length > 1) assertAnswered(imageQuestion(candidates, about), file);
  return candidates[0];
}
