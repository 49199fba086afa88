"use client";
import { ActionIcon, Badge, Button, Group, Menu, Skeleton, Switch, Table, Text } from "@mantine/core";
import { IconDots, IconKey, IconLogout, IconPower, IconShieldOff } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ConfirmDialog } from "../../components/ui/confirm-dialog.tsx";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { SecretLink } from "../../components/ui/secret-link.tsx";
import { Section } from "../../components/ui/section.tsx";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC, useTRPCClient } from "../_trpc/trpc.ts";

interface Account {
  readonly userId: string;
  readonly name: string;
  readonly hasApp: boolean;
  readonly passkeys: number;
  readonly switchedOffAt: Date | null;
  readonly tokens: number;
}

type Act = "endSessions" | "revokeTokens" | "resetSecondFactor" | "switchOff" | "switchOn";

const questions: Readonly<Record<Act, { title(name: string): string; text: string; button: string }>> = {
  endSessions: {
    title: (name) => `Sign ${name} out everywhere`,
    text: "Every browser and program is signed out at once, and what is open in it closes. Nothing that was saved is lost.",
    button: "Sign out everywhere",
  },
  revokeTokens: {
    title: (name) => `Take back every token of ${name}`,
    text: "Programs that use the API as this person are refused at once. The person can make new tokens.",
    button: "Take back",
  },
  resetSecondFactor: {
    title: (name) => `Reset the second factor of ${name}`,
    text: "App, recovery codes and passkeys are forgotten, and every session ends: the password alone lets in again. Make sure that it is really this person who asks.",
    button: "Reset the second factor",
  },
  switchOff: {
    title: (name) => `Switch off the account of ${name}`,
    text: "Nobody can sign in with it, what is open in it ends at once, and its tokens are taken back. Labels and memberships stay; you can switch it on again.",
    button: "Switch off",
  },
  switchOn: {
    title: (name) => `Switch on the account of ${name}`,
    text: "The person can sign in again, with the memberships they had.",
    button: "Switch on",
  },
};

const factorWords = ({ hasApp, passkeys }: Account): string =>
  [hasApp && "app", passkeys > 0 && (passkeys === 1 ? "passkey" : `${passkeys} passkeys`)].filter(Boolean).join(", ") ||
  "none";

const when = (date: Date | null): string =>
  date ? date.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }) : "not signed in";

export function Accounts() {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const [asked, setAsked] = useState<{ readonly act: Act; readonly account: Account } | null>(null);
  const refresh = () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: trpc.installation.people.queryKey() }),
      queryClient.invalidateQueries({ queryKey: trpc.account.me.queryKey() }),
    ]);
  const people = useQuery(trpc.installation.people.queryOptions());
  const makeLink = useMutation(trpc.installation.makeResetLink.mutationOptions());
  const setAdministrator = useMutation(trpc.installation.setAdministrator.mutationOptions({ onSettled: refresh }));
  const run = useMutation({
    mutationFn: async ({ act, account: { userId } }: NonNullable<typeof asked>) => {
      if (act === "endSessions") await client.installation.endSessions.mutate({ userId });
      else if (act === "revokeTokens") await client.installation.revokeTokens.mutate({ userId });
      else if (act === "resetSecondFactor") await client.installation.resetSecondFactor.mutate({ userId });
      else await client.installation.setAccountOn.mutate({ userId, isOn: act === "switchOn" });
    },
    onSuccess: () => setAsked(null),
    onSettled: refresh,
  });
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
          hint={`Shown this once, works once and for ${makeLink.data.hours} hours. Whoever has it can set the password: pass it on in private. A second factor stays on.`}
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
              <Table.Th>Second factor</Table.Th>
              <Table.Th>Administrator</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {people.data.map((one) => (
              <Table.Tr key={one.userId}>
                <Table.Td>
                  <Group gap="xs">
                    <Text size="sm">{one.name}</Text>
                    {one.switchedOffAt && <Badge color="gray">off</Badge>}
                  </Group>
                  <Text size="xs" c="dimmed">
                    {one.email}
                  </Text>
                </Table.Td>
                <Table.Td>{when(one.createdAt)}</Table.Td>
                <Table.Td>{when(one.lastSeenAt)}</Table.Td>
                <Table.Td ta="right">{one.projects}</Table.Td>
                <Table.Td>{factorWords(one)}</Table.Td>
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
                  <Group justify="flex-end" wrap="nowrap" gap="xs">
                    <Button
                      size="compact-sm"
                      variant="default"
                      loading={makeLink.isPending && makeLink.variables?.userId === one.userId}
                      onClick={() => makeLink.mutate({ userId: one.userId })}
                    >
                      Make a reset link
                    </Button>
                    <MoreActs account={one} onAsk={(act) => setAsked({ act, account: one })} />
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <ConfirmDialog
        opened={asked !== null}
        title={asked ? questions[asked.act].title(asked.account.name) : ""}
        text={asked ? questions[asked.act].text : ""}
        confirmLabel={asked ? questions[asked.act].button : ""}
        pending={run.isPending}
        problem={run.error ? problemOfError(run.error) : null}
        onConfirm={() => asked && run.mutate(asked)}
        onClose={() => {
          setAsked(null);
          run.reset();
        }}
      />
    </Section>
  );
}

function MoreActs({ account, onAsk }: { account: Account; onAsk(act: Act): void }) {
  const isOn = account.switchedOffAt === null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size={26} aria-label={`More for ${account.name}`}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => onAsk("endSessions")}>
          Sign out everywhere
        </Menu.Item>
        {account.tokens > 0 && (
          <Menu.Item leftSection={<IconKey size={16} />} onClick={() => onAsk("revokeTokens")}>
            Take back {account.tokens === 1 ? "1 token" : `${account.tokens} tokens`}
          </Menu.Item>
        )}
        {(account.hasApp || account.passkeys > 0) && (
          <Menu.Item leftSection={<IconShieldOff size={16} />} onClick={() => onAsk("resetSecondFactor")}>
            Reset the second factor
          </Menu.Item>
        )}
        <Menu.Item
          color={isOn ? "red" : undefined}
          leftSection={<IconPower size={16} />}
          onClick={() => onAsk(isOn ? "switchOff" : "switchOn")}
        >
          {isOn ? "Switch the account off" : "Switch the account on"}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
