"use client";
import { Skeleton, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { GiveTaskForm } from "../../../../components/tasks/give-task-form.tsx";
import type { Labeller } from "../../../../components/tasks/task-contract.ts";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { Section } from "../../../../components/ui/section.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";

export function GiveTask({ labellers }: { labellers: readonly Labeller[] }) {
  const { id: projectId } = useProject();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const volumes = useQuery(trpc.volume.list.queryOptions({ projectId }));
  const [chosen, setChosen] = useState<string | null>(null);
  const ready = volumes.data?.filter(({ state }) => state === "ready") ?? [];
  const volumeId = chosen ?? ready[0]?.id ?? "";
  const boxes = useQuery(trpc.box.list.queryOptions({ volumeId }, { enabled: volumeId !== "" }));
  const give = useMutation(
    trpc.task.give.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.task.pathKey() }),
    }),
  );
  return (
    <Section title="Give a task" text="Whoever gets it is told, and finds it on the page My work and in the editor.">
      {volumes.error && <ProblemAlert problem={problemOfError(volumes.error)} onRetry={() => void volumes.refetch()} />}
      {volumes.isPending && !volumes.error && <Skeleton h={160} />}
      {volumes.data && ready.length === 0 && (
        <Text size="sm" c="dimmed">
          A task is about a volume: import one first.
        </Text>
      )}
      {ready.length > 0 && (
        <GiveTaskForm
          volumes={ready}
          volumeId={volumeId}
          boxes={(boxes.data ?? []).map(({ id, kind, minZyx, maxZyx }) => ({ id, kind, box: { minZyx, maxZyx } }))}
          labellers={labellers}
          isPending={give.isPending}
          problem={give.error ? problemOfError(give.error) : null}
          onVolume={setChosen}
          onGive={async ({ box, ...task }) => {
            const corners = box && { minZyx: [...box.minZyx], maxZyx: [...box.maxZyx] };
            await give.mutateAsync({ ...task, box: corners as Parameters<typeof give.mutate>[0]["box"] });
          }}
        />
      )}
    </Section>
  );
}
