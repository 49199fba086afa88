"use client";
import { Anchor, Badge, Button, Group, NumberInput, Select, Skeleton, Table, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
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
import { TOKEN_DEFAULT_DAYS, TOKEN_MAX_DAYS, type TokenScope, tokenScopes } from "../../core/token-scope.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC, useTRPCClient } from "../_trpc/trpc.ts";
import { shownProblem, useConfirmed } from "./confirm-person.tsx";

const day = (date: Date | null) => (date ? date.toLocaleDateString("en-GB", { dateStyle: "medium" }) : "never");

const scopeWords: Readonly<Record<TokenScope, string>> = {
  read: "Read",
  annotate: "Read and annotate",
  manage: "Read, annotate and manage",
};

export function TokensSection() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const tokens = useQuery(trpc.account.tokens.queryOptions());
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.account.tokens.queryKey() });
  const revoke = useMutation(trpc.account.revokeToken.mutationOptions({ onSettled: refresh }));
  const error = tokens.error ?? revoke.error;
  return (
    <Section
      title="Tokens for programs"
      text="With a token a program of yours uses this server as you: scripts, notebooks, viewers. It never does more than you may, and it cannot change your account."
    >
      <Text size="sm">
        What programs can ask for is in the{" "}
        <Anchor component={Link} href="/api-reference" underline="always">
          reference of the API
        </Anchor>
        .
      </Text>
      <NewToken onMade={refresh} />
      {error && <ProblemAlert problem={problemOfError(error)} />}
      {tokens.isPending && <Skeleton h={60} />}
      {tokens.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          You have no token.
        </Text>
      )}
      {Boolean(tokens.data?.length) && (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Token</Table.Th>
              <Table.Th>Opens</Table.Th>
              <Table.Th>Ends</Table.Th>
              <Table.Th>Last used</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {tokens.data?.map((one) => (
              <Table.Tr key={one.tokenId}>
                <Table.Td>
                  <Text size="sm">{one.name}</Text>
                  <Text size="xs" c="dimmed">
                    {scopeWords[one.scope]}
                  </Text>
                </Table.Td>
                <Table.Td>{projectChoiceWords(one.projects, "all your projects")}</Table.Td>
                <Table.Td>
                  {one.expiresAt < new Date() ? <Badge color="gray">ended</Badge> : day(one.expiresAt)}
                </Table.Td>
                <Table.Td>{day(one.lastUsedAt)}</Table.Td>
                <Table.Td>
                  <Group justify="flex-end">
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      color="red"
                      aria-label={`Take back ${one.name}`}
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

function NewToken({ onMade }: { onMade(): void }) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const confirmed = useConfirmed();
  const [name, setName] = useState("");
  const [scope, setScope] = useState<TokenScope>("read");
  const [choice, setChoice] = useState<ProjectChoice>(null);
  const [days, setDays] = useState<number | string>(TOKEN_DEFAULT_DAYS);
  const projects = useQuery(trpc.project.list.queryOptions());
  const create = useMutation({
    mutationFn: () =>
      confirmed(() =>
        client.account.createToken.mutate({
          name,
          scope,
          projectIds: choice && [...choice],
          days: Number(days),
        }),
      ),
    onSuccess: () => {
      setName("");
      onMade();
    },
  });
  const problem = shownProblem(create.error);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <Group align="flex-end">
        <TextInput
          label="Name"
          placeholder="e.g. my notebook"
          required
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label="May"
          data={tokenScopes.map((value) => ({ value, label: scopeWords[value] }))}
          allowDeselect={false}
          value={scope}
          onChange={(value) => setScope(tokenScopes.find((one) => one === value) ?? "read")}
        />
        <ProjectChoiceFields
          label="In"
          all="All my projects"
          projects={projects.data}
          choice={choice}
          onChange={setChoice}
        />
        <NumberInput
          label="Days"
          required
          w={90}
          min={1}
          max={TOKEN_MAX_DAYS}
          allowDecimal={false}
          value={days}
          onChange={setDays}
        />
        <Button type="submit" loading={create.isPending} disabled={!isChosen(choice)}>
          Make a token
        </Button>
      </Group>
      {create.data && (
        <SecretLink
          label="Token"
          value={create.data.token}
          hint={`Shown this once: only a fingerprint of it is kept. It ends on ${day(create.data.expiresAt)}.`}
        />
      )}
      {problem && <ProblemAlert problem={problem} />}
    </form>
  );
}
