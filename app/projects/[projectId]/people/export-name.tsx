"use client";
import { Group, Radio, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { Section } from "../../../../components/ui/section.tsx";
import { usePerson } from "../../../_shell/require-person.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";

export function ExportName() {
  const { id: projectId } = useProject();
  const person = usePerson();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const members = useQuery(trpc.member.list.queryOptions({ projectId }));
  const set = useMutation(
    trpc.member.setExportAs.mutationOptions({
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.member.pathKey() }),
    }),
  );
  const own = members.data?.find((one) => one.userId === person.id);
  if (!own) return null;
  return (
    <Section
      title="You in exports"
      text="How datasets that leave this platform name you as annotator. Your choice alone."
    >
      <Stack gap="xs">
        <Radio.Group
          aria-label="How exports name you"
          value={set.isPending ? set.variables.exportAs : own.exportAs}
          onChange={(value) => set.mutate({ projectId, exportAs: value === "name" ? "name" : "pseudonym" })}
        >
          <Group>
            <Radio value="pseudonym" label={`By pseudonym: ${own.pseudonym}`} />
            <Radio value="name" label={`By name: ${own.name}`} />
          </Group>
        </Radio.Group>
        {set.error && <ProblemAlert problem={problemOfError(set.error)} />}
      </Stack>
    </Section>
  );
}
