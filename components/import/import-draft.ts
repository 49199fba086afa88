import type { FileContents, FileImage } from "../../core/import/file-contents.ts";
import type { LabelMode } from "../../core/import/import-request.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";

/** A file that has arrived and was looked into. */
export interface ArrivedFile {
  readonly uploadId: string;
  readonly fileName: string;
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

export interface ChosenLabels extends ChosenImage {
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
  return [z, y, x].every((size) => size > 1e-6 && size < 1e4) ? [z, y, x] : null;
}

/** What the server is sent: the file's own numbers where the person left them as they were. */
export function voxelSizeToSend(fields: readonly [string, string, string], image: FileImage): Zyx | null {
  const untouched = image.voxelSizeZyx && voxelFields(image).every((text, axis) => text === fields[axis]);
  return untouched ? null : parseVoxelSize(fields);
}

/** What still has to be answered, in words; empty when the import can start. */
export function openQuestions(draft: VolumeDraft, files: readonly ArrivedFile[]): string[] {
  const questions: string[] = [];
  if (!draft.name.trim()) questions.push("a name");
  if (!draft.specimen.trim()) questions.push("the specimen");
  if (!parseVoxelSize(draft.voxelSizeZyx)) questions.push("the voxel size");
  const image = findImage(files, draft.image);
  const labels = draft.labels && findImage(files, draft.labels);
  if (draft.labels && image && labels?.shapeZyx.some((size, axis) => size !== image.shapeZyx[axis]))
    questions.push(
      `labels of the same shape (the labels have ${labels.shapeZyx.join(" × ")}, the volume ${image.shapeZyx.join(" × ")} voxels)`,
    );
  return questions;
}
