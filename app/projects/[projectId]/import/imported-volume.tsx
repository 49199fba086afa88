"use client";
import { ActionIcon, Anchor, Badge, Button, Group, Paper, Progress, Stack, Text, Tooltip } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import Link from "next/link";
import { useState } from "react";
import { QualityCard } from "../../../../components/import/quality-card.tsx";
import { RenameVolumeForm } from "../../../../components/import/rename-volume-form.tsx";
import { SourceFiles } from "../../../../components/import/source-files.tsx";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import type { ProblemFields } from "../../../../core/problem.ts";
import type { AppRouter } from "../../../../server/index.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";

export type ShownVolume = inferRouterOutputs<AppRouter>["volume"]["list"][number];

/** One volume: how its import goes, what went wrong and what can be done about it, its quality. */
export function ImportedVolume({ volume }: { volume: ShownVolume }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [renaming, setRenaming] = useState(false);
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.volume.pathKey() });
  const cancel = useMutation(trpc.volume.cancelImport.mutationOptions({ onSettled: refresh }));
  const retry = useMutation(trpc.volume.retryImport.mutationOptions({ onSettled: refresh }));
  const rename = useMutation(
    trpc.volume.rename.mutationOptions({
      onSuccess: () => {
        setRenaming(false);
        return refresh();
      },
    }),
  );
  const { import: job } = volume;
  const running = job?.state === "queued" || job?.state === "running";
  const problem: ProblemFields | null = volume.problem ?? (job?.state === "failed" ? job.problem : null);
  return (
    <Paper withBorder p="md" component="article" aria-label={volume.name}>
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap">
          <Group gap="xs" miw={0}>
            {volume.state === "ready" ? (
              <Anchor component={Link} href={`/volumes/${volume.id}`} fw={600}>
                {volume.name}
              </Anchor>
            ) : (
              <Text fw={600}>{volume.name}</Text>
            )}
            <Badge variant="light" color="gray" tt="none">
              {volume.specimen}
            </Badge>
            <Tooltip label="Change name and specimen">
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Rename ${volume.name}`}
                aria-expanded={renaming}
                onClick={() => {
                  rename.reset();
                  setRenaming(!renaming);
                }}
              >
                <IconPencil size={16} />
              </ActionIcon>
            </Tooltip>
          </Group>
          {(running || problem) && (
            <Button
              size="xs"
              variant="default"
              loading={cancel.isPending}
              onClick={() => cancel.mutate({ volumeId: volume.id })}
            >
              {running ? "Cancel" : volume.state === "failed" ? "Remove" : "Dismiss"}
            </Button>
          )}
        </Group>
        {renaming && (
          <RenameVolumeForm
            names={volume}
            pending={rename.isPending}
            problem={rename.error && problemOfError(rename.error)}
            onSave={(names) => rename.mutate({ volumeId: volume.id, ...names })}
            onClose={() => setRenaming(false)}
          />
        )}
        {running && (
          <>
            <Progress value={job.percent} animated aria-label={`Import of ${volume.name}`} />
            <Text size="xs" c="dimmed" role="status">
              {job.state === "queued" ? "Waiting for the imports before it" : `${job.phase}, ${job.percent} %`}
            </Text>
          </>
        )}
        {problem && (
          <ProblemAlert
            problem={problem}
            onRetry={retry.isPending ? undefined : () => retry.mutate({ volumeId: volume.id })}
          />
        )}
        {retry.error && <ProblemAlert problem={problemOfError(retry.error)} />}
        {cancel.error && <ProblemAlert problem={problemOfError(cancel.error)} />}
        {job?.state === "done" && job.labels && <Text size="sm">{labelWords(job.labels)}</Text>}
        {volume.channels.length > 1 && (
          <Text size="sm">
            Channels: {volume.channels.map(({ name, labelled }) => (labelled ? `${name} (labelled)` : name)).join(", ")}
          </Text>
        )}
        <SourceFiles files={volume.sourceFiles} />
        {volume.quality && (
          <QualityCard
            shapeZyx={volume.shapeZyx}
            voxelSizeZyx={volume.voxelSizeZyx}
            voxelSizeFrom={volume.voxelSizeFrom}
            pixelType={volume.pixelType}
            quality={volume.quality}
          />
        )}
      </Stack>
    </Paper>
  );
}

function labelWords({
  mode,
  count,
  renamed,
  partsOf,
  classified,
  boxes,
}: NonNullable<NonNullable<ShownVolume["import"]>["labels"]>): string {
  const changed = Object.entries(renamed);
  const what = mode === "accepted" ? "accepted nuclei" : "proposals";
  const shown = changed.slice(0, 6).map(([from, to]) => `${from} → ${to}`);
  const map = changed.length ? ` New numbers: ${shown.join(", ")}${changed.length > 6 ? ", …" : ""}.` : "";
  const parts =
    partsOf === undefined ? "" : ` Each connected part of ${partsOf === 1 ? "the mask" : `${partsOf} labels`} is one.`;
  const classes = classified ? ` ${classified} of them have their class.` : "";
  const vouched = boxes ? ` Boxes in which everything is labelled: ${boxes}.` : "";
  return `${count} ${what} came with it.${parts}${classes}${vouched}${map}`;
}
