"use client";
import { Anchor, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { Section } from "../../components/ui/section.tsx";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC } from "../_trpc/trpc.ts";

/** Layers of blind studies to draw, and results to adjudicate; nothing where there are none. */
export function MyStudies() {
  const trpc = useTRPC();
  const studies = useQuery(trpc.study.mine.queryOptions(undefined, { refetchOnMount: "always" }));
  if (studies.error && !studies.data)
    return <ProblemAlert problem={problemOfError(studies.error)} onRetry={() => void studies.refetch()} />;
  if (!studies.data?.length) return null;
  return (
    <Section title="Blind studies" text="What you draw there, only you see until the study is closed.">
      <Table aria-label="My blind studies">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Volume</Table.Th>
            <Table.Th>What to do</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {studies.data.map((one) => (
            <Table.Tr key={one.studyId}>
              <Table.Td>
                <Text size="sm">{one.volumeName}</Text>
                <Text size="xs" c="dimmed">
                  {one.projectName}
                </Text>
              </Table.Td>
              <Table.Td>
                <Anchor
                  component={Link}
                  size="sm"
                  href={
                    one.layerVolumeId === null
                      ? `/projects/${one.projectId}/agreement/${one.studyId}`
                      : `/volumes/${one.layerVolumeId}`
                  }
                >
                  {one.layerVolumeId === null
                    ? "Judge what the others agree on"
                    : one.isDone
                      ? "Open your layer: you are done"
                      : "Draw your layer"}
                </Anchor>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
