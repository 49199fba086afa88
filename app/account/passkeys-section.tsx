"use client";
import { Alert, Anchor, Button, Group, Table, Text, TextInput } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { Section } from "../../components/ui/section.tsx";
import { addPasskey } from "../_shell/session-requests.ts";
import { useTRPCClient } from "../_trpc/trpc.ts";
import { shownProblem, useConfirmed } from "./confirm-person.tsx";

interface Passkey {
  readonly passkeyId: string;
  readonly name: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly isSynced: boolean;
}

const day = (date: Date) => date.toLocaleDateString("en-GB", { dateStyle: "medium" });

export function PasskeysSection({ passkeys, origin }: { passkeys: readonly Passkey[]; origin: string | null }) {
  const client = useTRPCClient();
  const confirmed = useConfirmed();
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: [["account"]] });
  const add = useMutation({ mutationFn: () => confirmed(addPasskey), onSuccess: refresh });
  const remove = useMutation({
    mutationFn: (passkeyId: string) => confirmed(() => client.account.removePasskey.mutate({ passkeyId })),
    onSettled: refresh,
  });
  const problem = shownProblem(add.error ?? remove.error);
  const here = origin === window.location.origin;
  return (
    <Section
      title="Passkeys"
      text="Sign in with the fingerprint, face or PIN of a device, or a security key: no password, and no page that imitates this one can ask for it."
    >
      {!here && <WhyNot origin={origin} />}
      {problem && <ProblemAlert problem={problem} />}
      {passkeys.length > 0 && (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Added</Table.Th>
              <Table.Th>Last used</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {passkeys.map((one) => (
              <PasskeyRow
                key={one.passkeyId}
                passkey={one}
                removing={remove.isPending && remove.variables === one.passkeyId}
                onRemove={() => remove.mutate(one.passkeyId)}
                onRenamed={refresh}
              />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {here && (
        <Group>
          <Button loading={add.isPending} onClick={() => add.mutate()}>
            Add a passkey
          </Button>
          {passkeys.length === 0 && (
            <Text size="sm" c="dimmed">
              None yet.
            </Text>
          )}
        </Group>
      )}
    </Section>
  );
}

function WhyNot({ origin }: { origin: string | null }) {
  return (
    <Alert color="gray" icon={<IconInfoCircle aria-hidden />} title="Passkeys do not work at this address.">
      {origin ? (
        <>
          Browsers bind them to one address. Open{" "}
          <Anchor href={`${origin}/account`} size="sm" underline="always">
            {origin}
          </Anchor>{" "}
          to add or use one.
        </>
      ) : (
        "Browsers allow them over https and under a name only. Who runs this server can set both up: see “Running a server” in the guides."
      )}
    </Alert>
  );
}

function PasskeyRow(props: { passkey: Passkey; removing: boolean; onRemove(): void; onRenamed(): void }) {
  const { passkeyId, name, createdAt, lastUsedAt, isSynced } = props.passkey;
  const client = useTRPCClient();
  const [typed, setTyped] = useState<string | null>(null);
  const shown = name ?? "Passkey";
  const rename = useMutation({
    mutationFn: () => client.account.renamePasskey.mutate({ passkeyId, name: typed ?? shown }),
    onSuccess: () => {
      setTyped(null);
      props.onRenamed();
    },
  });
  const problem = shownProblem(rename.error);
  return (
    <Table.Tr>
      <Table.Td>
        {typed === null ? (
          <>
            <Text size="sm">{shown}</Text>
            <Text size="xs" c="dimmed">
              {isSynced ? "kept for all your devices by their maker" : "on one device"}
            </Text>
          </>
        ) : (
          <TextInput
            aria-label={`Name of ${shown}`}
            maxLength={60}
            autoFocus
            value={typed}
            error={problem?.what}
            onChange={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter") rename.mutate();
              if (event.key === "Escape") setTyped(null);
            }}
          />
        )}
      </Table.Td>
      <Table.Td>{day(createdAt)}</Table.Td>
      <Table.Td>{lastUsedAt ? day(lastUsedAt) : "never"}</Table.Td>
      <Table.Td>
        <Group justify="flex-end" gap="xs" wrap="nowrap">
          {typed === null ? (
            <Button size="compact-sm" variant="subtle" onClick={() => setTyped(shown)}>
              Rename
            </Button>
          ) : (
            <Button size="compact-sm" variant="subtle" loading={rename.isPending} onClick={() => rename.mutate()}>
              Save
            </Button>
          )}
          <Button size="compact-sm" variant="subtle" color="red" loading={props.removing} onClick={props.onRemove}>
            Remove
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
