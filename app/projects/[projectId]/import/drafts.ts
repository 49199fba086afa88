import type { LabelsDraft } from "../../../../components/import/add-labels-form.tsx";
import {
  type ArrivedFile,
  type ChosenLabels,
  type VolumeDraft,
  voxelFields,
} from "../../../../components/import/import-draft.ts";
import { isLabelFileName, volumeNameOf } from "../../../../core/import/file-names.ts";

export type Draft = ({ readonly kind: "volume" } & VolumeDraft) | ({ readonly kind: "labels" } & LabelsDraft);

const labelImageOf = (file: ArrivedFile): ChosenLabels | null => {
  const named = isLabelFileName(file.fileName);
  const found =
    file.contents.images.find(({ looksLikeLabels }) => looksLikeLabels) ??
    (named ? file.contents.images[0] : undefined);
  return found
    ? { uploadId: file.uploadId, image: found.path, channel: 0, time: 0, mode: "accepted", complete: false }
    : null;
};

/** A first answer from names and contents alone: which image, which labels go with it. Sizes and specimens are asked. */
function firstDraft(file: ArrivedFile, files: readonly ArrivedFile[], taken: ReadonlySet<string>): Draft {
  const { uploadId, fileName, contents } = file;
  const image = contents.images.find(({ looksLikeLabels }) => !looksLikeLabels);
  // A file that holds both is a volume with its labels, whatever it is called.
  const holdsBoth = image && contents.images.some(({ looksLikeLabels }) => looksLikeLabels);
  if (!image || (isLabelFileName(fileName) && !holdsBoth)) {
    const labels = labelImageOf(file) ?? { uploadId, image: contents.images[0].path, channel: 0, time: 0 };
    return { kind: "labels", labels, volumeId: null, mode: "accepted", complete: false };
  }
  const partner = files.find(
    (other) => isLabelFileName(other.fileName) && volumeNameOf(other.fileName) === volumeNameOf(fileName),
  );
  let name = volumeNameOf(fileName);
  for (let n = 2; taken.has(name); n++) name = `${volumeNameOf(fileName)} (${n})`;
  return {
    kind: "volume",
    name,
    specimen: "",
    image: { uploadId, image: image.path, channel: 0, time: 0 },
    voxelSizeZyx: voxelFields(image),
    labels: labelImageOf(file) ?? (partner ? labelImageOf(partner) : null),
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
  return new Map(
    files.map((file) => {
      const first = firstDraft(file, files, takenNames);
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
