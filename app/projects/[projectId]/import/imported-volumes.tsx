"use client";
import { Stack, Text } from "@mantine/core";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { ImportedVolume, type ShownVolume } from "./imported-volume.tsx";

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
