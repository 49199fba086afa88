"use client";
import { Anchor, Badge, Button, Group, Paper, Progress, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import Link from "next/link";
import { QualityCard } from "../../../../components/import/quality-card.tsx";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import type { ProblemFields } from "../../../../core/problem.ts";
import type { AppRouter } from "../../../../server/index.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";

export type ShownVolume = inferRouterOutputs<AppRouter>["volume"]["list"][number];

/** Newest first: what is being imported, what went wrong, and the quality of what has arrived. */
export function ImportedVolumes({
  volumes,
}: {
  volumes: { data?: ShownVolume[]; error: unknown; refetch(): unknown };
}) {
  if (volumes.error && !volumes.data)
    return <ProblemAlert problem={problemOfError(volumes.error)} onRetry={() => void volumes.refetch()} />;
  if (!volumes.data?.length) return null;
  const newestFirst = [...volumes.data].sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  return (
    <Stack gap="sm">
      <Text component="h2" fw={600}>
        In this project
      </Text>
      {newestFirst.map((volume) => (
        <ImportedVolume key={volume.id} volume={volume} />
      ))}
    </Stack>
  );
}

function ImportedVolume({ volume }: { volume: ShownVolume }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const cancel = useMutation(
    trpc.volume.cancelImport.mutationOptions({
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.volume.pathKey() }),
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
        {running && (
          <>
            <Progress value={job.percent} animated aria-label={`Import of ${volume.name}`} />
            <Text size="xs" c="dimmed" role="status">
              {job.state === "queued" ? "Waiting for the imports before it" : `${job.phase}, ${job.percent} %`}
            </Text>
          </>
        )}
        {problem && <ProblemAlert problem={problem} />}
        {cancel.error && <ProblemAlert problem={problemOfError(cancel.error)} />}
        {job?.state === "done" && job.labels && <Text size="sm">{labelWords(job.labels)}</Text>}
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

function labelWords({ mode, count, renamed }: NonNullable<NonNullable<ShownVolume["import"]>["labels"]>): string {
  const changed = Object.entries(renamed);
  const what = mode === "accepted" ? "accepted nuclei" : "proposals";
  const shown = changed.slice(0, 6).map(([from, to]) => `${from} → ${to}`);
  const map = changed.length ? ` New numbers: ${shown.join(", ")}${changed.length > 6 ? ", …" : ""}.` : "";
  return `${count} ${what} came with it.${map}`;
}
