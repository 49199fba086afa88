"use client";
import { Skeleton, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { StartStudyForm } from "../../../../components/agreement/start-study-form.tsx";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { Section } from "../../../../components/ui/section.tsx";
import { hasRole } from "../../../../core/roles.ts";
import type { VoxelBox } from "../../../../core/volume/voxel-space.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";

export function StartStudy(first: { readonly firstVolumeId: string; readonly firstBox: VoxelBox | null }) {
  const { id: projectId } = useProject();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const volumes = useQuery(trpc.volume.list.queryOptions({ projectId }));
  const members = useQuery(trpc.member.list.queryOptions({ projectId }));
  const [chosen, setChosen] = useState<string>(first.firstVolumeId);
  const [started, setStarted] = useState(0);
  const ready = volumes.data?.filter(({ state }) => state === "ready") ?? [];
  const target = ready.find(({ id }) => id === chosen) ?? ready[0];
  const boxes = useQuery(trpc.box.list.queryOptions({ volumeId: target?.id ?? "" }, { enabled: target !== undefined }));
  const start = useMutation(
    trpc.study.start.mutationOptions({
      onSuccess: () => {
        setStarted((count) => count + 1);
        return queryClient.invalidateQueries({ queryKey: trpc.study.pathKey() });
      },
    }),
  );
  const error = volumes.error ?? members.error;
  const labellers = members.data?.filter((one) => hasRole(one.role, "annotator")) ?? [];
  return (
    <Section title="Start a study" text="Whoever draws finds their layer on the page My work.">
      {error && <ProblemAlert problem={problemOfError(error)} onRetry={() => void volumes.refetch()} />}
      {(volumes.isPending || members.isPending) && !error && <Skeleton h={200} />}
      {volumes.data && !target && (
        <Text size="sm" c="dimmed">
          A study is about a volume: import one first.
        </Text>
      )}
      {target && labellers.length < 3 && (
        <Text size="sm" c="dimmed">
          A study needs two people who draw and a third who adjudicates: invite somebody first.
        </Text>
      )}
      {target && labellers.length >= 3 && (
        <StartStudyForm
          key={started}
          volumes={ready}
          volumeId={target.id}
          shapeZyx={target.shapeZyx}
          boxes={(boxes.data ?? []).map(({ id, minZyx, maxZyx }) => ({ id, box: { minZyx, maxZyx } }))}
          drawnBox={target.id === first.firstVolumeId ? first.firstBox : null}
          labellers={labellers}
          isPending={start.isPending}
          problem={start.error ? problemOfError(start.error) : null}
          onVolume={setChosen}
          onStart={({ box, annotatorIds, ...study }) =>
            start.mutate({
              ...study,
              projectId,
              volumeId: target.id,
              annotatorIds: [...annotatorIds],
              box: { minZyx: [...box.minZyx], maxZyx: [...box.maxZyx] },
            })
          }
        />
      )}
    </Section>
  );
}
