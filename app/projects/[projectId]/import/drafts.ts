import type { LabelsDraft } from "../../../../components/import/add-labels-form.tsx";
import {
  type ArrivedFile,
  type ChosenLabels,
  findImage,
  labelsToSend,
  UNANSWERED,
  type VolumeDraft,
  voxelFields,
  voxelSizeToSend,
} from "../../../../components/import/import-draft.ts";
import { unaskedChoice } from "../../../../core/import/file-channels.ts";
import { labelsBeside } from "../../../../core/import/file-contents.ts";
import { isLabelFileName, volumeNameOf } from "../../../../core/import/file-names.ts";
import { type FolderPlan, planFolder } from "../../../../core/import/folder-plan.ts";

export type Draft = ({ readonly kind: "volume" } & VolumeDraft) | ({ readonly kind: "labels" } & LabelsDraft);

const labelImageOf = (file: ArrivedFile, isPartner = false): ChosenLabels | null => {
  const named = isLabelFileName(file.fileName) || isPartner;
  const { images } = file.contents;
  const picture = images.find(({ looksLikeLabels }) => !looksLikeLabels) ?? images[0];
  const found = labelsBeside(images, picture)[0] ?? (named ? images[0] : undefined);
  return found
    ? { uploadId: file.uploadId, image: found.path, ...UNANSWERED, mode: "accepted", complete: false }
    : null;
};

/** A first answer from names and contents alone: which image, which labels go with it. Sizes and specimens are asked. */
function firstDraft(
  file: ArrivedFile,
  files: readonly ArrivedFile[],
  plan: FolderPlan,
  taken: ReadonlySet<string>,
): Draft {
  const { uploadId, fileName, contents } = file;
  const image = contents.images.find(({ looksLikeLabels }) => !looksLikeLabels);
  // A file that holds both is a volume with its labels, whatever it is called.
  const holdsBoth = image && contents.images.some(({ looksLikeLabels }) => looksLikeLabels);
  const planned = plan.volumes.find((one) => one.image === file.path);
  if (!image || (!planned && !holdsBoth)) {
    const labels = labelImageOf(file) ?? { uploadId, image: contents.images[0].path, ...UNANSWERED };
    return { kind: "labels", labels, volumeId: null, mode: "accepted", complete: false };
  }
  const partner = files.find(({ path }) => path === planned?.labels);
  const first = planned?.name ?? volumeNameOf(fileName);
  let name = first;
  for (let n = 2; taken.has(name); n++) name = `${first} (${n})`;
  return {
    kind: "volume",
    name,
    specimen: "",
    image: { uploadId, image: image.path, channel: 0, time: 0 },
    voxelSizeZyx: voxelFields(image),
    labels: labelImageOf(file) ?? (partner ? labelImageOf(partner, true) : null),
  };
}

/** What the server is asked to import for a draft; null where its file has gone. */
export function importRequestOf(projectId: string, draft: VolumeDraft, files: readonly ArrivedFile[]) {
  const image = findImage(files, draft.image);
  if (!image) return null;
  const size = voxelSizeToSend(draft.voxelSizeZyx, image);
  const voxelSizeZyx: [number, number, number] | null = size && [...size];
  const { name, specimen } = draft;
  return {
    projectId,
    name,
    specimen,
    image: draft.image,
    voxelSizeZyx,
    labels: draft.labels && labelsToSend(draft.labels),
    everyTime: draft.everyTime === true && image.times > 1,
    channels: draft.channels ?? unaskedChoice(image),
  };
}

/** What a person has answered for one file. */
export interface Answer {
  readonly draft: Draft;
  /** Labels were chosen or left out by hand. Until then those belong to it that arrive later. */
  readonly labelsChosen: boolean;
}

/** The draft of every file: what was answered, and the rest from all the files that are there by now. */
export function draftsOf(
  files: readonly ArrivedFile[],
  answers: ReadonlyMap<string, Answer>,
  takenNames: ReadonlySet<string>,
): Map<string, Draft> {
  const plan = planFolder(files.map(({ path }) => path));
  return new Map(
    files.map((file) => {
      const first = firstDraft(file, files, plan, takenNames);
      const answer = answers.get(file.uploadId);
      if (!answer) return [file.uploadId, first];
      const { draft, labelsChosen } = answer;
      const open = draft.kind === "volume" && first.kind === "volume" && !labelsChosen;
      return [file.uploadId, open ? { ...draft, labels: first.labels } : draft];
    }),
  );
}

/** The answer that a form's change makes of what it showed. */
export const answerOf = (shown: Draft | undefined, draft: Draft, before: Answer | undefined): Answer => ({
  draft,
  labelsChosen:
    before?.labelsChosen === true ||
    draft.kind !== "volume" ||
    shown?.kind !== "volume" ||
    JSON.stringify(shown.labels) !== JSON.stringify(draft.labels),
});
