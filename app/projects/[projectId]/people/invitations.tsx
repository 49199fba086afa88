"use client";
import { Button, Group, NativeSelect, Stack, Table, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { SecretLink } from "../../../../components/ui/secret-link.tsx";
import { Section } from "../../../../components/ui/section.tsx";
import type { Role } from "../../../../core/roles.ts";
import { roleWords } from "../../../_shell/role-words.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";
import { RoleSelect } from "./role-select.tsx";

export function Invitations() {
  const { id: projectId } = useProject();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [role, setRole] = useState<Role>("annotator");
  const [days, setDays] = useState(7);
  const [email, setEmail] = useState("");
  const open = useQuery(trpc.invitation.list.queryOptions({ projectId }));
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.invitation.pathKey() });
  const create = useMutation(
    trpc.invitation.create.mutationOptions({
      onSuccess: () => {
        setEmail("");
        return refresh();
      },
    }),
  );
  const revoke = useMutation(trpc.invitation.revoke.mutationOptions({ onSettled: refresh }));
  const problem = create.error && problemOfError(create.error);
  const error = open.error ?? create.error ?? revoke.error;
  return (
    <Section
      title="Invite people"
      text="A link is for one person: pass it on yourself. Whoever has an account here with the address that you give is told of it too, and needs no link."
    >
      <Group align="flex-end">
        <RoleSelect label="Role" showLabel value={role} onChange={setRole} />
        <NativeSelect
          label="Works for"
          value={String(days)}
          onChange={(event) => setDays(Number(event.currentTarget.value))}
          data={[
            { value: "1", label: "1 day" },
            { value: "7", label: "7 days" },
            { value: "30", label: "30 days" },
            { value: "90", label: "90 days" },
          ]}
        />
        <TextInput
          label="Address, if they have an account"
          type="email"
          maxLength={320}
          value={email}
          error={problem?.where === "email" ? problem.what : undefined}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <Button
          loading={create.isPending}
          onClick={() => create.mutate({ projectId, role, days, email: email.trim() || null })}
        >
          Make an invitation link
        </Button>
        <Text size="sm" c="dimmed">
          {role}: {roleWords[role]}
        </Text>
      </Group>
      {create.data && (
        <SecretLink
          label="Invitation link"
          value={create.data.url}
          hint="Shown this once: only a fingerprint of it is kept. Make another for the next person."
        />
      )}
      {error && problem?.where !== "email" && <ProblemAlert problem={problemOfError(error)} />}
      {Boolean(open.data?.length) && (
        <Stack gap={4}>
          <Text size="sm" fw={500}>
            Not used yet
          </Text>
          <Table>
            <Table.Tbody>
              {open.data?.map((one) => (
                <Table.Tr key={one.id}>
                  <Table.Td>{one.role}</Table.Td>
                  <Table.Td>made {one.createdAt.toLocaleDateString("en-GB", { dateStyle: "medium" })}</Table.Td>
                  <Table.Td>
                    {one.expiresAt < new Date()
                      ? "ran out"
                      : `works until ${one.expiresAt.toLocaleDateString("en-GB", { dateStyle: "medium" })}`}
                  </Table.Td>
                  <Table.Td>
                    <Group justify="flex-end">
                      <Button
                        size="compact-sm"
                        variant="subtle"
                        color="red"
                        loading={revoke.isPending && revoke.variables?.invitationId === one.id}
                        onClick={() => revoke.mutate({ projectId, invitationId: one.id })}
                      >
                        Take back
                      </Button>
                    </Group>
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
