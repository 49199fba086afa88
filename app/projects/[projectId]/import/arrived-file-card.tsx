"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { AddLabelsForm } from "../../../../components/import/add-labels-form.tsx";
import { type ArrivedFile, labelsToSend } from "../../../../components/import/import-draft.ts";
import { VolumeForm } from "../../../../components/import/volume-form.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { type Draft, importRequestOf } from "./drafts.ts";
import type { ShownVolume } from "./imported-volume.tsx";
import { useFirstLook } from "./use-first-look.ts";

/** The questions of one file, and the button that starts its import. */
export function ArrivedFileCard(props: {
  projectId: string;
  file: ArrivedFile;
  files: readonly ArrivedFile[];
  draft: Draft;
  volumes: readonly ShownVolume[];
  onChange(draft: Draft): void;
  onIsImage(): void;
  onStarted(uploadIds: readonly string[]): void;
  onDrop(): void;
}) {
  const { projectId, file, files, draft, volumes } = props;
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.volume.pathKey() });
  const started = (uploadIds: readonly string[]) => {
    void refresh();
    props.onStarted(uploadIds);
  };
  const startImport = useMutation(
    trpc.volume.startImport.mutationOptions({
      onSuccess: (_, { image, labels }) => started([image.uploadId, ...(labels ? [labels.uploadId] : [])]),
    }),
  );
  const look = useFirstLook(projectId, draft, files);
  const addLabels = useMutation(
    trpc.volume.addLabels.mutationOptions({ onSuccess: (_, { labels }) => started([labels.uploadId]) }),
  );
  if (draft.kind === "labels")
    return (
      <AddLabelsForm
        file={file}
        draft={draft}
        volumes={volumes.filter(({ state }) => state === "ready")}
        pending={addLabels.isPending}
        look={look}
        onLookAgain={look.again}
        problem={addLabels.error && problemOfError(addLabels.error)}
        onChange={(changed) => props.onChange({ kind: "labels", ...changed })}
        onStart={() => {
          const { volumeId, labels, mode, complete } = draft;
          if (volumeId) addLabels.mutate({ volumeId, labels: { ...labelsToSend(labels), mode, complete } });
        }}
        onDrop={props.onDrop}
        onIsImage={props.onIsImage}
      />
    );
  return (
    <VolumeForm
      file={file}
      files={files}
      draft={draft}
      specimens={[...new Set(volumes.map(({ specimen }) => specimen))]}
      pending={startImport.isPending}
      look={look}
      onLookAgain={look.again}
      problem={startImport.error && problemOfError(startImport.error)}
      onChange={(changed) => props.onChange({ kind: "volume", ...changed })}
      onStart={() => {
        const request = importRequestOf(projectId, draft, files);
        if (request) startImport.mutate(request);
      }}
      onDrop={props.onDrop}
    />
  );
}
