"use client";
import { useState } from "react";
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

/** What the person has answered so far, by upload. Files that go along as labels of another have no draft of their own. */
export function useDrafts(files: readonly ArrivedFile[], takenNames: ReadonlySet<string>) {
  const [changed, setChanged] = useState<ReadonlyMap<string, Draft>>(new Map());
  const drafts = new Map(
    files.map((file) => [file.uploadId, changed.get(file.uploadId) ?? firstDraft(file, files, takenNames)] as const),
  );
  const companions = new Set(
    [...drafts.entries()].flatMap(([uploadId, draft]) =>
      draft.kind === "volume" && draft.labels && draft.labels.uploadId !== uploadId ? [draft.labels.uploadId] : [],
    ),
  );
  return {
    draftOf: (file: ArrivedFile): Draft | null =>
      companions.has(file.uploadId) ? null : (drafts.get(file.uploadId) ?? null),
    change: (uploadId: string, draft: Draft) => setChanged((all) => new Map(all).set(uploadId, draft)),
    /** The file is an image although it looks like labels. */
    takeAsVolume(file: ArrivedFile) {
      const [image] = file.contents.images;
      setChanged((all) =>
        new Map(all).set(file.uploadId, {
          kind: "volume",
          name: volumeNameOf(file.fileName),
          specimen: "",
          image: { uploadId: file.uploadId, image: image.path, channel: 0, time: 0 },
          voxelSizeZyx: voxelFields(image),
          labels: null,
        }),
      );
    },
  };
}
