"use client";
import { useState } from "react";
import { type ArrivedFile, voxelFields } from "../../../../components/import/import-draft.ts";
import { volumeNameOf } from "../../../../core/import/file-names.ts";
import { type Answer, answerOf, type Draft, draftsOf } from "./drafts.ts";

/** What the person has answered so far, by upload. Files that go along as labels of another have no draft of their own. */
export function useDrafts(files: readonly ArrivedFile[], takenNames: ReadonlySet<string>) {
  const [answers, setAnswers] = useState<ReadonlyMap<string, Answer>>(new Map());
  const drafts = draftsOf(files, answers, takenNames);
  const companions = new Set(
    [...drafts.entries()].flatMap(([uploadId, draft]) =>
      draft.kind === "volume" && draft.labels && draft.labels.uploadId !== uploadId ? [draft.labels.uploadId] : [],
    ),
  );
  return {
    draftOf: (file: ArrivedFile): Draft | null =>
      companions.has(file.uploadId) ? null : (drafts.get(file.uploadId) ?? null),
    change: (uploadId: string, draft: Draft) =>
      setAnswers((all) => new Map(all).set(uploadId, answerOf(drafts.get(uploadId), draft, all.get(uploadId)))),
    /** The file is an image although it looks like labels. */
    takeAsVolume(file: ArrivedFile) {
      const [image] = file.contents.images;
      const draft: Draft = {
        kind: "volume",
        name: volumeNameOf(file.fileName),
        specimen: "",
        image: { uploadId: file.uploadId, image: image.path, channel: 0, time: 0 },
        voxelSizeZyx: voxelFields(image),
        labels: null,
      };
      setAnswers((all) => new Map(all).set(file.uploadId, { draft, labelsChosen: true }));
    },
  };
}
