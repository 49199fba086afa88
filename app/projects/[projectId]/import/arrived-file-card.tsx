"use client";
import { Button, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { AddLabelsForm } from "../../../../components/import/add-labels-form.tsx";
import { type ArrivedFile, labelsToSend } from "../../../../components/import/import-draft.ts";
import { VolumeForm } from "../../../../components/import/volume-form.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { type Draft, importRequestOf } from "./drafts.ts";
import type { ShownVolume } from "./imported-volume.tsx";
import { useFirstLook } from "./use-first-look.ts";

/** More than the table can show: a choice in the file, labels, something to be told. */
const asksOfItsOwn = ({ contents: { images, notes } }: ArrivedFile, { labels }: Draft): boolean =>
  labels !== null || notes.length > 0 || images.length > 1 || images[0].channels.length > 1 || images[0].times > 1;

/** The questions of one file, and the button that starts its import. */
export function ArrivedFileCard(props: {
  projectId: string;
  file: ArrivedFile;
  files: readonly ArrivedFile[];
  draft: Draft;
  /** All volumes are in one table: a file that asks nothing of its own is folded. */
  inTable: boolean;
  volumes: readonly ShownVolume[];
  onChange(draft: Draft): void;
  onIsImage(): void;
  onStarted(uploadIds: readonly string[]): void;
  onDrop(): void;
}) {
  const { projectId, file, files, draft, volumes } = props;
  const [unfolded, setUnfolded] = useState(false);
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
  const isPlain = !asksOfItsOwn(file, draft) && !startImport.error;
  if (props.inTable && isPlain && !unfolded)
    return (
      <Group justify="space-between" wrap="nowrap">
        <Text fw={600} truncate>
          {file.fileName}
        </Text>
        <Group gap="xs" wrap="nowrap">
          <Button size="xs" variant="default" onClick={() => setUnfolded(true)} aria-label={`Open ${file.fileName}`}>
            Name, size and first look
          </Button>
          <Button size="xs" variant="default" onClick={props.onDrop} aria-label={`Leave out ${file.fileName}`}>
            Leave out
          </Button>
        </Group>
      </Group>
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
