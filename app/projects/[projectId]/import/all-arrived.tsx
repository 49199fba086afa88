"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ArrivedFile, findImage, openQuestions } from "../../../../components/import/import-draft.ts";
import { LookPicture } from "../../../../components/import/look/look-picture.tsx";
import { fillDraft } from "../../../../components/import/many/fill-drafts.ts";
import { ManyVolumes } from "../../../../components/import/many/many-volumes.tsx";
import type { ProblemFields } from "../../../../core/problem.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC, useTRPCClient } from "../../../_trpc/trpc.ts";
import { type Draft, importRequestOf } from "./drafts.ts";
import { useFirstLooks } from "./use-first-look.ts";

type VolumeDraftOf = Extract<Draft, { kind: "volume" }>;

/** The table of all volumes that have arrived, where there are several. */
export function AllArrived(props: {
  projectId: string;
  files: readonly ArrivedFile[];
  draftOf(file: ArrivedFile): Draft | null;
  onChange(uploadId: string, draft: Draft): void;
  onStarted(uploadIds: readonly string[]): void;
}) {
  const { projectId, files } = props;
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [pending, setPending] = useState(false);
  const [problems, setProblems] = useState<ReadonlyMap<string, ProblemFields>>(new Map());
  const drafts = files.flatMap((file): { file: ArrivedFile; draft: VolumeDraftOf }[] => {
    const draft = props.draftOf(file);
    return draft?.kind === "volume" ? [{ file, draft }] : [];
  });
  const looks = useFirstLooks(projectId, drafts.length > 1 ? drafts.map(({ draft }) => draft) : [], files);
  if (drafts.length < 2) return null;

  const importAll = async (uploadIds: readonly string[]) => {
    setPending(true);
    const failed = new Map<string, ProblemFields>();
    for (const { file, draft } of drafts.filter(({ file }) => uploadIds.includes(file.uploadId))) {
      const request = importRequestOf(projectId, draft, files);
      if (!request) continue;
      try {
        await client.volume.startImport.mutate(request);
        props.onStarted([file.uploadId, ...(draft.labels ? [draft.labels.uploadId] : [])]);
      } catch (error) {
        failed.set(file.uploadId, problemOfError(error));
      }
    }
    setProblems(failed);
    setPending(false);
    void queryClient.invalidateQueries({ queryKey: trpc.volume.pathKey() });
  };

  return (
    <ManyVolumes
      rows={drafts.map(({ file, draft }, i) => {
        const image = findImage(files, draft.image);
        const parts = looks[i].look?.questions.find(({ about }) => about === "labels-parts") ?? null;
        return {
          uploadId: file.uploadId,
          fileName: file.path,
          draft,
          shape: image ? `${image.shapeZyx.join(" × ")}, ${image.pixelType}` : "",
          labelsName: files.find(({ uploadId }) => uploadId === draft.labels?.uploadId)?.fileName ?? null,
          open: [...openQuestions(draft, files, parts), ...(looks[i].pending ? ["its first look"] : [])],
          picture: <LookPicture state={looks[i]} name={file.fileName} />,
          problem: problems.get(file.uploadId) ?? null,
        };
      })}
      pending={pending}
      onFill={(uploadIds, filling) => {
        for (const { file, draft } of drafts)
          if (uploadIds.includes(file.uploadId)) props.onChange(file.uploadId, fillDraft(draft, filling));
      }}
      onImport={(uploadIds) => void importAll(uploadIds)}
    />
  );
}
