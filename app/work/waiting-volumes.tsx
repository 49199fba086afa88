"use client";
import { Anchor, Skeleton, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { Section } from "../../components/ui/section.tsx";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC } from "../_trpc/trpc.ts";

/** Volumes with nuclei that somebody has to judge. */
export function WaitingVolumes() {
  const trpc = useTRPC();
  const waiting = useQuery(trpc.task.waiting.queryOptions(undefined, { refetchOnMount: "always" }));
  return (
    <Section
      title="Nuclei that wait"
      text="Sent back to you, for a second look by somebody other than their authors, and proposals that nobody has judged."
    >
      {waiting.error && <ProblemAlert problem={problemOfError(waiting.error)} onRetry={() => void waiting.refetch()} />}
      {waiting.isPending && !waiting.error && <Skeleton h={60} />}
      {waiting.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing waits in the projects that you label in.
        </Text>
      )}
      {Boolean(waiting.data?.length) && (
        <Table aria-label="Nuclei that wait">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Volume</Table.Th>
              <Table.Th>Sent back to you</Table.Th>
              <Table.Th>For a second look</Table.Th>
              <Table.Th>Questions</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {waiting.data?.map((one) => (
              <Table.Tr key={one.volumeId}>
                <Table.Td>
                  <Anchor component={Link} href={`/volumes/${one.volumeId}`} size="sm">
                    {one.volumeName}
                  </Anchor>
                  <Text size="xs" c="dimmed">
                    {one.projectName}
                  </Text>
                </Table.Td>
                <Table.Td>{one.sentBack || "–"}</Table.Td>
                <Table.Td>{one.toReview || "–"}</Table.Td>
                <Table.Td>{one.questions || "–"}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}
