import type { ChannelChoice } from "../../core/import/file-channels.ts";
import type { FileContents, FileImage } from "../../core/import/file-contents.ts";
import type { FileQuestion } from "../../core/import/file-question.ts";
import type { LabelMode } from "../../core/import/import-request.ts";
import type { LabelParts } from "../../core/import/label-findings.ts";
import {
  type LabelChannel,
  labelChannelQuestion,
  labelTimeQuestion,
  labelVoxelSizeQuestion,
} from "../../core/import/open-questions.ts";
import { isPlausibleSize } from "../../core/import/voxel-size.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";

/** A file that has arrived and was looked into. */
export interface ArrivedFile {
  readonly uploadId: string;
  readonly fileName: string;
  /** With the folders it was chosen with; the name where it came by itself. */
  readonly path: string;
  readonly contents: FileContents;
}

/** One image of an arrived file. */
export interface ImageRef {
  readonly uploadId: string;
  readonly image: string;
}

export interface ChosenImage extends ImageRef {
  readonly channel: number;
  readonly time: number;
}

/** What a label image leaves open; null and absent: not answered, or not asked. */
export interface LabelAnswers {
  readonly channel: LabelChannel | null;
  readonly time: number | null;
  readonly parts?: LabelParts;
  readonly otherVoxelSize: boolean;
}

export const UNANSWERED: LabelAnswers = { channel: null, time: null, otherVoxelSize: false };

export interface ChosenLabels extends ImageRef, LabelAnswers {
  readonly mode: LabelMode;
  /** Every nucleus of the volume is in it. */
  readonly complete: boolean;
}

/** What a person has answered so far for a new volume. */
export interface VolumeDraft {
  readonly name: string;
  readonly specimen: string;
  readonly image: ChosenImage;
  /** As typed; empty where it is not known. */
  readonly voxelSizeZyx: readonly [string, string, string];
  readonly labels: ChosenLabels | null;
  /** What becomes of the channels beside `image.channel`; absent: nobody has said it. */
  readonly channels?: ChannelChoice;
  /** Every time point of the file becomes a volume of its own. */
  readonly everyTime?: boolean;
}

export const findImage = (files: readonly ArrivedFile[], ref: ImageRef): FileImage | undefined =>
  files.find(({ uploadId }) => uploadId === ref.uploadId)?.contents.images.find(({ path }) => path === ref.image);

/** The voxel size as the file says it, or empty fields: it is never guessed. */
export const voxelFields = (image: FileImage | undefined): [string, string, string] =>
  image?.voxelSizeZyx
    ? [shortNumber(image.voxelSizeZyx[0]), shortNumber(image.voxelSizeZyx[1]), shortNumber(image.voxelSizeZyx[2])]
    : ["", "", ""];

const shortNumber = (value: number): string => String(Number(value.toPrecision(6)));

/** Micrometres, or null where a field is empty or no length. A comma counts as a decimal point. */
export function parseVoxelSize(fields: readonly [string, string, string]): Zyx | null {
  const [z, y, x] = fields.map((text) => (text.trim() ? Number(text.trim().replace(",", ".")) : Number.NaN));
  return [z, y, x].every(isPlausibleSize) ? [z, y, x] : null;
}

/** What the server is sent: the file's own numbers where the person left them as they were. */
export function voxelSizeToSend(fields: readonly [string, string, string], image: FileImage): Zyx | null {
  const untouched = image.voxelSizeZyx && voxelFields(image).every((text, axis) => text === fields[axis]);
  return untouched ? null : parseVoxelSize(fields);
}

/** What the server is sent of labels: only what was answered. */
export function labelsToSend<T extends ImageRef & LabelAnswers>({ channel, time, ...rest }: T) {
  return { ...rest, ...(channel !== null && { channel }), ...(time !== null && { time }) };
}

/** What labels still leave open for a volume, in words. `parts`: as the first look asks it. */
export function openLabelQuestions(
  chosen: LabelAnswers,
  labels: FileImage,
  volume: { readonly times: number; readonly shapeZyx: Zyx; readonly voxelSizeZyx: Zyx | null },
  parts: FileQuestion | null,
): string[] {
  if (labels.shapeZyx.some((size, axis) => size !== volume.shapeZyx[axis]))
    return [
      `labels of the same shape (the labels have ${labels.shapeZyx.join(" × ")}, the volume ${volume.shapeZyx.join(" × ")} voxels)`,
    ];
  return [
    ...(chosen.channel === null && labelChannelQuestion(labels) ? ["the channel of the labels"] : []),
    ...(chosen.time === null && labelTimeQuestion(labels, volume.times) ? ["the time of the labels"] : []),
    ...(!chosen.otherVoxelSize && labelVoxelSizeQuestion(labels, volume.voxelSizeZyx)
      ? ["whether labels of another voxel size belong to it"]
      : []),
    ...(!chosen.parts && parts ? ["what the parts of the labels are"] : []),
  ];
}

/** What still has to be answered, in words; empty when the import can start. `parts`: as the first look asks it. */
export function openQuestions(
  draft: VolumeDraft,
  files: readonly ArrivedFile[],
  parts: FileQuestion | null = null,
): string[] {
  const questions: string[] = [];
  if (!draft.name.trim()) questions.push("a name");
  if (!draft.specimen.trim()) questions.push("the specimen");
  if (!parseVoxelSize(draft.voxelSizeZyx)) questions.push("the voxel size");
  const image = findImage(files, draft.image);
  const labels = draft.labels && findImage(files, draft.labels);
  if (draft.labels && image && labels)
    questions.push(
      ...openLabelQuestions(
        draft.labels,
        labels,
        { ...image, voxelSizeZyx: parseVoxelSize(draft.voxelSizeZyx) },
        parts,
      ),
    );
  return questions;
}
