"use client";
import { Anchor, Group, Progress, Text, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useIsLive } from "../../../../components/ui/live-data.tsx";
import { useTRPC } from "../../../_trpc/trpc.ts";

const words = { train: "Training", predict: "Proposing" } as const;

/** What a trainer is doing for this project now, in the header; nothing while it rests. */
export function TrainingStatus({ projectId }: { projectId: string }) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.training.activity.queryOptions({ projectId }));
  const isLive = useIsLive();
  const job = data?.job;
  // Offline, the header says so already: nothing beside it may look alive.
  if (!job || !isLive) return null;
  const isWaiting = job.state === "queued";
  const percent = Math.round(job.progress * 100);
  return (
    <Tooltip label={isWaiting ? "Waiting for a trainer" : job.phase || "Starting"}>
      <Anchor
        component={Link}
        href={`/projects/${projectId}`}
        c="inherit"
        underline="never"
        data-testid="training-status"
      >
        <Group gap={6} wrap="nowrap">
          <Text size="xs">{isWaiting ? `${words[job.kind]} waits` : `${words[job.kind]} ${percent} %`}</Text>
          <Progress value={isWaiting ? 0 : percent} w={56} size="sm" aria-hidden />
        </Group>
      </Anchor>
    </Tooltip>
  );
}
