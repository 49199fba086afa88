"use client";
import { Button, Group, PasswordInput, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { Section } from "../../components/ui/section.tsx";
import { NewPasswordInput } from "../_shell/new-password-input.tsx";
import { usePerson } from "../_shell/require-person.tsx";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC, useTRPCClient } from "../_trpc/trpc.ts";

export function PasswordSection() {
  const person = usePerson();
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const change = useMutation({
    mutationFn: async () => {
      await client.account.changePassword.mutate({ current, password });
    },
    onSuccess: () => {
      setCurrent("");
      setPassword("");
      notifications.show({ message: "Your password is changed. Other browsers are signed out." });
      void queryClient.invalidateQueries({ queryKey: trpc.account.sessions.queryKey() });
    },
  });
  return (
    <Section title="Password" text="Changing it signs you out everywhere else.">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <Stack>
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            required
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <NewPasswordInput value={password} onChange={setPassword} personal={[person.name, person.email]} />
          {change.error && <ProblemAlert problem={problemOfError(change.error)} />}
          <Group>
            <Button type="submit" loading={change.isPending}>
              Change the password
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
