"use client";
import { Group, Skeleton, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { Section } from "../../../../components/ui/section.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";

function Figure({ value, words }: { value: number; words: string }) {
  return (
    <div>
      <Text fw={650} size="xl">
        {value}
      </Text>
      <Text size="sm" c="dimmed">
        {words}
      </Text>
    </div>
  );
}

export function Progress() {
  const { id: projectId } = useProject();
  const trpc = useTRPC();
  const progress = useQuery(trpc.project.progress.queryOptions({ projectId }));
  if (progress.error)
    return <ProblemAlert problem={problemOfError(progress.error)} onRetry={() => void progress.refetch()} />;
  if (!progress.data) return <Skeleton h={100} />;
  const { volumes, specimens, undecidedProposals, people } = progress.data;
  const decisions = people.reduce((sum, one) => sum + one.decisions, 0);
  return (
    <Section title="Progress">
      <Group gap={48}>
        <Figure value={volumes} words={volumes === 1 ? "volume ready" : "volumes ready"} />
        <Figure value={specimens} words={specimens === 1 ? "specimen" : "specimens"} />
        <Figure value={decisions} words="proposals judged" />
        <Figure value={undecidedProposals} words="proposals waiting" />
      </Group>
      {people.length === 0 ? (
        <Text size="sm" c="dimmed">
          {undecidedProposals > 0
            ? "Nobody has judged a proposal yet: open a volume and take the next question of its queue."
            : "Nobody has judged a proposal yet. Label some nuclei, mark a box as kept for validation, train, and the model proposes the rest."}
        </Text>
      ) : (
        <Stack gap={0}>
          <Table maw={560}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Judged by</Table.Th>
                <Table.Th>Proposals</Table.Th>
                <Table.Th>Last</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {people.map((one) => (
                <Table.Tr key={one.name}>
                  <Table.Td>{one.name}</Table.Td>
                  <Table.Td>{one.decisions}</Table.Td>
                  <Table.Td>
                    {one.lastAt?.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Stack>
      )}
    </Section>
  );
}
