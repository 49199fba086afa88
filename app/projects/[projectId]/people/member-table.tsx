"use client";
import { Button, Group, Skeleton, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { ConfirmDialog } from "../../../../components/ui/confirm-dialog.tsx";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { Section } from "../../../../components/ui/section.tsx";
import { usePerson } from "../../../_shell/require-person.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";
import { RoleSelect } from "./role-select.tsx";

export function MemberTable() {
  const project = useProject();
  const person = usePerson();
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const projectId = project.id;
  const members = useQuery(trpc.member.list.queryOptions({ projectId }));
  const [leaving, setLeaving] = useState<{ userId: string; name: string } | null>(null);
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.member.pathKey() });
  const setRole = useMutation(
    trpc.member.setRole.mutationOptions({
      onSettled: async () => {
        await refresh();
        await queryClient.invalidateQueries({ queryKey: trpc.project.pathKey() });
      },
    }),
  );
  const done = async () => {
    setLeaving(null);
    await refresh();
  };
  const remove = useMutation(trpc.member.remove.mutationOptions({ onSuccess: done }));
  const leave = useMutation(trpc.member.leave.mutationOptions({ onSuccess: () => router.push("/projects") }));
  const isOwner = project.role === "owner";
  const self = leaving?.userId === person.id;
  const ending = self ? leave : remove;
  return (
    <Section
      title="People"
      text="Viewer looks; annotator paints and judges; reviewer also imports and decides what is kept for validation; owner also invites and sets up."
    >
      {members.error && <ProblemAlert problem={problemOfError(members.error)} onRetry={() => void members.refetch()} />}
      {setRole.error && <ProblemAlert problem={problemOfError(setRole.error)} />}
      {members.isPending && <Skeleton h={80} />}
      {members.data && (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Role</Table.Th>
              <Table.Th>In exports</Table.Th>
              <Table.Th>Since</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {members.data.map((one) => (
              <Table.Tr key={one.userId}>
                <Table.Td>
                  <Text size="sm">
                    {one.name}
                    {one.userId === person.id && (
                      <Text span c="dimmed">
                        {" "}
                        (you)
                      </Text>
                    )}
                  </Text>
                  {one.email && (
                    <Text size="xs" c="dimmed">
                      {one.email}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td>
                  {isOwner ? (
                    <RoleSelect
                      label={`Role of ${one.name}`}
                      value={one.role}
                      disabled={setRole.isPending}
                      onChange={(role) => setRole.mutate({ projectId, userId: one.userId, role })}
                    />
                  ) : (
                    one.role
                  )}
                </Table.Td>
                <Table.Td>{one.exportAs === "name" ? one.name : one.pseudonym}</Table.Td>
                <Table.Td>{one.joinedAt.toLocaleDateString("en-GB", { dateStyle: "medium" })}</Table.Td>
                <Table.Td>
                  <Group justify="flex-end">
                    {(isOwner || one.userId === person.id) && (
                      <Button size="compact-sm" variant="subtle" color="red" onClick={() => setLeaving(one)}>
                        {one.userId === person.id ? "Leave" : "Remove"}
                      </Button>
                    )}
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <ConfirmDialog
        opened={leaving !== null}
        title={self ? "Leave this project?" : `Remove ${leaving?.name} from this project?`}
        text="What has been painted stays. Coming back takes a new invitation."
        confirmLabel={self ? "Leave" : "Remove"}
        pending={ending.isPending}
        problem={ending.error ? problemOfError(ending.error) : null}
        onClose={() => setLeaving(null)}
        onConfirm={() => {
          if (self) leave.mutate({ projectId });
          else if (leaving) remove.mutate({ projectId, userId: leaving.userId });
        }}
      />
    </Section>
  );
}
