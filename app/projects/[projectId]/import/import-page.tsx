"use client";
import { Paper, Stack, Text } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { AddressField } from "../../../../components/import/address-field.tsx";
import type { FileWithPath } from "../../../../components/import/dropped-files.ts";
import { FileDrop } from "../../../../components/import/file-drop.tsx";
import { LeftOutFiles } from "../../../../components/import/left-out-files.tsx";
import { RoomInUse } from "../../../../components/import/room-in-use.tsx";
import { UploadRow } from "../../../../components/import/upload-row.tsx";
import { EmptyState } from "../../../../components/ui/empty-state.tsx";
import { PageTitle } from "../../../../components/ui/page-title.tsx";
import { isSliceFileName } from "../../../../core/import/file-names.ts";
import { type FolderPlan, planFolder } from "../../../../core/import/folder-plan.ts";
import { hasRole } from "../../../../core/roles.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";
import { AllArrived } from "./all-arrived.tsx";
import { ArrivedFileCard } from "./arrived-file-card.tsx";
import { ImportedVolumes } from "./imported-volumes.tsx";
import { SampleOffer } from "./sample-offer.tsx";
import { useDrafts } from "./use-drafts.ts";
import { useUploads } from "./use-uploads.ts";

/** Files come in, questions are answered, volumes appear; several at once. */
export function ImportPage() {
  const project = useProject();
  const trpc = useTRPC();
  const volumes = useQuery(trpc.volume.list.queryOptions({ projectId: project.id }));
  const [plan, setPlan] = useState<FolderPlan | null>(null);
  const mayImport = hasRole(project.role, "reviewer");
  const uploads = useUploads(project.id);
  const room = useQuery({ ...trpc.volume.roomInUse.queryOptions({ projectId: project.id }), enabled: mayImport });
  // A file that has begun, has arrived or was taken back changes it.
  const stages = uploads.files.map(({ key, stage }) => `${key} ${stage.kind}`).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what it is asked for anew
  useEffect(() => {
    if (mayImport) void room.refetch();
  }, [stages, mayImport]);
  const arrived = uploads.files.flatMap(({ stage }) => (stage.kind === "arrived" ? [stage.arrived] : []));
  const drafts = useDrafts(arrived, new Set(volumes.data?.map(({ name }) => name)));
  const inTable = arrived.filter((file) => drafts.draftOf(file)?.kind === "volume").length > 1;
  const waiting = uploads.files.flatMap(({ key, file, stage }) =>
    stage.kind === "arrived" ? [] : [{ key, file, stage }],
  );
  if (!mayImport)
    return (
      <EmptyState
        icon={<IconLock size={40} stroke={1.2} />}
        title="Volumes are imported by reviewers and owners"
        text="Ask one of them to import the file, or to change your role on the page People."
      />
    );
  const take = (files: readonly FileWithPath[]) => {
    const found = planFolder(files.map(({ path }) => path));
    // Of a file that was chosen by itself its content decides, not its name.
    const leftOut = found.leftOut.filter(
      ({ file, unplaced }) =>
        !unplaced && !isSliceFileName(file) && (file.includes("/") || file.startsWith(".") || /_seg\.npy$/i.test(file)),
    );
    setPlan({ ...found, leftOut });
    const out = new Set(leftOut.map(({ file }) => file));
    uploads.add(files.filter(({ path }) => !out.has(path)));
  };
  const removeUploads = (uploadIds: readonly string[], drop: boolean) => {
    for (const { key, stage } of uploads.files)
      if (stage.kind === "arrived" && uploadIds.includes(stage.arrived.uploadId)) uploads.remove(key, drop);
  };
  return (
    <Stack gap="lg">
      <PageTitle title="Import volumes" />
      {room.data && (
        <RoomInUse
          rooms={[
            ["You, in all projects", room.data.person],
            ["This project", room.data.project],
          ]}
        />
      )}
      <FileDrop compact={uploads.files.length > 0} onFiles={take} />
      <AddressField onAddress={uploads.addAddress} />
      {plan && <LeftOutFiles conventions={plan.conventions} leftOut={plan.leftOut} onClose={() => setPlan(null)} />}
      <AllArrived
        projectId={project.id}
        files={arrived}
        draftOf={drafts.draftOf}
        onChange={drafts.change}
        onStarted={(uploadIds) => removeUploads(uploadIds, false)}
      />
      {waiting.length > 0 && (
        <Paper withBorder p="md" role="group" aria-label="Files on their way">
          <Stack gap="md">
            {waiting.map(({ key, file, stage }) => (
              <UploadRow
                key={key}
                fileName={file.name}
                sizeBytes={file.size}
                stage={stage}
                onCancel={() => uploads.remove(key, true)}
                onRetry={() => uploads.retry(key)}
              />
            ))}
          </Stack>
        </Paper>
      )}
      {uploads.files.map(({ key, stage }) => {
        if (stage.kind !== "arrived") return null;
        const draft = drafts.draftOf(stage.arrived);
        return (
          <Paper key={key} withBorder p="md">
            {draft ? (
              <ArrivedFileCard
                projectId={project.id}
                file={stage.arrived}
                files={arrived}
                draft={draft}
                inTable={inTable}
                volumes={volumes.data ?? []}
                onChange={(changed) => drafts.change(stage.arrived.uploadId, changed)}
                onIsImage={() => drafts.takeAsVolume(stage.arrived)}
                onStarted={(uploadIds) => removeUploads(uploadIds, false)}
                onDrop={() => uploads.remove(key, true)}
              />
            ) : (
              <Text size="sm" c="dimmed">
                {stage.arrived.fileName} goes along as labels.
              </Text>
            )}
          </Paper>
        );
      })}
      <ImportedVolumes volumes={volumes} />
      <SampleOffer projectId={project.id} />
    </Stack>
  );
}
