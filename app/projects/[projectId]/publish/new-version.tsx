"use client";
import { Skeleton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { NewVersionForm } from "../../../../components/publish/new-version-form.tsx";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { Section } from "../../../../components/ui/section.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";

export function NewVersion() {
  const project = useProject();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const members = useQuery(trpc.member.list.queryOptions({ projectId: project.id }));
  const counts = useQuery(
    trpc.nucleus.counts.queryOptions({ projectId: project.id }, { staleTime: 30_000, refetchOnMount: "always" }),
  );
  const approvedNow = counts.data?.reduce((sum, one) => sum + (one.counts?.approved ?? 0), 0) ?? 0;
  const approved = project.reviewScope === "none" && approvedNow === 0 ? null : approvedNow;
  const create = useMutation(
    trpc.export.create.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.export.pathKey() }),
    }),
  );
  return (
    <Section
      title="New dataset version"
      text="A version holds the finished labels, the split by specimen, the guidelines, the classes, the licence and the current model, as they are now. It never changes again."
    >
      {members.error && <ProblemAlert problem={problemOfError(members.error)} onRetry={() => void members.refetch()} />}
      {members.isPending && <Skeleton h={120} />}
      {members.data && (
        <NewVersionForm
          licence={project.dataLicence}
          people={members.data.map((member) => ({
            id: member.userId,
            name: member.name,
            shownAs: member.exportAs === "name" ? member.name : member.pseudonym,
          }))}
          approved={approved}
          pending={create.isPending}
          problem={create.error ? problemOfError(create.error) : null}
          onFreeze={(version) => create.mutate({ projectId: project.id, ...version })}
        />
      )}
    </Section>
  );
}
