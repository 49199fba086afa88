"use client";
import { Button, Group, Skeleton, Switch, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { SecretLink } from "../../components/ui/secret-link.tsx";
import { Section } from "../../components/ui/section.tsx";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC } from "../_trpc/trpc.ts";

export function Accounts() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const people = useQuery(trpc.installation.people.queryOptions());
  const makeLink = useMutation(trpc.installation.makeResetLink.mutationOptions());
  const setAdministrator = useMutation(
    trpc.installation.setAdministrator.mutationOptions({
      onSettled: () =>
        Promise.all([
          queryClient.invalidateQueries({ queryKey: trpc.installation.people.queryKey() }),
          queryClient.invalidateQueries({ queryKey: trpc.account.me.queryKey() }),
        ]),
    }),
  );
  const error = people.error ?? makeLink.error ?? setAdministrator.error;
  const linkFor = people.data?.find((one) => one.userId === makeLink.variables?.userId);
  return (
    <Section
      title="Accounts"
      text="People get accounts by invitation to a project. Who forgot a password needs a reset link from here."
    >
      {error && <ProblemAlert problem={problemOfError(error)} />}
      {makeLink.data && linkFor && (
        <SecretLink
          label={`Reset link for ${linkFor.name}`}
          value={makeLink.data.url}
          hint={`Shown this once, works once and for ${makeLink.data.hours} hours. Whoever has it can set the password: pass it on in private.`}
        />
      )}
      {people.isPending && <Skeleton h={80} />}
      {people.data && (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Since</Table.Th>
              <Table.Th>Last seen</Table.Th>
              <Table.Th ta="right">Projects</Table.Th>
              <Table.Th>Administrator</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {people.data.map((one) => (
              <Table.Tr key={one.userId}>
                <Table.Td>
                  <Text size="sm">{one.name}</Text>
                  <Text size="xs" c="dimmed">
                    {one.email}
                  </Text>
                </Table.Td>
                <Table.Td>{one.createdAt.toLocaleDateString("en-GB", { dateStyle: "medium" })}</Table.Td>
                <Table.Td>{one.lastSeenAt?.toLocaleDateString("en-GB", { dateStyle: "medium" }) ?? "never"}</Table.Td>
                <Table.Td ta="right">{one.projects}</Table.Td>
                <Table.Td>
                  <Switch
                    aria-label={`${one.name} is administrator`}
                    checked={one.isAdministrator}
                    disabled={setAdministrator.isPending}
                    onChange={(event) =>
                      setAdministrator.mutate({ userId: one.userId, isAdministrator: event.currentTarget.checked })
                    }
                  />
                </Table.Td>
                <Table.Td>
                  <Group justify="flex-end">
                    <Button
                      size="compact-sm"
                      variant="default"
                      loading={makeLink.isPending && makeLink.variables?.userId === one.userId}
                      onClick={() => makeLink.mutate({ userId: one.userId })}
                    >
                      Make a reset link
                    </Button>
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
