"use client";
import { Badge, Button, Group, Skeleton, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { Section } from "../../components/ui/section.tsx";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC } from "../_trpc/trpc.ts";

const when = (date: Date) => date.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });

const methodWords = {
  password: "password",
  code: "password and code",
  passkey: "passkey",
  institution: "institution",
} as const;

export function SessionsSection() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const sessions = useQuery(trpc.account.sessions.queryOptions());
  const onSettled = () => queryClient.invalidateQueries({ queryKey: trpc.account.sessions.queryKey() });
  const end = useMutation(trpc.account.endSession.mutationOptions({ onSettled }));
  const endOthers = useMutation(trpc.account.endOtherSessions.mutationOptions({ onSettled }));
  const error = sessions.error ?? end.error ?? endOthers.error;
  const others = sessions.data?.filter((one) => !one.isThis) ?? [];
  return (
    <Section
      title="Where you are signed in"
      text="A session ends 30 days after its last use, and after 90 days in any case. Ending one closes what is open in it at once."
      action={
        others.length > 0 && (
          <Button
            size="compact-sm"
            variant="default"
            style={{ flexShrink: 0 }}
            loading={endOthers.isPending}
            onClick={() => endOthers.mutate()}
          >
            End all others
          </Button>
        )
      }
    >
      {error && <ProblemAlert problem={problemOfError(error)} />}
      {sessions.isPending && <Skeleton h={80} />}
      {sessions.data && (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Browser</Table.Th>
              <Table.Th>Signed in</Table.Th>
              <Table.Th>Last seen</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sessions.data.map((one) => (
              <Table.Tr key={one.sessionId}>
                <Table.Td>
                  <Group gap="xs">
                    <Text size="sm">{one.browser}</Text>
                    {one.isThis && <Badge variant="light">this one</Badge>}
                  </Group>
                  <Text size="xs" c="dimmed">
                    {one.address || "address unknown"}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Text size="sm">{when(one.createdAt)}</Text>
                  <Text size="xs" c="dimmed">
                    by {methodWords[one.method]}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Text size="sm">{one.isThis ? "now" : when(one.lastSeenAt)}</Text>
                </Table.Td>
                <Table.Td>
                  <Group justify="flex-end">
                    {!one.isThis && (
                      <Button
                        size="compact-sm"
                        variant="subtle"
                        color="red"
                        loading={end.isPending && end.variables?.sessionId === one.sessionId}
                        onClick={() => end.mutate({ sessionId: one.sessionId })}
                      >
                        End
                      </Button>
                    )}
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}
