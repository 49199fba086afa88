"use client";
import { Button, Code, Group, Skeleton, Stack, Table, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import {
  isChosen,
  type ProjectChoice,
  ProjectChoiceFields,
  projectChoiceWords,
} from "../../components/ui/project-choice.tsx";
import { SecretLink } from "../../components/ui/secret-link.tsx";
import { Section } from "../../components/ui/section.tsx";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC } from "../_trpc/trpc.ts";

const when = (date: Date | null) =>
  date ? date.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }) : "never";

export function Trainers() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [name, setName] = useState("");
  const [choice, setChoice] = useState<ProjectChoice>(null);
  const tokens = useQuery(trpc.installation.trainerTokens.queryOptions());
  const projects = useQuery(trpc.installation.projectNames.queryOptions());
  const engine = useQuery(trpc.installation.engineStatus.queryOptions());
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.installation.trainerTokens.queryKey() });
  const create = useMutation(trpc.installation.createTrainerToken.mutationOptions({ onSuccess: refresh }));
  const revoke = useMutation(trpc.installation.revokeTrainerToken.mutationOptions({ onSettled: refresh }));
  const error = tokens.error ?? projects.error ?? create.error ?? revoke.error;
  return (
    <Section
      title="Trainers"
      text="The trainer beside this server has its own token, made anew at each start. A machine with a GPU can help: give it a token and this server's address."
    >
      {engine.data && <Text size="sm">Here: {engine.data.text}</Text>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate(
            { name, projectIds: choice && [...choice] },
            {
              onSuccess: () => {
                setName("");
                setChoice(null);
              },
            },
          );
        }}
      >
        <Group align="flex-end">
          <TextInput
            label="Name of the machine"
            placeholder="e.g. gpu-2"
            required
            maxLength={60}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <ProjectChoiceFields
            label="Trains"
            all="All projects"
            projects={projects.data}
            choice={choice}
            onChange={setChoice}
          />
          <Button type="submit" loading={create.isPending} disabled={!isChosen(choice)}>
            Make a token
          </Button>
        </Group>
        <Text size="xs" c="dimmed" mt={4}>
          With its token a machine gets jobs, and reads the images and labels of their projects while it works on them.
        </Text>
      </form>
      {create.data && (
        <Stack gap="xs">
          <SecretLink
            label="Token"
            value={create.data.token}
            hint="Shown this once: only a fingerprint of it is kept."
          />
          <Text size="sm">On that machine, in a copy of this program:</Text>
          <Code
            block
          >{`npm ci && npm run setup:tensorflow\nKARYOLOOP_SERVER=${create.data.url} KARYOLOOP_TRAINER_TOKEN=${create.data.token} npm run trainer`}</Code>
        </Stack>
      )}
      {error && <ProblemAlert problem={problemOfError(error)} />}
      {tokens.isPending && <Skeleton h={60} />}
      {Boolean(tokens.data?.length) && (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Token of</Table.Th>
              <Table.Th>Trains</Table.Th>
              <Table.Th>Made</Table.Th>
              <Table.Th>Last seen</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {tokens.data?.map((one) => (
              <Table.Tr key={one.tokenId}>
                <Table.Td>{one.name}</Table.Td>
                <Table.Td>{projectChoiceWords(one.projects, "all projects")}</Table.Td>
                <Table.Td>{when(one.createdAt)}</Table.Td>
                <Table.Td>{when(one.lastSeenAt)}</Table.Td>
                <Table.Td>
                  <Group justify="flex-end">
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      color="red"
                      loading={revoke.isPending && revoke.variables?.tokenId === one.tokenId}
                      onClick={() => revoke.mutate({ tokenId: one.tokenId })}
                    >
                      Take back
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
