"use client";
import { Button, Group, PasswordInput, Stack, TextInput, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { Section } from "../../components/ui/section.tsx";
import { NewPasswordInput } from "../_shell/new-password-input.tsx";
import { usePerson } from "../_shell/require-person.tsx";
import { signIn } from "../_shell/session-requests.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC, useTRPCClient } from "../_trpc/trpc.ts";

function NameSection() {
  const person = usePerson();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [name, setName] = useState(person.name);
  const rename = useMutation(
    trpc.account.rename.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries();
        notifications.show({ message: "Your name is changed." });
      },
    }),
  );
  return (
    <Section title="Name" text="Shown to the people you work with, and in exports where you chose your name.">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate({ name });
        }}
      >
        <Stack>
          <TextInput
            label="Name"
            required
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput label="Email" value={person.email} readOnly description="You sign in with it" />
          {rename.error && <ProblemAlert problem={problemOfError(rename.error)} />}
          <Group>
            <Button type="submit" loading={rename.isPending} disabled={name.trim() === person.name}>
              Save the name
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

function PasswordSection() {
  const person = usePerson();
  const client = useTRPCClient();
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const change = useMutation({
    mutationFn: async () => {
      await client.account.changePassword.mutate({ current, password });
      await signIn(person.email, password);
    },
    onSuccess: () => {
      setCurrent("");
      setPassword("");
      notifications.show({ message: "Your password is changed. Other browsers are signed out." });
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
          <NewPasswordInput value={password} onChange={setPassword} />
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

export function AccountSettings() {
  return (
    <Stack maw={640} gap="lg">
      <Title order={1} size="h2">
        Your account
      </Title>
      <NameSection />
      <PasswordSection />
    </Stack>
  );
}
