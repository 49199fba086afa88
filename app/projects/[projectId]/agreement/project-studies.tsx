"use client";
import { Anchor, Skeleton, Stack } from "@mantine/core";
import { IconUsersGroup } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { StudyList } from "../../../../components/agreement/study-list.tsx";
import { ConfirmDialog } from "../../../../components/ui/confirm-dialog.tsx";
import { EmptyState } from "../../../../components/ui/empty-state.tsx";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { Section } from "../../../../components/ui/section.tsx";
import type { ShownStudy } from "../../../../core/agreement/shown-study.ts";
import type { VoxelBox } from "../../../../core/volume/voxel-space.ts";
import { usePerson } from "../../../_shell/require-person.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";
import { StartStudy } from "./start-study.tsx";

/** Boxes that several people draw blind, and how far they agree. */
export function ProjectStudies(first: { readonly firstVolumeId: string; readonly firstBox: VoxelBox | null }) {
  const { id: projectId, role } = useProject();
  const person = usePerson();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const studies = useQuery(trpc.study.ofProject.queryOptions({ projectId }));
  const [asked, setAsked] = useState<{ readonly act: "close" | "remove"; readonly study: ShownStudy } | null>(null);
  const settled = {
    onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.study.pathKey() }),
    onSuccess: () => setAsked(null),
  };
  const close = useMutation(trpc.study.close.mutationOptions(settled));
  const remove = useMutation(trpc.study.remove.mutationOptions(settled));
  const again = useMutation(trpc.study.compareAgain.mutationOptions(settled));
  const asking = asked?.act === "close" ? close : remove;
  return (
    <Stack gap="lg">
      <Section
        title="Blind studies"
        text="Several people draw the same box without seeing each other's work; then it is told how far they agree."
      >
        {studies.error && (
          <ProblemAlert problem={problemOfError(studies.error)} onRetry={() => void studies.refetch()} />
        )}
        {again.error && <ProblemAlert problem={problemOfError(again.error)} />}
        {studies.isPending && !studies.error && <Skeleton h={80} />}
        {studies.data?.length === 0 && (
          <EmptyState
            icon={<IconUsersGroup size={32} stroke={1.4} />}
            title="No studies yet"
            text={
              role === "owner"
                ? "Start one below: nothing can be better than people agree, so it says what a model can reach."
                : "Owners start them. Yours stand on the page My work."
            }
          />
        )}
        {Boolean(studies.data?.length) && (
          <StudyList
            studies={studies.data ?? []}
            userId={person.id}
            role={role}
            isBusy={again.isPending}
            hrefOf={({ id }) => `/projects/${projectId}/agreement/${id}`}
            link={(href, words) => (
              <Anchor component={Link} href={href} size="sm">
                {words}
              </Anchor>
            )}
            onClose={(study) => setAsked({ act: "close", study })}
            onRemove={(study) => setAsked({ act: "remove", study })}
            onAgain={({ id: studyId }) => again.mutate({ projectId, studyId })}
          />
        )}
      </Section>
      {role === "owner" && <StartStudy {...first} />}
      <ConfirmDialog
        opened={asked !== null}
        title={asked?.act === "close" ? "Close the study?" : "Delete the study?"}
        text={
          asked?.act === "close"
            ? "Nobody draws any more, and what was drawn is compared. This cannot be taken back."
            : "The layers go with all that was drawn in them, and so does the result. Nuclei that came of its consensus stay."
        }
        confirmLabel={asked?.act === "close" ? "Close and compare" : "Delete the study"}
        pending={asking.isPending}
        problem={asking.error ? problemOfError(asking.error) : null}
        onConfirm={() => asked && asking.mutate({ projectId, studyId: asked.study.id })}
        onClose={() => setAsked(null)}
      />
    </Stack>
  );
}
